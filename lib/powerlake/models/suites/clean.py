"""The `clean` suite on a folder that `powerlake simulate --clean` made: every rule that speaks there is wrong.

Its load curves are sound, so faults of known size are planted in them: a rule that never speaks is wrong too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.conformed.merge import Fate
from powerlake.conformed.typed import REASON
from powerlake.errors import ConfigurationError
from powerlake.loadcurve.quality import Quality
from powerlake.loadcurve.vee import FLAGS
from powerlake.models.evaluate_clean import Alarms, Found, evaluate_clean
from powerlake.models.suites.conflicts import COMPARED, entities, found_conflicts
from powerlake.models.suites.conformed_curves import FEED as CURVES
from powerlake.models.suites.conformed_curves import conformed_curves
from powerlake.models.suites.conformed_feeds import FATES, Conformed, conformed_feeds
from powerlake.models.suites.planted_faults import found_faults
from powerlake.project import find_project
from powerlake.settings import Settings, load_settings
from powerlake.simulate.run import SUMMARY
from powerlake.tables.feeds.survivorship import Conflict

STANDS, SUPERSEDED = FATES[Fate.PUBLISHED], FATES[Fate.SUPERSEDED]
REFUSED = ("quarantined", "duplicates", "superseded")
"""Fates of readings that are not published."""
EDITED = tuple(code for code in Quality if code is not Quality.RECEIVED)


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for a folder that is not clean, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("alarms are counted, nothing is learned", remedy="leave out --test")
    summary = train / SUMMARY
    if not summary.is_file() or not json.loads(summary.read_text(encoding="utf-8")).get("is_clean"):
        raise ConfigurationError(f"{train} is not a clean utility", remedy="make one with `powerlake simulate --clean`")
    settings = load_settings(find_project())
    feeds = conformed_feeds(train, settings)
    alarms = [alarm for feed in feeds.values() for alarm in alarms_of_feed(feed)]
    of_curves, found = alarms_of_curves(train, settings, seed)
    of_conflicts = alarms_of_conflicts(found_conflicts(feeds, settings)["conflict"], entities(feeds))
    return evaluate_clean([*alarms, *of_curves, *of_conflicts], found, seed)


def alarms_of_feed(feed: Conformed) -> Iterator[Alarms]:
    """Rows that do not stand, by reason or fate; rows of silver that were edited, by rule."""
    where, rows = feed.feed.path, feed.rows
    fallen = rows.filter(pc.and_(pc.not_equal(rows["fate"], STANDS), pc.invert(_gave_way(feed))))
    why = pc.coalesce(fallen[REASON], fallen["fate"])
    yield Alarms(where, "", "refused", 0, len(rows))
    yield from (Alarms(where, rule, "refused", count, len(rows)) for rule, count in _counts(why))
    yield Alarms(where, "", "edited", 0, len(feed.silver))
    for rule, count in _counts(pc.list_flatten(feed.silver["edits"])):
        yield Alarms(where, rule, "edited", count, len(feed.silver))


def _gave_way(feed: Conformed) -> pa.ChunkedArray:
    """(rows,) true where a row was superseded and its department dated a change of its key: not a rule's doing."""
    dated = feed.cells.filter(pc.is_valid(feed.cells["changed_at"]))["key"].combine_chunks()
    return pc.and_(pc.equal(feed.rows["fate"], SUPERSEDED), pc.is_in(feed.rows["key"], dated))


def alarms_of_curves(folder: Path, settings: Settings, seed: int) -> tuple[list[Alarms], list[Found]]:
    """Readings that bronze refused, by reason, or were not published as they came, by code and fate; flagged days.

    And faults found, which are planted in the published curves.
    """
    fates: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    codes = np.zeros(256, np.int64)
    flags: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    days = 0
    for place, part in enumerate(conformed_curves(folder, settings)):
        fates.update(part.counts)
        unread.update(part.refused)
        codes += np.bincount(pc.list_flatten(part.curves["quality"]).to_numpy(), minlength=256)
        flags.update(dict(_counts(pc.list_flatten(part.curves["flags"]))))
        days += len(part.curves)
        for one in found_faults(part.curves, settings.vee, np.random.default_rng([seed, place])):
            planted[one.fault] += one.of
            seen[one.fault] += one.count
    refused = {name: fates[name] for name in REFUSED} | unread
    received = fates["received"] + unread.total()
    alarms = [
        *(Alarms(CURVES, rule, "refused", count, received) for rule, count in refused.items()),
        *(Alarms(CURVES, code.name.lower(), "edited", int(codes[code]), int(codes.sum())) for code in EDITED),
        *(Alarms(CURVES, str(flag), "flagged", flags[str(flag)], days) for flag in FLAGS),
    ]
    return alarms, [Found(fault, seen[fault], of) for fault, of in planted.items()]


def alarms_of_conflicts(found: Iterable[str], compared: Mapping[Conflict, int]) -> Iterator[Alarms]:
    """Conflicts by kind; each feed that was compared is a place of its own, for two may have as many rows."""
    counts = Counter(found)
    for kind, count in compared.items():
        yield Alarms(f"silver.conflicts of {COMPARED[kind]}", kind.value, "told", counts[kind.value], count)


def _counts(values: pa.ChunkedArray) -> list[tuple[str, int]]:
    return [(entry["values"], entry["counts"]) for entry in values.value_counts().to_pylist()]
