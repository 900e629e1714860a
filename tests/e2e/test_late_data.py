"""A correction and a late row 40 days after their day: just their rows change downstream, and what rests on them."""

from __future__ import annotations

import csv
import gzip
import shutil
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from powerlake.tables import TABLES

LAST = date(2024, 7, 1)
LATE = LAST - timedelta(days=40)
MONTH = f"{LATE:%Y-%m}"
MORE = 1.1
"""The corrected day is so many times what was sent first."""
MORE_CNY = 100.0
FEEDER_LOAD = "dispatch/feeder_load/feeder_load_00000.parquet"
SILVER = [name for name, table in TABLES.items() if table.layer == "silver"]
GOLD = [name for name, table in TABLES.items() if table.layer == "gold"]


@dataclass(frozen=True)
class Delivered:
    """What came late, and to whom it belongs."""

    curve: dict[str, object]
    """The row of silver.load_curves that is corrected."""
    bill: dict[str, object]
    """The row of silver.bills that is corrected."""
    load: dict[str, object]
    """The row of feeder_load that comes late."""
    customers: set[str]
    """Whose meter and whose bill it is."""
    areas: set[str]
    """Transformers: of that meter, and of that load."""


@dataclass(frozen=True)
class Story:
    """Tables before and after, by key, and the data files of silver by month."""

    delivered: Delivered
    before: dict[str, dict[tuple, dict]]
    after: dict[str, dict[tuple, dict]]
    files_before: dict[str, dict[str, set[str]]]
    files_after: dict[str, dict[str, set[str]]]

    def changed(self, name: str, *, but: tuple[str, ...] = ("run_id",)) -> set[tuple]:
        """Keys whose row came, went or has another value, the columns `but` aside."""
        before, after = self.before[name], self.after[name]
        return {
            key
            for key in before.keys() | after.keys()
            if _without(before.get(key), but) != _without(after.get(key), but)
        }


def _without(row: dict | None, columns: tuple[str, ...]) -> dict | None:
    return row and {name: value for name, value in row.items() if name not in columns}


def tables(lake) -> dict[str, dict[tuple, dict]]:
    found = {}
    for name in SILVER + GOLD:
        table = TABLES[name]
        rows = lake.rows(table).to_pylist()
        found[name] = {tuple(row[part] for part in table.key): row for row in rows}
        assert len(found[name]) == len(rows), name
    return found


def files(lake) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for name in SILVER:
        for file in lake.files(TABLES[name]):
            found.setdefault(name, {}).setdefault(file.partition.get("month", ""), set()).add(file.relative)
    return found


@pytest.fixture(scope="module")
def story(village, utility_at, tmp_path_factory) -> Story:
    """A whole run; then three late files, and another."""
    utility = utility_at(tmp_path_factory.mktemp("late"))
    shutil.copytree(village, utility.lake.landing)
    load = withhold_a_load(utility.lake.landing / FEEDER_LOAD)
    utility.run()
    before, files_before = tables(utility.lake), files(utility.lake)
    delivered = deliver(utility, before, load)
    utility.run()
    return Story(delivered, before, tables(utility.lake), files_before, files(utility.lake))


def withhold_a_load(path) -> dict[str, object]:
    """Take the last load that a transformer had on the morning of LATE out of the file."""
    rows = pq.read_table(path)
    at = pc.equal(rows["measured_at"], pa.scalar(f"{LATE} 10:00:00").cast(pa.timestamp("s")).cast(pa.timestamp("ms")))
    mask = pc.and_(at, pc.starts_with(rows["asset_id"], "T0"))
    load = rows.filter(mask).to_pylist()[-1]
    pq.write_table(rows.filter(pc.invert(pc.and_(mask, pc.equal(rows["asset_id"], load["asset_id"])))), path)
    return load


def deliver(utility, before, load) -> Delivered:
    """A meter's day corrected, a bill corrected, and the load that was withheld."""
    landing = utility.lake.landing
    meters = {
        meter: row["transformer_id"] for (kind, meter), row in before["gold.dim_asset"].items() if kind == "meter"
    }
    owners = {row["meter_id"]: row["customer_id"] for row in before["gold.dim_customer"].values() if row["meter_id"]}
    curve = next(
        row
        for (meter, day), row in sorted(before["silver.load_curves"].items())
        if day == LATE and meter in owners and row["received_points"] == row["points"]
    )
    kwh = [round(MORE * value, 3) for value in curve["kwh"]]
    write(
        landing / "metering/load_curves/2024-07/corrected_day.csv",
        [["meter_id", "date", *(f"P{number}" for number in range(1, len(kwh) + 1))], [curve["meter_id"], LATE, *kwh]],
    )
    bill = min(before["silver.bills"].values(), key=lambda row: (abs(row["issued_date"] - LATE), row["bill_id"]))
    header, sent = sent_bill(landing / "marketing/bills/bills_00000.csv", bill["bill_id"])
    sent["amount_cny"] = bill["amount_cny"] + MORE_CNY
    write(landing / "marketing/bills/bills_corrected.csv", [header, [sent[name] for name in header]])
    shown = {name: value for name, value in load.items() if value is not None}
    write(landing / "dispatch/feeder_load/feeder_load_late.csv", [list(shown), list(shown.values())])
    customers = {owners[curve["meter_id"]], bill["customer_id"]}
    return Delivered(curve, bill, load, customers, {meters[curve["meter_id"]], load["asset_id"]})


