"""Losses, dimensions and registers on a small grid reckoned by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pyspark.sql import DataFrame

from powerlake.dimensions.assets import assets
from powerlake.dimensions.customers import customers
from powerlake.dimensions.dates import dates
from powerlake.dimensions.tariffs import tariffs
from powerlake.grid.line_loss import line_loss
from powerlake.grid.links import spans
from powerlake.grid.registers import monthly_advances
from powerlake.grid.rules import GridRules
from powerlake.grid.sold import meter_months
from powerlake.grid.supply import area_months, hourly_supply
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.area_months import AREA_MONTHS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.gold.dim_asset import DIM_ASSET
from powerlake.tables.gold.dim_customer import DIM_CUSTOMER
from powerlake.tables.gold.dim_date import DIM_DATE
from powerlake.tables.gold.dim_tariff import DIM_TARIFF
from powerlake.tables.gold.line_loss import LINE_LOSS
from powerlake.tables.model import Table
from powerlake.tables.silver.of_feed import silver_of

CLOCK = "Asia/Shanghai"
FIRST, DAYS = date(2024, 3, 1), 31
AS_OF = date(2024, 3, 31)
TOPOLOGY, METERS, FEEDER_LOAD, READS, TRANSFORMERS, FEEDERS, SUBSTATIONS, CONTRACTS, CUSTOMERS, TARIFFS, CALENDAR = (
    silver_of(FEEDS[path])
    for path in (
        "assets/topology",
        "metering/meters",
        "dispatch/feeder_load",
        "metering/register_reads",
        "assets/transformers",
        "assets/feeders",
        "assets/substations",
        "marketing/contracts",
        "marketing/customers",
        "marketing/tariffs",
        "external/calendar",
    )
)
METER = {"multiplier": 10.0, "register_digits": 4, "installed_date": date(2020, 1, 1), "removed_date": None}


def link(child: str, child_id: str, parent: str, parent_id: str, since: date = date(2020, 1, 1), until=None) -> dict:
    return {
        "child_kind": child,
        "child_id": child_id,
        "parent_kind": parent,
        "parent_id": parent_id,
        "valid_from_date": since,
        "valid_to_date": until,
    }


def columns_of(table: Table, rows: DataFrame) -> set[str]:
    return set(table.column_names) - set(rows.columns)


@pytest.fixture
def topology(frame) -> DataFrame:
    moved = FIRST + timedelta(days=10)
    return frame(
        TOPOLOGY,
        link("meter", "m1", "transformer", "T1"),
        link("meter", "m2", "transformer", "T1", until=moved - timedelta(days=1)),
        link("meter", "m2", "transformer", "T2", moved),
        link("transformer", "T1", "feeder", "F1"),
        link("feeder", "F1", "substation", "S1"),
    )


def test_the_loss_of_an_area_is_what_went_in_less_what_its_meters_counted(frame, topology) -> None:
    """T1 gets 20 kWh an hour. m1 counts 12 kWh a day × 10, m2 6 × 10 until it is laid over; m1 lacks two days."""
    ends = [datetime(2024, 2, 29, 17, tzinfo=UTC) + timedelta(hours=hour) for hour in range(DAYS * 24)]
    load = {"asset_kind": "transformer", "asset_id": "T1", "winding": "high", "active_power_kw": 10.0}
    given = [{**load, "reactive_power_kvar": 0.0, "measured_at": end} for end in ends if end != ends[40]]
    days = [
        {
            "meter_id": meter,
            "date": FIRST + timedelta(days=day),
            "energy_kwh": kwh,
            "known_share": 1.0,
            "month": "2024-03",
        }
        for meter, kwh in (("m1", 12.0), ("m2", 6.0))
        for day in range(DAYS)
        if not (meter == "m1" and day in {4, 5})
    ]
    days = [{**row, "estimated_share": 0.5 if row["date"] == FIRST else 0.0} for row in days]
    read = {"meter_id": "m1", "register_code": "00010000", "read_kind": "actual"}
    reads = [
        {**read, "read_at": datetime(2024, 2, 29, 16, tzinfo=UTC), "reading_kwh": 9_900.0},
        {**read, "read_at": datetime(2024, 3, 10, 16, tzinfo=UTC), "reading_kwh": 1.0, "read_kind": "estimated"},
        {**read, "read_at": datetime(2024, 3, 31, 16, tzinfo=UTC), "reading_kwh": 275.0},
    ]
    meters = frame(METERS, {"meter_id": "m1", **METER}, {"meter_id": "m2", **METER})
    areas = frame(FEEDER_LOAD, *given).transform(hourly_supply, CLOCK).transform(area_months)
    links = spans(topology, "meter", "transformer")
    advances = monthly_advances(frame(READS, *reads), meters, CLOCK)
    (advance,) = advances.collect()
    assert (advance["forward_kwh_per_day"], advance["forward_days"]) == (pytest.approx(3750 / 31), 31)
    sold = meter_months(areas, links, frame(DAILY_LOAD_FEATURES, *days), advances, meters)
    transformers = frame(TRANSFORMERS, {"transformer_id": "T1", "feeder_id": "F1", "rated_kva": 100.0})
    losses = line_loss(areas, sold, transformers, GridRules())
    (area,) = losses.collect()
    assert columns_of(LINE_LOSS, losses) == {"run_id"}
    assert area["supplied_kwh"] == pytest.approx(10 * 24 * DAYS), "the lost hour at the mean of the others"
    assert area["supplied_known_share"] == pytest.approx(1 - 1 / (24 * DAYS))
    assert area["sold_kwh"] == pytest.approx(3750 + 60 * 10), "m1 by its register where the curve lacks days"
    assert area["register_kwh"] == pytest.approx(3750 - 29 * 120)
    assert area["estimated_kwh"] == pytest.approx((120 + 60) / 2)
    assert (area["meters"], area["unknown_meters"]) == (2, 0)
    assert area["known_share"] == pytest.approx((29 + 10) / 41)
    technical = 0.2 * 744 + (1.5 + 2.0) * 744 * 100 / 100**2
    assert area["technical_kwh"] == pytest.approx(technical)
    assert area["unexplained_kwh"] == pytest.approx(7440 - 4350 - technical)
    assert area["reasons"] == ["above_technical_loss"]
    strict = GridRules(least_known_share=0.96)
    (unsure,) = line_loss(areas, sold, transformers, strict).collect()
    assert (unsure["reasons"], unsure["is_outlier"]) == (None, False), "too little is known to say so"
    unrated = frame(TRANSFORMERS, {"transformer_id": "T1", "rated_kva": 0.0})
    (bare,) = line_loss(areas, sold, unrated, GridRules()).collect()
    assert (bare["technical_kwh"], bare["unexplained_kwh"]) == (None, pytest.approx(7440 - 4350))


def test_of_a_month_measured_in_part_the_days_measured_are_compared(frame) -> None:
    """The area is measured on the 11th to the 20th; m1 lacks the 12th, m2 is laid there on the 16th."""
    first, last, moved = date(2024, 3, 11), date(2024, 3, 20), date(2024, 3, 16)
    areas = frame(
        AREA_MONTHS, {"transformer_id": "T1", "month": "2024-03", "from_date": first, "to_date": last, "days": 10}
    )
    topology = frame(
        TOPOLOGY, link("meter", "m1", "transformer", "T1"), link("meter", "m2", "transformer", "T1", moved)
    )
    known = {"energy_kwh": 1.0, "known_share": 1.0, "estimated_share": 0.0, "month": "2024-03"}
    days = frame(
        DAILY_LOAD_FEATURES,
        *(
            {**known, "meter_id": meter, "date": FIRST + timedelta(days=day)}
            for meter in ("m1", "m2")
            for day in range(DAYS)
            if (meter, day) != ("m1", 11)
        ),
    )
    meters = frame(METERS, {"meter_id": "m1", **METER}, {"meter_id": "m2", **METER})
    advances = monthly_advances(frame(READS), meters, CLOCK)
    sold = meter_months(areas, spans(topology, "meter", "transformer"), days, advances, meters).orderBy("meter_id")
    names = ("meter_id", "expected_days", "known_days", "sold_kwh", "estimated_kwh")
    assert [tuple(row[name] for name in names) for row in sold.collect()] == [
        ("m1", 10, 9, 100.0, 10.0),
        ("m2", 5, 5, 50.0, 0.0),
    ]


def test_an_area_that_begins_to_lose_more_stands_out(frame) -> None:
    months = [f"2024-{month:02d}" for month in range(1, 7)]
    schema = (
        "transformer_id string, month string, from_date date, to_date date, days int, supplied_known_share double, \
supplied_kwh double, square_kva2h double"
    )
    sold_schema = "meter_id string, transformer_id string, month string, expected_days long, known_days long, \
sold_kwh double, estimated_kwh double, register_kwh double"
    session = frame(TRANSFORMERS, {}).sparkSession
    areas = session.createDataFrame([("T1", month, FIRST, AS_OF, 31, 1.0, 1000.0, 0.0) for month in months], schema)
    kwh = [980.0, 975.0, 985.0, 980.0, 900.0, 1020.0]
    sold = [("m1", "T1", month, 31, 31, one, 0.0, 0.0) for month, one in zip(months, kwh, strict=True)]
    rules = GridRules(no_load_kw=0.0)
    transformers = frame(TRANSFORMERS, {"transformer_id": "T1", "rated_kva": 100.0})
    found = line_loss(areas, session.createDataFrame(sold, sold_schema), transformers, rules).orderBy("month").collect()
    assert [row["reasons"] for row in found] == [
        *[None] * 4,
        ["above_its_history", "above_technical_loss"],
        ["more_sold_than_supplied"],
    ]
    assert [row["is_outlier"] for row in found] == [False] * 4 + [True] * 2


Kwh = float | tuple[float, float, float]


def moved(frame, meters: list[tuple[str, str, Kwh]], suspects: list[tuple[str, str, str, bool]]) -> dict[str, object]:
    """Rows of line_loss by area, 1000 kWh into each; `meters` are (meter, area, kWh of all or each of three months)."""
    session = frame(TRANSFORMERS, {}).sparkSession
    months = ("2024-01", "2024-02", "2024-03")
    areas = session.createDataFrame(
        [(area, month, FIRST, AS_OF, 31, 1.0, 1000.0, 0.0) for area in ("T1", "T2", "T3") for month in months],
        "transformer_id string, month string, from_date date, to_date date, days int, supplied_known_share double, "
        "supplied_kwh double, square_kva2h double",
    )
    sold = session.createDataFrame(
        [
            (meter, area, month, 31, 31, one, 0.0, 0.0)
            for meter, area, kwh in meters
            for month, one in zip(months, kwh if isinstance(kwh, tuple) else (kwh,) * 3, strict=True)
        ],
        "meter_id string, transformer_id string, month string, expected_days long, known_days long, "
        "sold_kwh double, estimated_kwh double, register_kwh double",
    )
    names = "meter_id string, recorded_transformer_id string, likely_transformer_id string, is_suspect boolean"
    transformers = frame(TRANSFORMERS, *({"transformer_id": name, "rated_kva": 1.0} for name in ("T1", "T2", "T3")))
    rules = GridRules(no_load_kw=0.0)
    rows = line_loss(areas, sold, transformers, rules, session.createDataFrame(suspects, names)).collect()
    return {row["transformer_id"]: row for row in rows if row["month"] == "2024-02"}


def test_a_suspect_is_moved_where_that_mends_both_areas_and_only_there(frame) -> None:
    meters = [("m1", "T1", 990.0), ("m2", "T1", 300.0), ("m3", "T2", 690.0), ("m4", "T3", 980.0)]
    found = moved(frame, meters, [("m2", "T1", "T2", True), ("m4", "T3", "T1", True), ("m3", "T2", "T3", False)])
    assert {area: row["suspect_meters"] for area, row in found.items()} == {"T1": 1, "T2": 1, "T3": 0}
    rates = {area: (round(row["loss_rate"], 3), round(row["loss_rate_if_moved"], 3)) for area, row in found.items()}
    assert rates == {"T1": (-0.29, 0.01), "T2": (0.31, 0.01), "T3": (0.02, 0.02)}
    assert not any(row["is_outlier"] for row in found.values()), "what the move explains is no loss"
    assert found["T2"]["unexplained_kwh"] == pytest.approx(10)


def test_a_suspect_that_mends_one_month_and_spoils_the_others_stays(frame) -> None:
    """T1 sells too much and T2 too little in January alone, by far more than the other months are spoilt by."""
    meters = [("m1", "T1", (1300.0, 980.0, 980.0)), ("m3", "T2", (400.0, 980.0, 980.0)), ("m4", "T3", 980.0)]
    suspect = ("m2", "T1", (300.0, 10.0, 10.0))
    found = moved(frame, [*meters, suspect], [("m2", "T1", "T2", True)])
    assert [row["suspect_meters"] for row in found.values()] == [0, 0, 0]
    always = [("m1", "T1", 1000.0), ("m3", "T2", (400.0, 690.0, 980.0)), ("m4", "T3", 980.0)]
    found = moved(frame, [*always, ("m2", "T1", (300.0, 290.0, 10.0))], [("m2", "T1", "T2", True)])
    assert found["T2"]["suspect_meters"] == 1, "in two of three months"


def test_what_a_move_leaves_unexplained_still_stands_out(frame) -> None:
    meters = [("m1", "T1", 990.0), ("m2", "T1", 300.0), ("m3", "T2", 500.0), ("m4", "T3", 980.0)]
    found = moved(frame, meters, [("m2", "T1", "T2", True)])
    assert found["T2"]["loss_rate_if_moved"] == pytest.approx(0.2)
    assert found["T2"]["reasons"] == ["above_technical_loss"]
    assert not found["T1"]["is_outlier"]


def test_an_asset_knows_all_that_feeds_it_as_of_the_day(frame, topology) -> None:
    feeds = {
        "substation": frame(SUBSTATIONS, {"substation_id": "S1", "region_code": "R1", "capacity_mva": 50.0}),
        "feeder": frame(
            FEEDERS, {"feeder_id": "F1", "substation_id": "S9"}, {"feeder_id": "F2", "substation_id": "S1"}
        ),
        "transformer": frame(
            TRANSFORMERS, {"transformer_id": "T1", "feeder_id": "F9"}, {"transformer_id": "T2", "feeder_id": "F2"}
        ),
        "meter": frame(METERS, {"meter_id": "m1", **METER}, {"meter_id": "m2", **METER}),
    }
    found = assets(feeds, topology, AS_OF)
    rows = {row["asset_id"]: row for row in found.collect()}
    assert columns_of(DIM_ASSET, found) == {"run_id"}
    above = ("parent_kind", "parent_id", "feeder_id", "substation_id", "region_code")
    assert [rows["m2"][name] for name in above] == ["transformer", "T2", "F2", "S1", "R1"]
    assert [rows["T1"][name] for name in above] == ["feeder", "F1", "F1", "S1", "R1"], "the topology before the record"
    assert rows["S1"]["parent_id"] is None
    assert rows["S1"]["rated_kva"] == 50_000
    assert rows["m1"]["age_years"] == pytest.approx(4.25, abs=0.01)
    before = {row["asset_id"]: row for row in assets(feeds, topology, FIRST).collect()}
    assert before["m2"]["parent_id"] == "T1"
    alone = {row["asset_id"]: row for row in assets(feeds, None, AS_OF).collect()}
    assert (alone["T1"]["feeder_id"], alone["m1"]["parent_kind"]) == ("F9", None)


def test_what_is_yet_to_come_is_not_told_of_a_meter_or_a_customer(frame) -> None:
    later = AS_OF + timedelta(days=1)
    meters = frame(
        METERS,
        {"meter_id": "m1", **METER, "removed_date": later},
        {"meter_id": "m1", **METER, "installed_date": later},
        {"meter_id": "m2", **METER, "installed_date": later},
        {"meter_id": "m3", **METER, "removed_date": AS_OF},
    )
    found = assets({"meter": meters}, None, AS_OF).orderBy("asset_id")
    names = ("asset_id", "commissioned_date", "removed_date", "is_in_service")
    assert [tuple(row[name] for name in names) for row in found.collect()] == [
        ("m1", METER["installed_date"], None, True),
        ("m2", later, None, False),
        ("m3", METER["installed_date"], AS_OF, False),
    ]
    before = AS_OF - timedelta(days=1)
    closings = (("c1", before), ("c2", AS_OF), ("c3", later))
    people = frame(
        CUSTOMERS,
        *({"customer_id": name, "opened_date": date(2020, 1, 1), "closed_date": closed} for name, closed in closings),
    )
    rows = customers(people, None, None, None, None, AS_OF).orderBy("customer_id").collect()
    assert [(row["is_open"], row["closed_date"]) for row in rows] == [(False, before), (True, None), (True, None)]


def test_a_customer_has_the_contract_and_place_of_the_day(frame, topology) -> None:
    contract = {"customer_id": "c1", "point_id": "p1", "end_date": None, "contracted_kw": 8.0}
    contracts = frame(
        CONTRACTS,
        {**contract, "contract_id": "k1", "start_date": date(2022, 1, 1), "tariff_code": "OLD"},
        {**contract, "contract_id": "k2", "start_date": date(2023, 1, 1), "tariff_code": "NEW"},
        {**contract, "contract_id": "k3", "start_date": date(2025, 1, 1), "tariff_code": "LATER"},
    )
    life = {"opened_date": date(2020, 1, 1), "closed_date": None}
    people = frame(CUSTOMERS, {"customer_id": "c1", **life}, {"customer_id": "c2", **life, "contracted_kw": 3.0})
    meters = frame(METERS, {"meter_id": "m1", "point_id": "p1", **METER})
    things = assets({"meter": meters}, topology, AS_OF)
    prices = frame(TARIFFS, {"tariff_code": "NEW", "tariff_kind": "step"})
    found = customers(people, contracts, prices, meters, things, AS_OF)
    rows = {row["customer_id"]: row for row in found.collect()}
    assert columns_of(DIM_CUSTOMER, found) == {"run_id"}
    shown = ("contracts", "contract_id", "tariff_kind", "contracted_kw", "meter_id", "transformer_id", "feeder_id")
    assert [rows["c1"][name] for name in shown] == [2, "k2", "step", 8.0, "m1", "T1", "F1"]
    assert [rows["c2"][name] for name in shown] == [0, None, None, 3.0, None, None, None]
    (bare, _) = customers(people, None, None, None, None, AS_OF).collect()
    assert (bare["contracts"], bare["tariff_code"], bare["is_open"]) == (0, None, True)


def test_dates_know_the_lunar_new_year_and_tariffs_the_end_of_a_step(frame) -> None:
    day = {"region_code": "R1", "holiday_name": None, "is_make_up_day": None}
    calendar = frame(
        CALENDAR,
        {**day, "date": date(2024, 2, 8)},
        {**day, "date": date(2024, 2, 10), "holiday_name": "春节", "is_working_day": False},
        {**day, "date": date(2024, 2, 11), "holiday_name": "春节", "is_working_day": False},
        {**day, "date": date(2024, 12, 31), "region_code": "R2"},
    )
    found = dates(calendar, southern_regions=["R2"])
    rows = found.orderBy("date").collect()
    assert columns_of(DIM_DATE, found) == {"run_id"}
    assert [row["days_from_new_year"] for row in rows] == [-2, 0, 1, None]
    assert [row["season"] for row in rows] == ["winter"] * 3 + ["summer"]
    assert [(row["weekday"], row["is_holiday"]) for row in rows[:2]] == [(4, False), (6, True)]
    steps = frame(
        TARIFFS, {"step_from_kwh": 0.0, "component": "energy"}, {"step_from_kwh": 2160.0, "component": "energy"}
    )
    prices = tariffs(steps)
    assert columns_of(DIM_TARIFF, prices) == {"run_id"}
    assert [(row["to_kwh_a_year"], row["price_per"]) for row in prices.orderBy("from_kwh_a_year").collect()] == [
        (2160.0, "kWh"),
        (None, "kWh"),
    ]
