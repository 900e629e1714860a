"""A feeder's rows as matrices, and the suspects among its meters with the reason in words."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from powerlake.grid.energy_balance import NOWHERE
from powerlake.grid.feeder_curves import feeder_curves
from powerlake.grid.topology_suspects import SUSPECTS, Comparison, suspects_of_feeder

FIRST, DAYS = date(2024, 3, 1), 20
COMPARED = Comparison(FIRST, FIRST + timedelta(days=DAYS - 1), 25.0)


def curve_row(meter: str, area: str, day: int, kwh: list[float | None], multiplier: float = 1.0) -> dict[str, object]:
    return {
        "feeder_id": "F1",
        "meter_id": meter,
        "transformer_id": area,
        "date": FIRST + timedelta(days=day),
        "kwh": kwh,
        "multiplier": multiplier,
    }


def curves_of(*rows: dict[str, object]) -> pa.Table:
    schema = pa.schema([("feeder_id", pa.string()), ("meter_id", pa.string()), ("transformer_id", pa.string())])
    schema = schema.append(pa.field("date", pa.date32())).append(pa.field("kwh", pa.list_(pa.float32())))
    return pa.Table.from_pylist(list(rows), schema.append(pa.field("multiplier", pa.float64())))


def supply_of(power_kw: dict[str, np.ndarray]) -> pa.Table:
    """(days × 24,) power of each area."""
    rows = [
        {
            "feeder_id": "F1",
            "transformer_id": area,
            "date": FIRST + timedelta(hours=hour),
            "hour": hour % 24,
            "power_kw": kw,
        }
        for area, powers in power_kw.items()
        for hour, kw in enumerate(powers.tolist())
    ]
    schema = pa.schema([("feeder_id", pa.string()), ("transformer_id", pa.string()), ("date", pa.date32())])
    return pa.Table.from_pylist(
        rows, schema.append(pa.field("hour", pa.int32())).append(pa.field("power_kw", pa.float64()))
    )


def test_the_days_of_meters_become_hours_after_the_multiplier() -> None:
    curves = curves_of(
        curve_row("m1", "T1", 0, [0.5] * 48, multiplier=10),
        curve_row("m1", "T2", 1, [0.25] * 96, multiplier=10),
        curve_row("m2", "T2", 0, [None, *[1.0] * 23]),
        curve_row("m2", "T2", 2, [1.0] * 23),
    )
    found = feeder_curves(curves, supply_of({"T1": np.arange(48.0), "T2": np.full(72, 3.0)}), np.datetime64(FIRST), 3)
    assert (found.areas, found.meters) == (("T1", "T2"), ("m1", "m2"))
    assert found.supplied_kw[47].tolist() == [47, 3]
    assert np.isnan(found.supplied_kw[48, 0])
    assert (found.use_kw[:48, 0] == 10).all()
    assert (found.use_kw[48:, 0] == 0).all(), "recorded nowhere on that day"
    assert found.use_kw[0, 1] == 0, "an hour never known"
    assert found.use_kw[49, 1] == 1, "a day of 23 hours counts as unknown: the mean of the hour"
    assert found.recorded[::24].tolist() == [[0, 1], [1, 1], [NOWHERE, 1]]
    assert found.recorded_last.tolist() == [1, 1]
    assert found.days.tolist() == [2, 1]
    assert found.mean_kw.tolist() == [10, 1], "over what is known, not over all the days compared"


def a_feeder(wrong: str | None) -> tuple[pa.Table, pa.Table]:
    """Six meters in two areas, `wrong` recorded in the other one."""
    random = np.random.default_rng(2)
    use = {f"m{number}": random.gamma(1.0, 1.0, DAYS * 24).astype(np.float32) for number in range(6)}
    true = {meter: f"T{place % 2}" for place, meter in enumerate(use)}
    other = {"T0": "T1", "T1": "T0"}
    rows = [
        curve_row(meter, other[true[meter]] if meter == wrong else true[meter], day, kwh[day * 24 :][:24].tolist())
        for meter, kwh in use.items()
        for day in range(DAYS)
    ]
    supply = {
        area: sum(kwh for meter, kwh in use.items() if true[meter] == area) + random.normal(0.2, 0.05, DAYS * 24)
        for area in other
    }
    return curves_of(*rows), supply_of(supply)


def test_the_meter_in_the_wrong_area_is_the_suspect() -> None:
    found = suspects_of_feeder(*a_feeder("m3"), COMPARED)
    assert found.schema == SUSPECTS
    (suspect,) = [row for row in found.to_pylist() if row["is_suspect"]]
    assert (suspect["meter_id"], suspect["recorded_transformer_id"], suspect["likely_transformer_id"]) == (
        "m3",
        "T0",
        "T1",
    )
    assert suspect["days"] == DAYS
    assert suspect["mean_kw"] == pytest.approx(1, abs=0.2)
    assert suspect["reason"].startswith("100 % of its use is not in the balance of T0, ")
    assert suspect["reason"].endswith(" % of its use is in that of T1")
    assert len(found) == 6


def test_the_mean_power_of_a_meter_that_came_late_is_that_of_its_own_days() -> None:
    curves, supply = a_feeder(None)
    late = pc.and_(pc.equal(curves["meter_id"], "m3"), pc.less(curves["date"], FIRST + timedelta(days=DAYS // 2)))
    found = suspects_of_feeder(curves.filter(pc.invert(late)), supply, COMPARED)
    (row,) = [row for row in found.to_pylist() if row["meter_id"] == "m3"]
    own = [
        sum(kwh) / 24
        for meter, kwh in zip(*(curves[name].to_pylist() for name in ("meter_id", "kwh")), strict=True)
        if meter == "m3"
    ][DAYS // 2 :]
    assert row["days"] == DAYS // 2
    assert row["mean_kw"] == pytest.approx(np.mean(own))


def test_right_records_raise_no_suspicion_and_no_rows_none() -> None:
    curves, supply = a_feeder(None)
    assert not any(suspects_of_feeder(curves, supply, COMPARED)["is_suspect"].to_pylist())
    assert suspects_of_feeder(curves[:0], supply, COMPARED).num_rows == 0
    assert suspects_of_feeder(curves, supply[:0], COMPARED).schema == SUSPECTS
