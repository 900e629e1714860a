"""The `dirt` suite on a folder that `powerlake simulate` made: planted dirt followed to its end in silver."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.conformed.cells import ALIAS
from powerlake.conformed.merge import Fate
from powerlake.conformed.typed import REASON
from powerlake.conformed.units import UNIT
from powerlake.errors import ConfigurationError, ReadingsLost
from powerlake.loadcurve.quality import Quality
from powerlake.models.evaluate_dirt import LOST, UNCHANGED, evaluate_dirt
from powerlake.models.suites.conformed_curves import FEED as CURVES
from powerlake.models.suites.conformed_curves import conformed_curves
from powerlake.models.suites.conformed_feeds import (
    FATES,
    REFUSED,
    UNREAD,
    Conformed,
    conformed_feeds,
    plain_truth_keys,
)
from powerlake.models.suites.simulated_feeds import truth_rows
from powerlake.project import find_project
from powerlake.security.keys import FileKeyring
from powerlake.security.pseudonyms import pseudonyms
from powerlake.settings import Settings, load_settings

Row = dict[str, Any]
HALF_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
TAKEN_OUT = (Quality.REMOVED, Quality.REPLACED_INTERPOLATED, Quality.REPLACED_SIMILAR_DAY)


@dataclass(frozen=True)
class Story:
    """What became of a key: its received rows with their fates, their cells, and the row of silver."""

    rows: list[Row]
    cells: list[Row]
    silver: Row | None

    def has(self, fate: str, reason: str | None = None) -> bool:
        """Whether a row has the fate, and the reason where one is asked for."""
        return any(row["fate"] == fate and reason in {None, row[REASON]} for row in self.rows)


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("dirt is followed, nothing is learned", remedy="leave out --test")
    return evaluate_dirt(traced(train, load_settings(find_project())), seed)


def traced(folder: Path, settings: Settings) -> pd.DataFrame:
    """feed, kind, key, column, end: a row a piece of dirt in the truth."""
    planted = truth_rows(folder, "dirt")
    feeds = conformed_feeds(folder, settings)
    parts = [_of_curves(folder, settings, planted.filter(pc.equal(planted["feed"], CURVES)))]
    for path in pc.unique(planted["feed"]).to_pylist():
        if path != CURVES:
            parts.append(_of_feed(feeds[path], planted.filter(pc.equal(planted["feed"], path))))
    return pd.concat(parts, ignore_index=True)


def _of_feed(feed: Conformed, planted: pa.Table) -> pd.DataFrame:
    keys = plain_truth_keys(feed.feed, planted["key"])
    found = stories(feed, keys)
    lines = planted.to_pylist()
    ends = [
        _WHOLE[line["kind"]](feed, line) if line["kind"] in _WHOLE else _end(feed, line, found[key])
        for line, key in zip(lines, keys.to_pylist(), strict=True)
    ]
    return pd.DataFrame(lines).assign(end=ends)


def stories(feed: Conformed, keys: pa.Array) -> Mapping[str, Story]:
    """The story of each key."""
    found: dict[str, Story] = defaultdict(lambda: Story([], [], None))
    for row in _of_keys(feed.rows, keys):
        found[row["key"]].rows.append(row)
    for row in _of_keys(feed.cells.drop_columns(["others"] if "others" in feed.cells.column_names else []), keys):
        found[row["key"]].cells.append(row)
    for row in _of_keys(feed.silver, keys):
        story = found[row["key"]]
        found[row["key"]] = Story(story.rows, story.cells, row)
    return found


def _of_keys(rows: pa.Table, keys: pa.Array) -> Iterator[Row]:
    yield from rows.filter(pc.is_in(rows["key"], keys)).to_pylist()


def _end(feed: Conformed, planted: Row, story: Story) -> str:
    """The end of one piece of dirt on a row; where other dirt on the row decides, that end."""
    return _ENDS[planted["kind"]](feed, planted, story) or _otherwise(story)


def _otherwise(story: Story) -> str:
    if story.silver is not None:
        return UNCHANGED
    for fate in (UNREAD, REFUSED, FATES[Fate.WAITING]):
        for row in story.rows:
            if row["fate"] == fate:
                return f"quarantined: {row[REASON]}"
    return "withdrawn: deletion" if story.has(FATES[Fate.DELETED]) else LOST


def _full_width(feed: Conformed, planted: Row, story: Story) -> str:
    column = planted["column"]
    texts = {row[column] for row in story.cells if row[column] is not None}
    wide = [text for text in texts if text != text.translate(HALF_WIDTH)]
    if story.silver is None or not all(_have_one_pseudonym(column, text) for text in wide):
        return ""
    return f"repaired: one form, pseudonym of {column}" if wide else f"repaired: one form, {column} had no ASCII"


def _have_one_pseudonym(column: str, text: str) -> bool:
    """By any key: the text as it came and the same in plain letters."""
    with tempfile.TemporaryDirectory() as keys:
        keyring = FileKeyring(Path(keys) / "keyring.json").create()
        found = pseudonyms(pa.array([text, text.translate(HALF_WIDTH)]), column, keyring)
    return bool(found[0] == found[1])


def _dangling_key(feed: Conformed, planted: Row, story: Story) -> str:
    reason = f"dangling_{planted['column']}"
    return f"quarantined: {reason}" if story.has(FATES[Fate.WAITING], reason) else ""


def _wrong_unit(feed: Conformed, planted: Row, story: Story) -> str:
    if story.silver is None:
        return ""
    if planted["detail"] is None:
        return "repaired: unit, the cell is empty"
    rule = f"{UNIT}:{planted['column']}"
    is_right = np.isclose(story.silver[planted["column"]], float(planted["detail"]), rtol=1e-9)
    if float(planted["detail"]) == 0:
        return "repaired: unit, 0 in any"
    return f"repaired: {rule}" if rule in (story.silver["edits"] or ()) and is_right else ""


def _duplicate_row(feed: Conformed, planted: Row, story: Story) -> str:
    others = [row for row in story.rows if row["fate"] != FATES[Fate.PUBLISHED]]
    is_once = len(story.rows) - len(others) <= 1
    return "dropped: duplicate" if is_once and story.has(FATES[Fate.DUPLICATE]) else ""


def _late_row(feed: Conformed, planted: Row, story: Story) -> str:
    is_late = story.silver is not None and story.silver["batch"] > 1
    return "published: when it came" if is_late else ""


def _correction(feed: Conformed, planted: Row, story: Story) -> str:
    if story.silver is None:
        return ""
    found, right = story.silver[planted["column"]], planted["detail"]
    is_right = np.isclose(found, float(right)) if isinstance(found, float | int) else found == right
    return "published: the right value" if is_right else ""


def _deletion(feed: Conformed, planted: Row, story: Story) -> str:
    return "withdrawn: deletion" if story.silver is None and story.has(FATES[Fate.DELETED]) else ""


def _date_form(feed: Conformed, planted: Row, story: Story) -> str:
    is_read = story.silver is not None and story.silver[planted["column"]] is not None
    return "read: its own form" if is_read else ""


def _unreadable(feed: Conformed, planted: Row, story: Story) -> str:
    for row in story.rows:
        if row["fate"] == UNREAD:
            return f"quarantined: {row[REASON]}"
    return ""


def _code_renamed(feed: Conformed, planted: Row) -> str:
    before, after = planted["detail"].split(" → ")
    codes = pc.unique(feed.silver[planted["column"]]).to_pylist()
    rules = pc.list_flatten(feed.rows["edits"])
    rule = f"{ALIAS}:{planted['column']}"
    is_used = bool(pc.any(pc.equal(rules, rule)).as_py())
    return f"repaired: {rule}" if is_used and after not in codes and before in codes else UNCHANGED


def _duplicate_file(feed: Conformed, planted: Row) -> str:
    return "dropped: same content" if planted["detail"] in feed.copies else UNCHANGED


_ENDS: Mapping[str, Callable[[Conformed, Row, Story], str]] = {
    "full_width": _full_width,
    "dangling_key": _dangling_key,
    "wrong_unit": _wrong_unit,
    "duplicate_row": _duplicate_row,
    "late_row": _late_row,
    "correction": _correction,
    "deletion": _deletion,
    "date_form": _date_form,
    "unreadable": _unreadable,
}
_WHOLE: Mapping[str, Callable[[Conformed, Row], str]] = {
    "code_renamed": _code_renamed,
    "duplicate_file": _duplicate_file,
}
"""Dirt of a whole feed or file."""


def _of_curves(folder: Path, settings: Settings, planted: pa.Table) -> pd.DataFrame:
    """The ends of dirt on load curves; its keys are of a meter's day."""
    days: dict[str, Row] = {}
    copies: set[str] = set()
    for part in conformed_curves(folder, settings):
        copies |= part.copies
        dates = part.curves["date"].cast(pa.string())
        rows = part.curves.append_column("key", pc.binary_join_element_wise(part.curves["meter_id"], dates, "|"))
        for row in _of_keys(rows.select(["key", "batch", "quality", "flags"]), planted["key"].combine_chunks()):
            if row["key"] in days:
                raise ReadingsLost(CURVES, 1, 2)
            days[row["key"]] = row
    lines = planted.to_pylist()
    return pd.DataFrame(lines).assign(end=[_end_of_day(line, days.get(line["key"]), copies) for line in lines])


def _end_of_day(planted: Row, day: Row | None, copies: set[str]) -> str:
    """A day that is there once has lost its double; a late or corrected one is of a later batch than the first."""
    kind = planted["kind"]
    if kind == "duplicate_file":
        return "dropped: same content" if planted["detail"] in copies else UNCHANGED
    if day is None:
        return LOST
    if kind == "wrong_unit":
        return _end_of_watt_hours(day)
    if kind == "duplicate_row":
        return "dropped: duplicate"
    came = {"late_row": "published: when it came", "correction": "published: the right value"}[kind]
    return came if day["batch"] > 1 else UNCHANGED


def _end_of_watt_hours(day: Row) -> str:
    codes, flags = set(day["quality"]), day["flags"] or []
    if Quality.RESCALED in codes:
        return "repaired: unit, by wrong_unit"
    if codes & set(TAKEN_OUT):
        return "taken out: impossible"
    return f"{UNCHANGED}, flagged {', '.join(flags)}" if flags else UNCHANGED
