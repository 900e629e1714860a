"""Names of segments and what sets them apart, in English and Chinese, made from their centres by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from powerlake.customers.segments import SegmentModel
from powerlake.customers.shape_features import DAYPART_HOURS, DAYPARTS, SHARE_OF_DAY, levels_of

FLAT = 0.5
"""A segment whose parts of the day differ less than this many times as much as the average customer's is steady."""
CLEARLY = 0.05
"""How far above the average customer, relative to it, a part of the day must lie to give a segment its name."""
POINTS_WORTH_SAYING = 0.05
"""A difference in daily energy below this is not mentioned."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Words:
    """The same in English and Chinese."""

    en: str
    zh: str


UNUSUAL_NAME = Words("unusual", "特殊用户")
UNUSUAL_DESCRIPTION = Words(
    "The shape of the day is far from that of every segment; to be looked at one by one.",
    "日负荷曲线与各类客户均相差较大，宜逐户查看。",
)

_STEADY = Words("steady day and night", "昼夜平稳型")
_AVERAGE = Words("average day", "普通型")
_TWIN = Words("morning and evening peaks", "早晚双峰型")
_BY_PART = {
    "night": Words("night use", "夜间用电型"),
    "morning": Words("morning peak", "早高峰型"),
    "daytime": Words("daytime use", "日间用电型"),
    "evening": Words("evening peak", "晚高峰型"),
}
_MORE_IN = {
    "night": Words("more at night", "夜间偏高"),
    "morning": Words("more in the morning", "早间偏高"),
    "daytime": Words("more in the daytime", "日间偏高"),
    "evening": Words("more in the evening", "晚间偏高"),
}


def name_segments(model: SegmentModel) -> tuple[Words, ...]:
    """A name for each segment of the model, no two the same.

    A segment is named for the part of the day in which it lies furthest above the average customer, or as steady,
    twin-peaked or average. Where two would share a name, the one further above keeps it and the others say in which
    part they use most beyond that; whatever is still the same is numbered.
    """
    levels, average = levels_of(model.centres), levels_of(model.average[None, :])[0]
    plain = [_plain_name(own, average) for own in levels]
    taken: set[str] = set()
    names: dict[int, Words] = {}
    for segment in np.argsort(-_excess(levels, average).max(axis=1, initial=-np.inf), kind="stable"):
        candidates = [plain[segment], *_qualified(plain[segment], levels[segment], average)]
        names[segment] = next(name for name in candidates if name.en not in taken)
        taken.add(names[segment].en)
    return tuple(names[segment] for segment in range(len(model)))


def describe(model: SegmentModel, segment: int, peak_hour: int, daily_kwh: float, average_kwh: float) -> Words:
    """What sets a segment apart from the average of all customers, as one short paragraph.

    `peak_hour` is the local hour of its highest use; `daily_kwh` its members' mean day and `average_kwh` that of all.
    """
    own = levels_of(model.centres[segment][None, :])[0] * SHARE_OF_DAY
    average = levels_of(model.average[None, :])[0] * SHARE_OF_DAY
    above, below = int((own / average).argmax()), int((own / average).argmin())
    parts = [_part_share(part, own, average) for part in dict.fromkeys((above, below))]
    energy = _energy(daily_kwh, average_kwh)
    return Words(
        f"{'; '.join(part.en for part in parts)}. Highest use around {peak_hour:02d}:00. {energy.en}",
        f"{'；'.join(part.zh for part in parts)}。用电最高约在{peak_hour:02d}:00。{energy.zh}",
    )


def _excess(levels: Floats, average: Floats) -> Floats:
    """(k, 4) how far each part of the day lies above the average customer's, relative to it."""
    return np.asarray(levels / np.maximum(average, np.finfo(np.float64).tiny) - 1)


def _plain_name(levels: Floats, average: Floats) -> Words:
    excess = dict(zip(DAYPARTS, _excess(levels[None, :], average)[0], strict=True))
    highest = max(excess, key=lambda part: excess[part])
    if excess[highest] < CLEARLY:
        return _AVERAGE
    if np.ptp(levels) < FLAT * np.ptp(average):
        return _STEADY
    if min(excess["morning"], excess["evening"]) >= CLEARLY > max(excess["night"], excess["daytime"]):
        return _TWIN
    return _BY_PART[highest]


def _qualified(name: Words, levels: Floats, average: Floats) -> Sequence[Words]:
    """The name with a remark on its most notable parts, then with a number."""
    excess = _excess(levels[None, :], average)[0]
    remarks = [_MORE_IN[DAYPARTS[part]] for part in np.argsort(-excess, kind="stable")]
    remarked = [Words(f"{name.en}, {remark.en}", f"{name.zh}（{remark.zh}）") for remark in remarks[1:] + remarks[:1]]
    return remarked + [Words(f"{name.en} {number}", f"{name.zh}{number}") for number in range(2, 100)]


def _part_share(part: int, own: Floats, average: Floats) -> Words:
    begin, end = DAYPART_HOURS[part], DAYPART_HOURS[part + 1]
    hours = f"{begin:02d}:00–{end:02d}:00"
    return Words(
        f"{own[part]:.0%} of its energy falls in {hours} (all customers {average[part]:.0%})",
        f"{hours}用电占{own[part]:.0%}（全体客户{average[part]:.0%}）",
    )


def _energy(daily_kwh: float, average_kwh: float) -> Words:
    en, zh = f"{daily_kwh:.1f} kWh a day", f"日均{daily_kwh:.1f}千瓦时"
    off = daily_kwh / average_kwh - 1 if average_kwh > 0 else 0.0
    if abs(off) < POINTS_WORTH_SAYING:
        return Words(f"{en}, about as much as all customers.", f"{zh}，与全体客户相近。")
    more = off > 0
    return Words(
        f"{en}, {abs(off):.0%} {'more' if more else 'less'} than all customers.",
        f"{zh}，比全体客户{'高' if more else '低'}{abs(off):.0%}。",
    )
