"""What the quality codes and flags of silver.load_curves mean, and why a reading can be refused."""

from __future__ import annotations

from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt


class Quality(IntEnum):
    """Where the value of one interval comes from: an item of `silver.load_curves.quality`.

    0 is a reading exactly as the meter gave it. Codes below 10 fill a place where nothing was received; from 11 to
    19 a reading was there, could not be true and was taken out; from 21 it was converted. Codes ending in 9 have no
    value. For billing-like questions use 0 and 21 only; for totals that should not sag in a gap use them all.
    """

    RECEIVED = 0
    """The reading as received."""
    INTERPOLATED = 1
    """Nothing received: on the straight line between the readings before and after a short gap."""
    SIMILAR_DAY = 2
    """Nothing received: mean of the same interval on the latest days of the same type (working day or weekend)."""
    MISSING = 9
    """Nothing received and no estimate possible: no value."""
    REPLACED_INTERPOLATED = 11
    """The reading was impossible; interpolated instead. The reading is in `received_kwh`."""
    REPLACED_SIMILAR_DAY = 12
    """The reading was impossible; mean of similar days instead. The reading is in `received_kwh`."""
    REMOVED = 19
    """The reading was impossible and there is no estimate: no value. The reading is in `received_kwh`."""
    RESCALED = 21
    """The whole day came in Wh: the reading ÷ 1000. The reading is in `received_kwh`."""


class Flag(StrEnum):
    """A validation rule that a day broke: an item of `silver.load_curves.flags`. A flag alone changes no value."""

    ZERO_RUN = "zero_run"
    """Zero for hours longer than the meter's days before had it: vacant, disconnected, or a meter that stopped."""
    HIGH_AGAINST_HISTORY = "high_against_history"
    """Mean power far above the median, and above all but one, of the meter's days before."""
    SPIKE = "spike"
    """The highest interval stands far above the third-highest of the day, and above what the days before reached."""
    JUMP = "jump"
    """Two neighbouring intervals differ by more power than the meter's days before showed."""
    IMPOSSIBLE = "impossible"
    """A reading above the highest power that the settings allow: taken out."""
    WRONG_UNIT = "wrong_unit"
    """The day is about 1000 times the meter's usual, in whole numbers: Wh sent as kWh, divided by 1000."""
    ESTIMATED_TOO_LONG = "estimated_too_long"
    """Mostly estimates for many days on end: send someone to the meter."""


class Refusal(IntEnum):
    """Why a reading cannot be placed in a curve; the lower-case name is the reason in quarantine.load_curves."""

    ACCEPTED = 0
    NOT_A_TIME = 1
    """The label lies outside 00:00 … 24:00."""
    SKIPPED_HOUR = 2
    """The label lies in the hour that the clock leaves out in spring."""
    OFF_GRID = 3
    """The label is no multiple of the meter's interval."""
    WRONG_POINT_COUNT = 4
    """A wide row whose number of points does not fit its local day."""
    OTHER_INTERVAL = 5
    """A wide row with another interval than the day's latest wide row."""
    NOT_FINITE = 6
    """NaN or infinity, also what single precision has no number for."""
    NEGATIVE = 7
    """Energy below zero in a register that only counts up."""

    @property
    def reason(self) -> str:
        return self.name.lower()


def is_one_of(quality: npt.NDArray[np.int8], *codes: Quality) -> npt.NDArray[np.bool_]:
    """True where the code is one of `codes`; the shape of `quality`."""
    table = np.zeros(128, dtype=bool)
    table[list(codes)] = True
    return table[quality]


MEASURED = (Quality.RECEIVED, Quality.RESCALED)
"""Codes whose value the meter gave: the only ones that history and estimates are made of."""
ESTIMATED = (
    Quality.INTERPOLATED,
    Quality.SIMILAR_DAY,
    Quality.REPLACED_INTERPOLATED,
    Quality.REPLACED_SIMILAR_DAY,
)
WITHOUT_VALUE = (Quality.MISSING, Quality.REMOVED)
NOTHING_RECEIVED = (Quality.INTERPOLATED, Quality.SIMILAR_DAY, Quality.MISSING)
