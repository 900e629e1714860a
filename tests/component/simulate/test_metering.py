"""A block's metering: meters and their changes, registers that add up, gaps, events, and what is billed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from powerlake.landing.load_curves import read_load_curves
from powerlake.landing.refusals import Delivery
from powerlake.simulate import curve_files as curves
from powerlake.simulate import meter_events, meter_faults, metering, meters
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.files import conformed
from powerlake.simulate.metering import Metering, draw_metering
from powerlake.simulate.network import draw_network
from powerlake.simulate.points import Points, at_points, draw_points
from powerlake.simulate.utility import Block, Customers, Use, Utility
from powerlake.tables.feeds import FEEDS

UTILITY = Utility(60, 75, 11)


@dataclass
class Made:
    """A block and what was drawn of it."""

    block: Block
    customers: Customers
    points: Points
    use: Use
    metering: Metering

    def feed(self, path: str) -> pd.DataFrame:
        return conformed(FEEDS[path], self.metering.made.feeds[path]).to_pandas()


def draw() -> Made:
    block = UTILITY.blocks[0]
    customers = draw_customers(UTILITY, block)
    points = draw_points(UTILITY, block, customers)
    network = at_points(draw_network(UTILITY, block, customers), points)
    chance = np.random.default_rng(3).lognormal(-0.3, 0.8, (len(customers), UTILITY.days, 96))
    day = np.arange(UTILITY.days)
    supplied = (day >= customers.from_day[:, None]) & (day < customers.to_day[:, None])
    taken = (customers.mean_kw[:, None, None] / 4 * chance * supplied[:, :, None]).astype(np.float32)
    use = Use(taken, np.where(customers.has_pv[:, None, None], taken / 8, 0).astype(np.float32))
    return Made(block, customers, points, use, draw_metering(UTILITY, block, customers, points, network, use))


@pytest.fixture(scope="module")
def made() -> Made:
    """With many changes of meters and no fault, so that registers can be held against the use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(meters, "CHANGED_SHARE", 10.0)
        patch.setattr(meter_faults, "SHARE", 0.0)
        patch.setattr(metering, "draw_theft", _no_theft)
        return draw()


def _no_theft(utility: Utility, block: Block, customers: Customers, taken: np.ndarray) -> object:
    nothing = np.zeros(0, np.int64)
    return metering.Theft(taken, nothing, (), nothing, nothing, np.zeros(0), np.zeros(0))


def test_a_point_has_one_meter_on_any_day(made: Made) -> None:
    fleet = made.metering.fleet
    day = np.arange(UTILITY.days)
    stands = (day >= fleet.from_day[:, None]) & (day < fleet.to_day[:, None])
    count = np.zeros((len(made.customers), UTILITY.days), int)
    np.add.at(count, fleet.point, stands)
    expected = made.points.exists[:, None] & (day >= made.points.from_day[:, None])
    assert np.array_equal(count, expected)
    assert (np.bincount(fleet.point) == 2).sum() > 5
    assert len(set(fleet.meter_id.tolist())) == len(fleet)


def test_who_takes_over_a_point_is_measured_there(made: Made) -> None:
    came = np.flatnonzero(~made.points.exists)
    assert len(came) > 0
    left = made.points.of_customer[came]
    assert np.isnan(made.metering.measured[came]).all()
    known = ~np.isnan(made.metering.measured[left])
    both = made.use.taken[came] + made.use.taken[left]
    assert np.array_equal(made.metering.measured[left][known], both[known])


