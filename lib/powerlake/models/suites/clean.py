"""The `clean` suite on a folder that `powerlake simulate --clean` made: every rule that speaks there is wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
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
from powerlake.models.evaluate_clean import Alarms, evaluate_clean
from powerlake.models.suites.conflicts import entities, found_conflicts
from powerlake.models.suites.conformed_curves import FEED as CURVES
from powerlake.models.suites.conformed_curves import conformed_curves
from powerlake.models.suites.conformed_feeds import FATES, Conformed, conformed_feeds
from powerlake.project import find_project
from powerlake.settings import Settings, load_settings
from powerlake.simulate.run import SUMMARY

STANDS = FATES[Fate.PUBLISHED]


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
    return evaluate_clean([*alarms, *_of_curves(train, settings), *_of_conflicts(feeds, settings)], seed)


def alarms_of_feed(feed: Conformed) -> Iterator[Alarms]:
    """Rows that do not stand, by reason or fate; rows of silver that were edited, by rule."""
    where, rows = feed.feed.path, feed.rows
    fallen = rows.filter(pc.not_equal(rows["fate"], STANDS))
    why = pc.coalesce(fallen[REASON], fallen["fate"])
    yield Alarms(where, "", "refused", 0, len(rows))
    yield from (Alarms(where, rule, "refused", count, len(rows)) for rule, count in _counts(why))
    yield Alarms(where, "", "edited", 0, len(feed.silver))
    for rule, count in _counts(pc.list_flatten(feed.silver["edits"])):
        yield Alarms(where, rule, "edited", count, len(feed.silver))


def _of_curves(folder: Path, settings: Settings) -> Iterator[Alarms]:
    """Readings that were not published as they came, by code and fate; days that were flagged, by rule."""
    fates: Counter[str] = Counter()
    codes = np.zeros(256, np.int64)
    flags: Counter[str] = Counter()
    days = 0
    for part in conformed_curves(folder, settings):
        fates.update(part.counts)
        codes += np.bincount(pc.list_flatten(part.curves["quality"]).to_numpy(), minlength=256)
        flags.update(dict(_counts(pc.list_flatten(part.curves["flags"]))))
        days += len(part.curves)
    for name in ("quarantined", "duplicates", "superseded"):
        yield Alarms(CURVES, name, "refused", fates[name], fates["received"])
    for code in Quality:
        if code is not Quality.RECEIVED:
            yield Alarms(CURVES, code.name.lower(), "edited", int(codes[code]), int(codes.sum()))
    yield from (Alarms(CURVES, str(flag), "flagged", flags[str(flag)], days) for flag in FLAGS)


def _of_conflicts(feeds: dict[str, Conformed], settings: Settings) -> Iterator[Alarms]:
    found = Counter(found_conflicts(feeds, settings)["conflict"])
    for kind, count in entities(feeds).items():
        yield Alarms("silver.conflicts", kind.value, "told", found[kind.value], count)


def _counts(values: pa.ChunkedArray) -> list[tuple[str, int]]:
    return [(entry["values"], entry["counts"]) for entry in values.value_counts().to_pylist()]
