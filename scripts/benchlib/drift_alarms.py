"""False alarms of the watch on feeds, and planted shifts that it finds, over the history of a lake; no Spark."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from powerlake.lake.store import Lake
from powerlake.quality.day_parts import Days, by_day
from powerlake.quality.drift import judged_days
from powerlake.quality.drift_rules import DriftRules
from powerlake.quality.watched import WATCHED, Watched
from powerlake.shards.quality_watch import VALUES_A_DAY, VALUES_LEAST, WatchTask, watch_file

LOOKED_BACK = timedelta(days=92)
"""What the job reads at most: three months."""

HISTORY = timedelta(days=35)
PLANTED = (1.1, 1.3, 2.0, 1000.0)
"""By which all numbers of the judged day are multiplied."""

LATER = date(9000, 1, 1)


def main() -> None:
    """Print, of every watched table and every so many days, verdicts and those that did not hold."""
    parser = argparse.ArgumentParser(prog="scripts/drift_alarms", description=__doc__)
    parser.add_argument("home", type=Path, help="a lake in whose silver tables nothing was planted")
    parser.add_argument("--every", type=int, default=7, help="days between judged days")
    options = parser.parse_args()
    lake = Lake(options.home, _no_session)
    verdicts: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    found: Counter[tuple[str, float]] = Counter()
    planted: Counter[tuple[str, float]] = Counter()
    for name, watched in WATCHED.items():
        for days, last in _windows(_days_of(lake, watched), options.every):
            for one in judged_days(watched, days, LATER, DriftRules()):
                verdicts[one.kind] += 1
                alarms[one.kind] += one.outcome != "held"
                rules[f"{name} {one.rule}"] += one.outcome != "held"
            for times in PLANTED:
                for one in judged_days(watched, _multiplied(watched, days, last, times), LATER, DriftRules()):
                    if one.rule[6:-1] in watched.numbers and one.kind == "drift":
                        planted[name, times] += 1
                        found[name, times] += one.outcome != "held"
    for kind, count in verdicts.items():
        print(f"{kind:<8} {alarms[kind]:>4} alarms in {count:>5} verdicts, {alarms[kind] / count:.2%}")
    for rule, count in rules.most_common(8):
        print(f"  {count:>3} {rule}" if count else "", end="\n" if count else "")
    for (name, times), count in planted.items():
        print(f"{name}, numbers × {times:g}: {found[name, times] / count:.0%} of {count} found")


def _days_of(lake: Lake, watched: Watched) -> Days:
    """All days of a table, as the job summarises them."""
    files = lake.files(watched.table)
    months = len({file.partition["month"] for file in files})
    values = max(VALUES_A_DAY * months // max(len(files), 1), VALUES_LEAST)
    return by_day(watch_file(WatchTask(watched.table.name, file, values)) for file in files)


def _windows(days: Days, every: int) -> Iterator[tuple[Days, date]]:
    """The table as it stood when a day followed the one that is judged, once there is a history to compare with."""
    if not days:
        return
    last = min(days) + HISTORY
    while last < max(days):
        follows = min(day for day in days if day > last)
        window = {day: part for day, part in days.items() if last - LOOKED_BACK < day <= follows}
        if last in window:
            yield window, last
        last += timedelta(days=every)


def _multiplied(watched: Watched, days: Days, last: date, times: float) -> Days:
    """The same days with all numbers of the last one multiplied, as by a wrong unit."""
    part = days[last]
    columns = {
        name: replace(column, values=column.values * times) if name in watched.numbers else column
        for name, column in part.columns.items()
    }
    return days | {last: replace(part, columns=columns)}


def _no_session() -> None:
    raise RuntimeError("nothing here needs a session")


if __name__ == "__main__":
    main()