def test_registers_count_what_is_used_whatever_came_in(made: Made) -> None:
    """From one read of a meter to its next, times the multiplier, with the turns of the register counted."""
    reads = made.feed("metering/register_reads")
    fleet = made.metering.fleet
    place = {meter: number for number, meter in enumerate(fleet.meter_id)}
    forward = reads[(reads["register_code"] == "00010000") & (reads["read_kind"] != "estimated")]
    assert {"first", "final", "actual"} <= set(forward["read_kind"])
    used = made.points.together(made.use.taken).astype(float).reshape(len(made.customers), -1)
    total = np.concatenate([np.zeros((len(used), 1)), np.cumsum(used, axis=1)], axis=1)
    checked = 0
    for meter, own in forward.groupby("meter_id"):
        number = place[meter]
        at = ((own["read_at"] - pd.Timestamp(UTILITY.first_date)) // pd.Timedelta(minutes=15)).to_numpy()
        expected = np.diff(total[fleet.point[number], at]) / fleet.multiplier[number]
        shown = np.diff(own["reading_kwh"].to_numpy()) % 10.0 ** fleet.digits[number]
        assert shown == pytest.approx(expected, abs=0.02, rel=1e-5)
        checked += len(expected)
    assert checked > 100


def test_a_first_read_is_near_zero_and_a_final_one_falls_on_the_day_of_change(made: Made) -> None:
    reads, plates = made.feed("metering/register_reads"), made.feed("metering/meters")
    forward = reads[reads["register_code"] == "00010000"].merge(plates, on="meter_id")
    first, final = (forward[forward["read_kind"] == kind] for kind in ("first", "final"))
    assert (first["reading_kwh"] < 3.01).all()
    assert (first["read_at"].dt.date == first["installed_date"]).all()
    assert (final["read_at"].dt.date == final["removed_date"]).all()
    assert not forward.duplicated(["meter_id", "read_at"]).any()


def test_what_feeds_in_has_a_reverse_register(made: Made) -> None:
    reads = made.feed("metering/register_reads")
    feeding = made.points.together(made.use.fed_in).any(axis=(1, 2))[made.metering.fleet.point]
    reverse = set(reads.loc[reads["register_code"] == "00020000", "meter_id"])
    assert 0 < len(reverse) <= feeding.sum()
    assert reverse <= set(made.metering.fleet.meter_id[feeding])


def test_billed_energy_is_the_measured_with_gaps_filled(made: Made) -> None:
    billed, use = made.metering.billed_kwh.sum(axis=2), made.use.taken.sum(axis=2)
    whole = ~np.isnan(made.metering.measured[made.points.of_customer]).any(axis=2)
    assert billed[whole] == pytest.approx(use[whole], rel=1e-4)
    supplied = use.any(axis=1)
    assert billed.sum(axis=1)[supplied] == pytest.approx(use.sum(axis=1)[supplied], rel=0.25)
    day = np.arange(UTILITY.days)
    outside = (day < made.customers.from_day[:, None]) | (day >= made.customers.to_day[:, None])
    assert not billed[outside].any()
    assert not made.metering.estimated_days[outside].any()
    assert 0 < made.metering.estimated_days.mean() < 0.1


def test_gaps_take_whole_intervals_and_about_one_value_in_a_hundred(made: Made) -> None:
    fleet = made.metering.fleet
    stood = np.unique(fleet.point[fleet.from_day < 0])
    lost = np.isnan(made.metering.measured[stood])
    assert 0.002 < lost.mean() < 0.04
    minutes = dict(zip(fleet.point.tolist(), fleet.interval_minutes.tolist(), strict=True))
    for place, point in enumerate(stood):
        quarters = minutes[int(point)] // 15
        parts = lost[place].reshape(-1, quarters)
        assert (parts.all(axis=1) | ~parts.any(axis=1)).all()
    assert set(minutes.values()) == {15, 30, 60} or set(minutes.values()) == {15, 30}


def test_events_are_of_meters_that_stand(made: Made) -> None:
    events, plates = made.feed("metering/meter_events"), made.feed("metering/meters")
    both = events.merge(plates, on="meter_id")
    assert len(both) == len(events) > 50
    assert (both["occurred_at"].dt.date >= both["installed_date"]).all()
    assert events["event_id"].is_unique
    assert events["occurred_at"].is_monotonic_increasing
    known = {code for field in FEEDS["metering/meter_events"].fields for code in field.codes}
    assert set(events["event_code"]) <= known
    single = plates.loc[plates["meter_kind"] == "single_phase", "meter_id"]
    assert not events[events["meter_id"].isin(single)]["event_code"].isin(["phase_loss", "current_unbalance"]).any()


def test_where_no_meter_stands_nothing_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens at one point is told by its own meter or not at all."""
    monkeypatch.setattr(meter_events, "A_YEAR", {"battery_low": 300.0})
    nothing, three = np.zeros(0, np.int64), np.zeros(2, bool)
    none = np.zeros((2, UTILITY.days, 96), np.float32)
    theft = metering.Theft(none, nothing, (), nothing, nothing, np.zeros(0), np.zeros(0))
    faults = meter_faults.MeterFaults(none, nothing, (), nothing, nothing, np.zeros(0), np.zeros(0, bool))
    points = Points(np.arange(2), np.ones(2, bool), np.zeros(2, np.int64), np.full(2, UTILITY.days))

    def seen_at_the_second(point: list[int]) -> list[datetime]:
        place = np.array(point)
        ones, ids = np.ones(len(place), np.int64), np.array([f"M{number}" for number in point])
        fleet = meters.Fleet(ids, place, -ones, UTILITY.days * ones, ones, 6 * ones, 30 * ones, ones.astype(float))
        block = Block(0, 0, 2)
        rows = meter_events.event_rows(UTILITY, block, fleet, points, three, theft, faults).to_pandas()
        return rows.loc[rows["meter_id"] == "M1", "occurred_at"].tolist()

    assert len(seen_at_the_second([0, 1])) > 3
    assert seen_at_the_second([1]) == seen_at_the_second([0, 1])


def test_the_truth_names_meters_of_the_feed_and_all_is_repeatable() -> None:
    first, second = draw(), draw()
    assert np.array_equal(first.metering.measured, second.metering.measured, equal_nan=True)
    for path, table in first.metering.made.feeds.items():
        assert table.equals(second.metering.made.feeds[path]), path
    there = set(first.feed("metering/meters")["meter_id"])
    for name in ("theft", "meter_faults", "register_rollovers"):
        assert set(first.metering.made.truth[name]["meter_id"].to_pylist()) <= there


def test_load_curve_files_bring_every_measured_value(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read as landing reads them: sum of kWh by meter times the multiplier, dirt switched off."""
    for name in ("WRONG_UNIT_SHARE", "CORRECTED_SHARE", "DUPLICATE_SHARE", "LATE_CHANCE", "DUPLICATE_FILE_CHANCE"):
        monkeypatch.setattr(curves, name, 0.0)
    monkeypatch.setattr(curves, "LONG_CHANCE", 1.0)
    monkeypatch.setattr(curves, "LONG_SHARE", 0.2)
    files, dirt = curves.curve_files(UTILITY, made.block, made.metering)
    assert dirt == []
    assert {path.split("/")[0] for path in (file.path for file in files)} == {"landing"}
    parts = []
    for file in files:
        path = tmp_path / file.path.replace("/", "_")
        path.write_bytes(file.content)
        for part in read_load_curves(path, Delivery(path.name, "", 1, datetime.now(UTC), "test", 1)):
            assert part.rejected is None
            assert part.rows_received == part.rows_kept == file.rows
            parts.append(part.rows.select(["meter_id", "kwh"]))
    rows = pa.concat_tables(parts).to_pandas()
    sums = rows["kwh"].map(np.nansum).groupby(rows["meter_id"]).sum()
    fleet, day = made.metering.fleet, np.arange(UTILITY.days)
    for number, meter in enumerate(fleet.meter_id.tolist()):
        stands = (day >= fleet.from_day[number]) & (day < fleet.to_day[number])
        true = np.nansum(made.metering.measured[fleet.point[number]][stands], dtype=float)
        assert sums.get(meter, 0.0) * fleet.multiplier[number] == pytest.approx(true, rel=2e-3, abs=0.05), meter


def test_dirt_on_load_curves_is_known(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = {"WRONG_UNIT_SHARE": 0.2, "CORRECTED_SHARE": 0.02, "DUPLICATE_SHARE": 0.02, "LATE_CHANCE": 1.0}
    for name, share in {**clean, "DUPLICATE_FILE_CHANCE": 1.0, "LONG_CHANCE": 0.0}.items():
        monkeypatch.setattr(curves, name, share)
    files, dirt = curves.curve_files(UTILITY, made.block, made.metering)
    noted = pa.concat_tables(dirt).to_pandas()
    assert set(noted["kind"]) == {"wrong_unit", "correction", "duplicate_row", "late_row", "duplicate_file"}
    later = [file for file in files if file.path.startswith("later/")]
    rows = noted["kind"].value_counts()
    assert sum(file.rows for file in later if "late_row" in file.path) == rows["late_row"]
    assert sum(file.rows for file in later if "correction" in file.path) == rows["correction"]
    in_landing = sum(file.rows for file in files if file.path.startswith("landing/") and "_again" not in file.path)
    monkeypatch.setattr(curves, "LATE_CHANCE", 0.0)
    monkeypatch.setattr(curves, "DUPLICATE_SHARE", 0.0)
    all_in_time, _ = curves.curve_files(UTILITY, made.block, made.metering)
    total = sum(file.rows for file in all_in_time if file.path.startswith("landing/") and "_again" not in file.path)
    assert in_landing == total + rows["duplicate_row"] - rows["late_row"]
    copies = {file.path: file.content for file in files if "_again" in file.path}
    assert set(noted.loc[noted["kind"] == "duplicate_file", "detail"]) == set(copies)
    whole = {file.path: file.content for file in files}
    assert all(content == whole[path.replace("_again", "")] for path, content in copies.items())


def test_a_block_may_have_all_its_meters_in_long_files(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "LONG_CHANCE", 1.0)
    monkeypatch.setattr(curves, "LONG_SHARE", 1.0)
    files, _ = curves.curve_files(UTILITY, made.block, made.metering)
    assert files
    assert {Path(file.path).name.split("_")[0] for file in files} == {"readings"}
