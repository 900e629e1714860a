"""Dirt as in life, in small known amounts, on the rows of any feed but the load curves (see `curve_files`).

Each kind falls on rows by lot, whatever they say, so it is independent of theft, faults and arrears. Amounts and
the columns they fall on are chosen.

truth `dirt`, one row per soiled row, slice or file: feed, kind, key (the row's key as sent, its parts joined by `|`;
empty for a file), column, detail (what was right before, or the file). Kinds: full_width, dangling_key,
code_renamed (one row a feed), wrong_unit, duplicate_row, late_row, correction, deletion, duplicate_file; and those of
single cells of text, see `odd_cells`.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.simulate.soiled import Rows, Soiled, noted
from powerlake.simulate.utility import Ints, Utility
from powerlake.tables.feeds.model import Feed, Kind

FULL_WIDTH = {"marketing/customers": ("name", "phone", "address"), "service/tickets": ("phone",)}
FULL_WIDTH_SHARE = 0.006
DANGLING = {
    "marketing/payments": "bill_id",
    "marketing/coupons": "customer_id",
    "service/channel_usage": "customer_id",
    "metering/meter_events": "meter_id",
    "assets/inspections": "asset_id",
    "dispatch/alarms": "asset_id",
}
DANGLING_SHARE = 0.002
RENAMED = {
    "service/channel_usage": ("channel", "wechat", "weixin"),
    "marketing/payments": ("method", "app", "mobile_app"),
    "dispatch/alarms": ("severity", "critical", "CRIT"),
    "metering/register_reads": ("read_kind", "estimated", "E"),
}
"""Codes that got another name in the middle of the simulation: column, before, after."""
WRONG_UNIT = {"metering/terminal_telemetry": ("terminal_id", "active_power_kw", 1000.0)}
"""Things that report a quantity in another unit for some days: whose, column, factor."""
WRONG_UNIT_SHARE = 0.1
DUPLICATE_SHARE = 0.002
LATE_CHANCE = 0.25
"""That a feed of a block has days which come later."""
DUPLICATE_FILE_CHANCE = 0.06
CORRECTED = {
    "metering/register_reads": "reading_kwh",
    "dispatch/outages": "customers_interrupted",
    "service/tickets": "category_code",
    "assets/transformers": "manufacturer",
}
CORRECTED_SHARE = 0.004
DELETED = ("marketing/campaign_contacts", "service/channel_usage", "metering/meter_events")
DELETED_SHARE = 0.002


def soiled(utility: Utility, number: int, feed: Feed, rows: pa.Table) -> Soiled:
    """The rows of a feed and block in the order of their keys, with dirt unless clean; duplicates stand at the end.

    `number` is the block's, −1 for what the blocks have in common.
    """
    random = utility.rng(f"dirt {feed.path}", number + 1)
    work = Soiled(feed, rows.sort_by([(name, "ascending") for name in feed.key]))
    for soil in (_full_width, _dangle, _rename, _mistake_unit, _hold_back, _correct, _delete, _double):
        if len(work.rows) and not utility.is_clean:
            soil(work, utility, random)
    return work


def drawn(random: np.random.Generator, count: int, share: float) -> Rows:
    """Places among `count`, each with the chance `share`."""
    return np.flatnonzero(random.random(count) < share)


def _full_width(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    """ASCII as the full-width forms that a Chinese input method leaves (U+FF01 … U+FF5E)."""
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    for column in FULL_WIDTH.get(work.feed.path, ()):
        rows = drawn(random, len(work.rows), FULL_WIDTH_SHARE)
        old = work.rows[column].take(rows).combine_chunks()
        work.note("full_width", rows, column)
        work.put(column, rows, pa.array([text and text.translate(wide) for text in old.to_pylist()], pa.string()))


def _dangle(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    """Numbers that lead nowhere: same letters, digits that nobody has."""
    column = DANGLING.get(work.feed.path)
    if column is None:
        return
    rows = drawn(random, len(work.rows), DANGLING_SHARE)
    rows = rows[np.asarray(work.rows[column].take(rows).is_valid())]
    old = work.rows[column].take(rows).combine_chunks()
    digits = pa.array([f"{value:08d}" for value in random.integers(97_000_000, 99_999_999, len(rows))], pa.string())
    work.note("dangling_key", rows, column, old)
    work.put(column, rows, pc.binary_join_element_wise(pc.replace_substring_regex(old, r"\d.*$", ""), digits, ""))


def _rename(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    """A code that is called otherwise from the middle day on."""
    if work.feed.path not in RENAMED:
        return
    column, before, after = RENAMED[work.feed.path]
    day = utility.first_date + timedelta(days=utility.days // 2)
    is_old = np.asarray(pc.fill_null(pc.equal(work.rows[column], before), False))
    rows = np.flatnonzero(is_old & (_days(work, utility) >= utility.days // 2))
    if len(rows):
        work.put(column, rows, pa.array([after] * len(rows), pa.string()))
        work.dirt.append(noted(work.feed.path, "code_renamed", pa.array([str(day)]), column, f"{before} → {after}"))


def _mistake_unit(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    """Some things report in another unit for up to a month."""
    if work.feed.path not in WRONG_UNIT:
        return
    whose, column, factor = WRONG_UNIT[work.feed.path]
    coded = work.rows[whose].combine_chunks().dictionary_encode()
    day = _days(work, utility)
    things = len(coded.dictionary)
    begin = np.where(random.random(things) < WRONG_UNIT_SHARE, random.integers(0, utility.days, things), utility.days)
    thing = coded.indices.to_numpy()
    length = random.integers(2, 30, things)
    rows = np.flatnonzero((day >= begin[thing]) & (day < (begin + length)[thing]))
    old = work.rows[column].take(rows).combine_chunks()
    work.note("wrong_unit", rows, column, old.cast(pa.string()))
    work.put(column, rows, pc.multiply(old, factor))


def _hold_back(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    """Some days' rows come in a file of their own, as long afterwards as the contract allows."""
    if random.random() >= LATE_CHANCE or _time(work.feed) is None or not work.feed.late_days:
        return
    first, length = int(random.integers(0, utility.days)), int(random.integers(1, 4))
    day = _days(work, utility)
    is_late = (day >= first) & (day < first + length)
    work.note("late_row", np.flatnonzero(is_late))
    arrival = first + length + int(random.integers(1, max(work.feed.late_days, 2)))
    _deliver(work, utility, arrival, work.rows.filter(pa.array(is_late)))
    work.rows = work.rows.filter(pa.array(~is_late))