def sent_bill(path, bill_id: str) -> tuple[list[str], dict[str, object]]:
    """The header of the file and the bill's row in it."""
    content = path.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    reader = csv.DictReader(text.splitlines())
    rows = [row for row in reader if row["bill_id"] == bill_id]
    return list(reader.fieldnames), rows[-1]


def write(path, rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def test_what_came_late_is_in_silver_and_nothing_else_changed(story) -> None:
    late = story.delivered
    instant = next(iter(story.changed("silver.feeder_load")))
    changed = {name: story.changed(name) for name in SILVER}
    assert {name: keys for name, keys in changed.items() if keys} == {
        "silver.load_curves": {(late.curve["meter_id"], LATE)},
        "silver.bills": {(late.bill["bill_id"],)},
        "silver.feeder_load": {instant},
    }
    assert late.load["asset_id"] in instant
    assert instant not in story.before["silver.feeder_load"]
    curve = story.after["silver.load_curves"][late.curve["meter_id"], LATE]
    assert curve["kwh"] == pytest.approx([MORE * value for value in late.curve["kwh"]], abs=0.00051)
    bill = story.after["silver.bills"][late.bill["bill_id"],]
    assert bill["amount_cny"] == pytest.approx(late.bill["amount_cny"] + MORE_CNY)


def test_months_that_nothing_came_for_keep_their_files(story) -> None:
    """And their rows the run that made them; of curves, so do the other days of that month."""
    moved = {
        (name, month)
        for name in SILVER
        for month, names in story.files_after.get(name, {}).items()
        if names != story.files_before[name].get(month)
    }
    bill_month = story.after["silver.bills"][story.delivered.bill["bill_id"],].get("month", "")
    moved -= {("silver.conflicts", "")}  # not cut by month: bills are compared again as a whole
    assert moved == {("silver.load_curves", MONTH), ("silver.bills", bill_month), ("silver.feeder_load", MONTH)}
    assert {day for _, day in story.changed("silver.load_curves", but=())} == {LATE}


def test_features_of_the_corrected_day_change_alone(story) -> None:
    late = story.delivered
    assert story.changed("gold.daily_load_features") == {(late.curve["meter_id"], LATE)}
    before, after = (
        tables_["gold.daily_load_features"][late.curve["meter_id"], LATE] for tables_ in (story.before, story.after)
    )
    assert after["energy_kwh"] == pytest.approx(MORE * before["energy_kwh"], abs=0.05)


def test_profiles_of_the_two_customers_change_alone(story) -> None:
    late = story.delivered
    assert story.changed("gold.customer_profile") == {(customer,) for customer in late.customers}
    key = (late.bill["customer_id"],)
    billed = [tables_["gold.customer_profile"][key]["billed_12m_cny"] for tables_ in (story.before, story.after)]
    assert billed[1] - billed[0] == pytest.approx(MORE_CNY)


def test_losses_of_the_two_areas_change_from_that_month_on(story) -> None:
    """The place among a month's areas is theirs all."""
    changed = story.changed("gold.line_loss", but=("run_id", "place"))
    assert {area for area, month in changed if month == MONTH} == story.delivered.areas
    assert {area for area, _ in changed} == story.delivered.areas
    assert {month for _, month in changed} >= {MONTH}


def test_the_market_changes_where_the_two_are_customers(story) -> None:
    cells = {
        (row["region_code"], row["sector_code"] or "homes")
        for customer in story.delivered.customers
        for row in [story.after["gold.customer_profile"][customer,]]
    }
    changed = story.changed("gold.market_model")
    assert changed
    assert {(region, sector) for region, sector, _ in changed} <= cells
    assert min(month for *_, month in changed) >= date(LATE.year, LATE.month, 1)


def test_segments_change_at_most_for_the_corrected_meter(story) -> None:
    """The champion stays: no day is newer than those it was fitted on."""
    assert story.changed("gold.customer_segments") <= {(story.delivered.curve["meter_id"],)}


def test_what_does_not_rest_on_them_is_as_it_was(story) -> None:
    for name in ("gold.dim_date", "gold.dim_tariff", "gold.dim_asset", "gold.dim_customer"):
        assert not story.changed(name), name
