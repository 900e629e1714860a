"""The rows of gold.monthly_load_shapes and gold.monthly_shape_codes, and what is made of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from powerlake.customers.daily_codes import Codebook, code_counts, day_sample, fit_codebook
from powerlake.customers.month_shapes import month_shapes
from powerlake.customers.monthly_load_shapes import monthly_load_shapes, typical_of_rows
from powerlake.customers.monthly_shape_codes import monthly_shape_codes
from powerlake.customers.shapes import TYPICAL_SHAPES, typical_shapes
from powerlake.tables.conform import conform
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES

KINDS = ["morning", "evening", "steady"]
FLAT = Codebook(np.full((1, 24), 1 / 24))


@pytest.fixture
def curves(households) -> pa.Table:
    """90 days, 2 January to 1 April 2023; m001's meter is in the south."""
    made = households(KINDS, days=90)
    layout = pc.if_else(pc.equal(made["meter_id"], "m001"), "sgsc", "long")
    return made.append_column("layout", layout)


def of_month(curves: pa.Table, month: str) -> pa.Table:
    return curves.filter(pc.equal(pc.strftime(curves["date"], "%Y-%m"), month))


def test_rows_are_the_mean_days_with_season_and_origin(curves: pa.Table) -> None:
    rows = monthly_load_shapes(of_month(curves, "2023-03"), {"sgsc"}, 1, "run-1")
    assert rows.schema == arrow_schema(MONTHLY_LOAD_SHAPES)
    assert conform(MONTHLY_LOAD_SHAPES, rows).reasons == []
    found = [(r["meter_id"], r["day_type"], r["season"], r["days"]) for r in rows.to_pylist()]
    assert found == [
        (meter, day_type, season, days)
        for meter, season in (("m000", "spring"), ("m001", "autumn"), ("m002", "spring"))
        for day_type, days in (("weekday", 23), ("weekend", 8))
    ]
    months = month_shapes(of_month(curves, "2023-03"))
    assert rows["mean_kwh"].to_pylist() == months["kwh"].to_pylist()
    assert rows["capped_mean_kwh"].to_pylist() == months["capped_kwh"].to_pylist()
    assert {(r["month"], r["bucket"], r["run_id"]) for r in rows.to_pylist()} == {("2023-03", 1, "run-1")}


def test_shards_in_any_order_give_the_typical_shapes_of_all_curves(curves: pa.Table) -> None:
    months = ("2023-03", "2023-01", "2023-04", "2023-02")
    shards = [monthly_load_shapes(of_month(curves, month), {"sgsc"}, 0, "r") for month in months]
    is_south = pc.equal(curves["layout"], "sgsc")
    north, south = (
        typical_shapes(curves.filter(keep), southern_hemisphere=half)
        for half, keep in ((False, pc.invert(is_south)), (True, is_south))
    )
    expected = pa.concat_tables([north, south]).sort_by("meter_id").combine_chunks()
    assert typical_of_rows(pa.concat_tables(shards)).equals(expected)


def test_a_meter_of_both_hemispheres_is_one_customer_where_its_latest_day_is(curves: pa.Table) -> None:
    march = of_month(curves, "2023-03").filter(pc.equal(pc.field("meter_id"), "m000"))
    half = pa.array(["sgsc"] * 15 + ["long"] * 16)
    mixed = march.set_column(march.schema.get_field_index("layout"), "layout", half)
    rows = monthly_load_shapes(mixed.take(pa.array(np.random.default_rng(0).permutation(31))), {"sgsc"}, 0, "r")
    assert (rows["season"].to_pylist(), rows["days"].to_pylist()) == (["spring"] * 2, [23, 8])


def test_no_curves_make_no_rows_and_no_customers(curves: pa.Table) -> None:
    rows = monthly_load_shapes(curves.slice(0, 0), {"sgsc"}, 0, "r")
    assert (len(rows), rows.schema) == (0, arrow_schema(MONTHLY_LOAD_SHAPES))
    typical = typical_of_rows(rows)
    assert (len(typical), typical.schema) == (0, TYPICAL_SHAPES)
    assert len(monthly_shape_codes(curves.slice(0, 0), FLAT, "1", "2023-03", 0, "r")) == 0


def test_codes_are_the_counts_of_the_month(curves: pa.Table) -> None:
    march = of_month(curves, "2023-03")
    book = fit_codebook(day_sample(curves, at_most=200, seed=0), seed=0)
    rows = monthly_shape_codes(march, book, "3", "2023-03", 1, "run-1")
    assert rows.schema == arrow_schema(MONTHLY_SHAPE_CODES)
    assert conform(MONTHLY_SHAPE_CODES, rows).reasons == []
    assert rows["code_days"].to_pylist() == code_counts(march, book)["counts"].to_pylist()
    assert rows["days"].to_pylist() == [31] * 3
    assert set(rows["model_version"].to_pylist()) == {"3"}


def test_a_meter_without_a_complete_day_has_no_codes(curves: pa.Table) -> None:
    march = of_month(curves, "2023-03")
    estimated = pc.if_else(pc.equal(march["meter_id"], "m001"), 48, 0).cast(pa.int16())
    column = march.schema.get_field_index("estimated_points")
    rows = monthly_shape_codes(march.set_column(column, "estimated_points", estimated), FLAT, "1", "2023-03", 0, "r")
    assert rows["meter_id"].to_pylist() == ["m000", "m002"]
    assert rows["code_days"].to_pylist() == [[31, 0], [31, 0]]
