"""Where the sun stands over the utility's regions, and how much of it a clear sky lets through.

Formulas: declination and equation of time by Spencer (1971), Fourier series representation of the position of the
sun; irradiance under a clear sky by Haurwitz (1945); under clouds by Kasten and Czeplak (1980).
"""

from __future__ import annotations

import numpy as np

from powerlake.simulate.utility import Dates, Floats

LATITUDES = (41.8, 43.9, 45.8, 46.6)
"""Of the regions in their order, °N: those of Shenyang, Changchun, Harbin and Daqing."""
LONGITUDES = (123.4, 125.3, 126.6, 125.0)
"""The same, °E."""
ZONE_MERIDIAN = 120.0
"""Meridian of the local clock, °E."""
SUNSET_SINE = -0.0145
"""Sine of the sun's height at sunrise and sunset: −50′ for refraction and the disc's radius."""


def sun_height(dates: Dates, hours: Floats, region: int, *, tilt: float = 0.0) -> Floats:
    """(days, times) sine of the sun's height in a region at the local clock `hours` (times,) of each date.

    With a `tilt` in degrees it is the sine of the height over a plane tilted to the south.
    """
    year_angle = 2 * np.pi * (dates - dates.astype("datetime64[Y]")).astype(np.int64)[:, None] / 365.25
    declination = (
        0.006918
        - 0.399912 * np.cos(year_angle)
        + 0.070257 * np.sin(year_angle)
        - 0.006758 * np.cos(2 * year_angle)
        + 0.000907 * np.sin(2 * year_angle)
    )
    clock_error_minutes = 229.18 * (
        0.000075
        + 0.001868 * np.cos(year_angle)
        - 0.032077 * np.sin(year_angle)
        - 0.014615 * np.cos(2 * year_angle)
        - 0.040849 * np.sin(2 * year_angle)
    )
    solar_hour = hours + clock_error_minutes / 60 + (LONGITUDES[region] - ZONE_MERIDIAN) / 15
    latitude = np.radians(LATITUDES[region] - tilt)
    hour_angle = np.pi / 12 * (solar_hour - 12)
    return np.asarray(
        np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    )


def clear_irradiance(height: Floats) -> Floats:
    """Global horizontal irradiance under a clear sky in W/m², of the sine of the sun's height; 0 at night."""
    up = np.maximum(height, 1e-3)
    return np.where(height > 0, 1098.0 * up * np.exp(-0.057 / up), 0.0)


def through_clouds(irradiance: Floats, cloud: Floats) -> Floats:
    """The irradiance left under a share of clouded sky."""
    return np.asarray(irradiance * (1 - 0.75 * cloud**3.4))


def is_dark(dates: Dates, hours: Floats, region: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """(days, times) whether the sun is down: when public lighting burns."""
    return np.asarray(sun_height(dates, hours, region) < SUNSET_SINE)
