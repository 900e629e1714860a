"""Whether a day's rows are as many as usual, and like those of the weeks before. Numbers in, verdicts out; no session.

Three things are asked of a shift before it is told, so that it is not told in vain:

- The population stability index, Σ (p − q) ln(p ÷ q) over ten bins that each hold a tenth of the reference, lies above
  the utility's threshold. Its usual 0.25 is a rule of thumb of credit scoring (Lewis, An Introduction to Credit
  Scoring, 1994; Siddiqi, Credit Risk Scorecards, 2006).
- It lies above what chance gives: of two samples of one distribution the index is (1/n + 1/m) χ² with bins − 1 degrees
  of freedom (Yurdakul and Naranjo, Statistical properties of the population stability index, 2020).
- It lies above what the days before show among themselves: all meters share a day's weather, so days differ by more
  than chance although nothing is wrong.

How often it tells in vain, and what it finds, is measured by scripts/drift_alarms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from powerlake.quality.day_parts import ColumnPart, DayPart, Days, together
from powerlake.quality.drift_rules import DriftRules
from powerlake.quality.judged import Judged, Outcome
from powerlake.quality.watched import Watched

BINS = 10
FEW_VALUES = 20
"""A number with no more distinct values than this is binned by value: its tenths would fall together."""

FAR_BEYOND = 0.5
"""Of the range of the reference: further off than this is far beyond it."""

RARE_SHARE = 0.005
"""Codes rarer than this in the reference count as one bin, and so does a code it does not have."""

CHANCE = 0.999
"""Quantile of what chance gives that a shift must exceed."""

WEEKEND = 5
WEEKLY_PATTERN = 0.2
"""Working days and weekends are counted apart where their usual rows differ by more than this share."""

MAD_TO_SIGMA = 1.4826

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Compared:
    """The rows judged, the stretches of as many days before them, and these taken together."""

    current: DayPart
    stretches: tuple[DayPart, ...]

    @property
    def reference(self) -> DayPart:
        return together(self.stretches)


def judged_days(watched: Watched, days: Days, today: date, rules: DriftRules) -> list[Judged]:
    """Volume, distributions and missing values of the last day of the table that is complete and has rows.

    Where days without rows follow it, volume is of the first of these that is unusual. Nothing is said of a table with
    too few days before.
    """
    last = last_complete(days, today)
    if last is None:
        return []
    found = [*_volume_of(watched, days, last, today, rules)]
    compared = compare(days, last, rules)
    if compared is None:
        return found
    for name in (*watched.numbers, *watched.codes):
        found += _column(watched, name, compared, rules)
    return found


def last_complete(days: Days, today: date) -> date | None:
    """The newest day with rows, up to `today`, that a later one follows: the last may be but a part of a day."""
    known = sorted(day for day, part in days.items() if day <= today and part.rows)
    return known[-2] if len(known) > 1 else None


def compare(days: Days, last: date, rules: DriftRules) -> Compared | None:
    """The rows that end with `last`, as many days as it takes to have enough, and stretches as long before them.

    None where there are not enough rows, or days before.
    """
    for length in range(1, rules.pooled_days + 1):
        current = _stretch(days, last, length)
        if current.rows >= rules.rows_least:
            break
    else:
        return None
    first = last - timedelta(days=length)
    ends = [first - timedelta(days=length * step) for step in range(rules.reference_days // length)]
    before = tuple(part for end in ends if (part := _stretch(days, end, length)).rows)
    with_rows = sum(bool(_rows(days, first - timedelta(days=step))) for step in range(rules.reference_days))
    enough = with_rows >= rules.reference_days_least and sum(part.rows for part in before) >= 2 * rules.rows_least
    return Compared(current, before) if enough and len(before) > 1 else None


def volume(table: str, counts: dict[date, int], day: date, rules: DriftRules) -> Judged | None:
    """Whether the day's rows are as many as those of the days before, of the same weekday type where that matters.

    Days without rows count as such. None where too few days before have rows: the feed does not come day by day.
    """
    before = [day - timedelta(days=step) for step in range(1, rules.reference_days + 1)]
    rows = np.array([counts.get(one, 0) for one in before], dtype=np.float64)
    if (rows > 0).sum() < rules.reference_days_least:
        return None
    is_weekend = np.array([one.weekday() >= WEEKEND for one in before])
    ends, works = np.median(rows[is_weekend]), np.median(rows[~is_weekend])
    if abs(ends - works) > WEEKLY_PATTERN * max(ends, works):
        rows = rows[is_weekend == (day.weekday() >= WEEKEND)]
    usual = float(np.median(rows))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(rows - usual)))
    # A count of independent events varies by its root at least, however steady four weeks happened to be.
    band = max(
        rules.volume_spreads * max(spread, np.sqrt(usual)), rules.volume_change * usual, float(rules.volume_rows_least)
    )
    count = counts.get(day, 0)
    # What happened before is not unusual, but for the one lowest day: an outage must not hide the next for four weeks.
    low, high = min(usual - band, float(np.sort(rows)[1])), max(usual + band, float(rows.max()))
    found = f"{count:,} rows of {day}, {usual:,.0f} are usual"
    return _told(table, "volume", "volume", count, float(count), low, high, found)


def psi(reference: Floats, current: Floats) -> float:
    """The population stability index of two rows of bins, in rows each. Half a row is added to a bin: none is empty."""
    p, q = ((bins + 0.5) / (bins.sum() + 0.5 * len(bins)) for bins in (current, reference))
    return float(((p - q) * np.log(p / q)).sum())


def chance_psi(reference: float, current: float, bins: int) -> float:
    """The index that two samples of one distribution, of so many rows, stay under in `CHANCE` of the cases."""
    return float(chi2.ppf(CHANCE, max(bins - 1, 1)) * (1 / max(reference, 1) + 1 / max(current, 1)))


def binned(reference: ColumnPart, parts: Sequence[ColumnPart]) -> list[Floats]:
    """The rows of each part by the bins of the reference: tenths of its numbers, its values or its codes.

    What lies far beyond all numbers of the reference has a bin at either end, so that a wrong unit always shows.
    """
    if reference.values.dtype == object or len(np.unique(reference.values)) <= FEW_VALUES:
        return _by_value(reference, parts)
    order = np.argsort(reference.values)
    ranks = np.cumsum(reference.weights[order]) / reference.weights.sum()
    places = np.minimum(np.searchsorted(ranks, np.arange(1, BINS) / BINS), len(order) - 1)
    values = reference.values[order]
    beyond = FAR_BEYOND * (values[-1] - values[0])
    edges = np.array([values[0] - beyond, *np.unique(values[places]), values[-1] + beyond])
    return [_in_bins(part, edges) for part in parts]


def _in_bins(part: ColumnPart, edges: Floats) -> Floats:
    """Rows up to each edge, and beyond the last."""
    places = np.searchsorted(edges, part.values.astype(np.float64))
    return np.bincount(places, part.weights, len(edges) + 1).astype(np.float64)


def _by_value(reference: ColumnPart, parts: Sequence[ColumnPart]) -> list[Floats]:
    values, places = np.unique(reference.values.astype(object), return_inverse=True)
    shares = np.bincount(places, reference.weights, len(values)) / max(reference.weights.sum(), 1)
    bins = {value: number for number, value in enumerate(values[shares >= RARE_SHARE])}
    found = []
    for part in parts:
        rows = np.zeros(len(bins) + 1)
        np.add.at(rows, [bins.get(value, len(bins)) for value in part.values.astype(object)], part.weights)
        found.append(rows)
    return found


def _volume_of(watched: Watched, days: Days, last: date, today: date, rules: DriftRules) -> list[Judged]:
    """The verdict on the last day with rows, or on the first day without any since that is not as usual."""
    counts = {day: part.rows for day, part in days.items()}
    newest = max(day for day, rows in counts.items() if rows and day <= today)
    since = [last + timedelta(days=step) for step in range((newest - last).days)]
    judged = [one for day in since if (one := volume(watched.table.name, counts, day, rules))]
    return [one for one in judged if one.outcome != "held"][:1] or judged[:1]


def _column(watched: Watched, name: str, compared: Compared, rules: DriftRules) -> Iterator[Judged]:
    current, reference = compared.current.columns[name], compared.reference.columns[name]
    stretches = [part.columns[name] for part in compared.stretches]
    rows = [part.rows for part in compared.stretches]
    yield _nulls(watched, name, compared.current.rows, rows, current, stretches, rules)
    if current.weights.sum() >= rules.rows_least and reference.weights.sum() >= 2 * rules.rows_least:
        yield _shift(watched, name, current, reference, stretches, rules)


def _shift(
    watched: Watched,
    name: str,
    current: ColumnPart,
    reference: ColumnPart,
    stretches: Sequence[ColumnPart],
    rules: DriftRules,
) -> Judged:
    now, *before = binned(reference, [current, *stretches])
    whole = np.sum(before, axis=0)
    # The second largest: one odd day must not hide the next for four weeks.
    usual = sorted(psi(whole - one, one) for one in before if one.sum())[-2:][0]
    limit = max(rules.psi, rules.usual_factor * usual, chance_psi(whole.sum(), now.sum(), len(whole)))
    observed = psi(whole, now)
    found = f"population stability index {observed:.2f}, up to {limit:.2f} is usual"
    return _told(watched.table.name, f"drift({name})", "drift", round(now.sum()), observed, None, limit, found)


def _nulls(
    watched: Watched,
    name: str,
    rows: int,
    before: Sequence[int],
    current: ColumnPart,
    stretches: Sequence[ColumnPart],
    rules: DriftRules,
) -> Judged:
    known = sum(before)
    usual = sum(part.nulls for part in stretches) / known
    # The second largest: one odd day must not hide the next for four weeks.
    worst = sorted(part.nulls / count for part, count in zip(stretches, before, strict=True))[-2]
    chance = 4 * np.sqrt(max(usual * (1 - usual), 1 / known) * (1 / rows + 1 / known))
    limit = min(max(usual + max(rules.null_rise, float(chance)), worst), 1.0)
    share = current.nulls / rows
    found = f"{share:.1%} without a value, {usual:.1%} are usual".replace("%", " %")
    judged = _told(watched.table.name, f"nulls({name})", "nulls", rows, share, None, limit, found)
    return Judged(**{**judged.__dict__, "failing": current.nulls})


def _told(
    table: str, rule: str, kind: str, checked: int, observed: float, low: float | None, high: float | None, found: str
) -> Judged:
    """A verdict of severity warn."""
    is_held = (low is None or observed >= low) and (high is None or observed <= high)
    outcome: Outcome = "held" if is_held else "warned"
    return Judged(table, rule, kind, "warn", checked, None, observed, low, high, outcome, "" if is_held else found)


def _stretch(days: Days, last: date, length: int) -> DayPart:
    """The rows of `length` days that end with `last`."""
    return together(days[day] for step in range(length) if (day := last - timedelta(days=step)) in days)


def _rows(days: Days, day: date) -> int:
    return days[day].rows if day in days else 0
