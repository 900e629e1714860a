"""The tariffs on offer, with their prices and hours.

Prices are chosen, of the order of those of Liaoning in 2024: homes in three steps of the use of a calendar year, or by
day and night. For firms peak hours cost 1.5 times and valley hours half of flat hours, sharp ones a fifth more than
peak, as 发改价格〔2021〕1093号 asks (peak at least three times valley, sharp at least 20 % above peak).
"""

from __future__ import annotations

from dataclasses import dataclass

PERIODS = ("sharp", "peak", "flat", "valley")
"""Where periods are numbered, by their place here."""
SHARP, PEAK, FLAT, VALLEY = range(4)


@dataclass(frozen=True)
class Hours:
    """When a period holds, in local hours and months as text; a period named later in a schedule goes first."""

    period: int
    hours: str
    months: str = ""


HOME_HOURS = (Hours(PEAK, "8-22"), Hours(VALLEY, "22-8"))
FIRM_HOURS = (
    Hours(FLAT, "7-8,11-17,21-23"),
    Hours(PEAK, "8-11,17-21"),
    Hours(VALLEY, "23-7"),
    Hours(SHARP, "18-20", months="1,7-8,12"),
)


@dataclass(frozen=True)
class Prices:
    """CNY/kWh by period, for those without periods the flat one alone; `steps` are of a calendar year, from kWh on."""

    sharp: float = 0.0
    peak: float = 0.0
    flat: float = 0.0
    valley: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    demand: float = 0.0
    """CNY a month for a kW of contracted power, the choice 按容量 of two-part tariffs."""
    fixed: float = 0.0
    """CNY a month."""

    @property
    def by_period(self) -> tuple[float, float, float, float]:
        """In the order of PERIODS."""
        return (self.sharp, self.peak, self.flat, self.valley)

    @property
    def by_step(self) -> tuple[tuple[float, float], ...]:
        """(kWh from which it holds, CNY/kWh); one step where there are none."""
        return self.steps or ((0.0, self.flat),)


@dataclass(frozen=True)
class Tariff:
    """A tariff on offer, with the prices before and after the change."""

    code: str
    name: str
    kind: str
    """As tariffs.tariff_kind."""
    category: str
    """As tariff_book.category."""
    voltage_level: str
    before: Prices
    after: Prices
    schedule: tuple[Hours, ...] = ()
    """Empty where a kWh costs the same at any hour."""


def _firm(flat: float, demand: float = 0.0, fixed: float = 0.0) -> Prices:
    """Prices by period from the flat one, in the proportions that the module's docstring gives."""
    peak = round(1.5 * flat, 4)
    return Prices(round(1.2 * peak, 4), peak, flat, round(0.5 * flat, 4), demand=demand, fixed=fixed)


def _steps(*prices: float) -> Prices:
    return Prices(flat=prices[0], steps=tuple(zip((0.0, 2160.0, 3360.0), prices, strict=True)))


TARIFFS = (
    Tariff("HF", "居民合表", "flat", "residential", "<1kV", Prices(flat=0.51), Prices(flat=0.53)),
    Tariff("HS", "居民阶梯", "step", "residential", "<1kV", _steps(0.5, 0.55, 0.8), _steps(0.5, 0.56, 0.84)),
    Tariff(
        "HT",
        "居民峰谷",
        "time_of_use",
        "residential",
        "<1kV",
        Prices(peak=0.56, valley=0.3),
        Prices(peak=0.6, valley=0.28),
        HOME_HOURS,
    ),
    Tariff("BF", "一般工商业单一", "flat", "commercial", "<1kV", Prices(flat=0.78), Prices(flat=0.81)),
    Tariff(
        "BT",
        "一般工商业分时",
        "time_of_use",
        "commercial",
        "<1kV",
        _firm(0.74, fixed=20),
        _firm(0.77, fixed=20),
        FIRM_HOURS,
    ),
    Tariff(
        "IT",
        "大工业两部制",
        "two_part",
        "industrial",
        "1-10kV",
        _firm(0.6, demand=30),
        _firm(0.62, demand=32),
        FIRM_HOURS,
    ),
    Tariff("AF", "农业生产", "flat", "agricultural", "<1kV", Prices(flat=0.47), Prices(flat=0.48)),
    Tariff("LF", "路灯照明", "flat", "commercial", "<1kV", Prices(flat=0.7), Prices(flat=0.72)),
)
HOME_FLAT, HOME_STEP, HOME_TIME_OF_USE, FIRM_FLAT, FIRM_TIME_OF_USE, TWO_PART, FARM, LIGHTING = range(len(TARIFFS))