def _correct(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    """Rows that are sent again with one value that was wrong before; the wrong one is in the table."""
    column = CORRECTED.get(work.feed.path)
    rows = drawn(random, len(work.rows), CORRECTED_SHARE) if column else np.zeros(0, np.intp)
    if column is None or not len(rows):
        return
    right = work.rows.take(rows)
    old = right[column].combine_chunks()
    if pa.types.is_string(old.type):
        wrong = work.rows[column].take(random.integers(0, len(work.rows), len(rows))).combine_chunks()
    else:
        wrong = pc.add(old, pa.scalar(int(random.integers(1, 90)), old.type))
    work.note("correction", rows, column, old.cast(pa.string()))
    work.put(column, rows, wrong)
    _deliver(work, utility, utility.days + int(random.integers(1, 20)), right)


def _delete(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    """Rows that are taken back afterwards: their keys alone, with `change`."""
    if work.feed.path not in DELETED:
        return
    rows = drawn(random, len(work.rows), DELETED_SHARE)
    gone = work.rows.take(rows)
    work.note("deletion", rows)
    columns = {
        name: gone[name] if name in work.feed.key else pa.nulls(len(rows), gone[name].type)
        for name in gone.column_names
    }
    change = pa.array(["delete"] * len(rows), pa.string())
    _deliver(work, utility, utility.days + int(random.integers(1, 20)), pa.table({**columns, "change": change}))


def _double(work: Soiled, utility: Utility, random: np.random.Generator) -> None:
    rows = drawn(random, len(work.rows), DUPLICATE_SHARE)
    work.note("duplicate_row", rows)
    work.rows = pa.concat_tables([work.rows, work.rows.take(rows)])


def _deliver(work: Soiled, utility: Utility, arrival: int, rows: pa.Table) -> None:
    if len(rows):
        work.later.setdefault(utility.first_date + timedelta(days=arrival), []).append(rows)


def _time(feed: Feed) -> str | None:
    """The column that says of which time a row speaks: its first instant."""
    return next((item.name for item in feed.fields if item.kind is Kind.INSTANT), None)


def _days(work: Soiled, utility: Utility) -> Ints:
    """(rows,) place of each row's day among the utility's; below 0 where unknown."""
    column = work.rows[_time(work.feed)].cast(pa.date32(), safe=False).cast(pa.int32())
    since = np.datetime64(utility.first_date, "D").astype(np.int64)
    return np.asarray(pc.fill_null(column, -1), np.int64) - since
