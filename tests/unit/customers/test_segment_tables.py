"""The rows of gold.customer_segments and gold.segment_profiles."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from powerlake.customers.customer_segments import Scoring, customer_segments, peak_hours
from powerlake.customers.daily_codes import CODE_COUNTS
from powerlake.customers.segment_profiles import profile_sums, segment_profiles
from powerlake.customers.segments import SegmentModel, fit_segments
from powerlake.customers.shape_features import shapes_of
from powerlake.customers.shapes import typical_shapes
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES

STAMP = Scoring(date(2023, 1, 31), "3", "run-1")
KINDS = ["morning", "daytime", "evening", "steady"] * 6
NO_CODES = CODE_COUNTS.empty_table()


@pytest.fixture
def typical(households) -> pa.Table:
    return typical_shapes(households(KINDS, days=35), southern_hemisphere=False)


@pytest.fixture
def model(typical: pa.Table) -> SegmentModel:
    return fit_segments(shapes_of(typical), seed=0)


def test_each_customer_has_a_row_in_the_declared_schema(typical: pa.Table, model: SegmentModel) -> None:
    codes = pa.table([["m001", "m000", "m001", "gone"], [[3, 0], [2, 2], [1, 0], [9, 9]]], schema=CODE_COUNTS)
    rows = customer_segments(typical, codes, model, STAMP)
    assert rows.schema == arrow_schema(CUSTOMER_SEGMENTS)
    assert rows["customer_id"].to_pylist() == typical["meter_id"].to_pylist()
    assert rows["segment"].to_pylist()[:4] == ["morning peak", "daytime use", "evening peak", "steady day and night"]
    assert rows["code_entropy_bits"].to_pylist()[:3] == [1.0, 0.0, None]
    assert rows["months_seen"].to_pylist()[0] == 1  # February has but four days
    assert rows["days"].to_pylist() == [35] * len(KINDS)
    first = rows.slice(0, 1).to_pylist()[0]
    assert 8 in first["peak_hours"]
    assert (first["as_of_date"], first["model_version"], first["run_id"]) == (STAMP.as_of, "3", "run-1")


def test_a_customer_without_energy_is_unusual_with_open_values(households, model: SegmentModel) -> None:
    curves = households(["steady"], days=10)
    kwh = pc.multiply(curves["kwh"].combine_chunks().flatten(), pa.scalar(0.0, pa.float32()))
    idle = curves.set_column(2, "kwh", pa.ListArray.from_arrays(np.arange(0, 481, 48, dtype=np.int32), kwh))
    typical = typical_shapes(idle, southern_hemisphere=False)
    (row,) = customer_segments(typical, NO_CODES, model, STAMP).to_pylist()
    assert (row["segment"], row["is_unusual"], row["mean_daily_kwh"]) == ("unusual", True, 0.0)
    assert [row[name] for name in ("distance", "margin", "stability", "peak_hours")] == [None] * 4
    profiles = segment_profiles(profile_sums(typical, model.assign(shapes_of(typical))), model, STAMP).to_pylist()
    assert [(row["segment"], row["season"], row["customers"], row["typical_kw"]) for row in profiles] == [
        ("unusual", "all", 1, None)
    ] * 2


def test_profiles_have_the_members_mean_curve(typical: pa.Table, model: SegmentModel) -> None:
    profiles = segment_profiles(profile_sums(typical, model.assign(shapes_of(typical))), model, STAMP)
    assert profiles.schema == arrow_schema(SEGMENT_PROFILES)
    rows = {(row["segment"], row["season"], row["day_type"]): row for row in profiles.to_pylist()}
    assert {season for _, season, _ in rows} == {"winter", "all"}
    assert len(rows) == len(model) * 2 * 2
    row = rows["evening peak", "all", "weekday"]
    assert (row["customers"], row["share"]) == (6, pytest.approx(0.25))
    assert row["peak_hours"][0] in (19, 20)
    assert np.mean(row["typical_shape"]) == pytest.approx(1, abs=1e-5)
    assert np.mean(row["typical_kw"]) * 24 == pytest.approx(row["mean_daily_kwh"], rel=1e-5)
    members = pc.mean(typical["mean_daily_kwh"].filter(pa.array([kind == "evening" for kind in KINDS]))).as_py()
    week = (5 * row["mean_daily_kwh"] + 2 * rows["evening peak", "all", "weekend"]["mean_daily_kwh"]) / 7
    assert week == pytest.approx(members, rel=0.02)


def test_profiles_of_shards_added_up_equal_those_of_the_whole(typical: pa.Table, model: SegmentModel) -> None:
    shards = [typical.slice(0, 7), typical.slice(7, 1), typical.slice(8)]
    sums = [profile_sums(shard, model.assign(shapes_of(shard))) for shard in shards]
    apart = segment_profiles(pa.concat_tables(reversed(sums)), model, STAMP).to_pandas()
    whole = segment_profiles(profile_sums(typical, model.assign(shapes_of(typical))), model, STAMP).to_pandas()
    assert apart.drop(columns=["typical_kw", "typical_shape", "mean_daily_kwh"]).equals(
        whole.drop(columns=["typical_kw", "typical_shape", "mean_daily_kwh"])
    )
    np.testing.assert_allclose(np.stack(apart["typical_kw"]), np.stack(whole["typical_kw"]), rtol=1e-6)


def described(typical: pa.Table, model: SegmentModel) -> dict[str, dict[str, object]]:
    """Segment → its row of gold.segment_profiles for weekdays of all seasons."""
    rows = segment_profiles(profile_sums(typical, model.assign(shapes_of(typical))), model, STAMP).to_pylist()
    return {row["segment"]: row for row in rows if (row["season"], row["day_type"]) == ("all", "weekday")}


def test_a_week_without_weekend_curves_is_described_by_its_weekdays(households) -> None:
    """Eight days have two of a weekend, too few for a curve."""
    typical = typical_shapes(households(KINDS, days=8), southern_hemisphere=False)
    rows = described(typical, fit_segments(shapes_of(typical), seed=0))
    assert len(rows) == 4
    for row in rows.values():
        assert f"{row['mean_daily_kwh']:.1f} kWh a day" in row["description"]


def test_customers_without_a_curve_are_no_part_of_what_a_segment_is_compared_with(
    households, typical: pa.Table, model: SegmentModel
) -> None:
    new = typical_shapes(households(["steady"] * 30, days=3), southern_hemisphere=False)
    assert new["outline"].null_count == 30
    before, after = described(typical, model), described(pa.concat_tables([typical, new]), model)
    assert after["unusual"]["customers"] == 30
    assert {name: after[name]["description"] for name in before} == {
        name: row["description"] for name, row in before.items()
    }


def test_peak_hours_are_highest_first_and_the_earlier_of_equals() -> None:
    curve = np.zeros((2, 48))
    curve[0, [40, 41]], curve[0, 12], curve[0, 30] = 2.0, 1.0, 1.0
    assert peak_hours(curve, np.array([True, False])).to_pylist() == [[20, 6, 15], None]
