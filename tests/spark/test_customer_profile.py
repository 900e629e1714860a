"""gold.customer_profile on a few rows of each department: what is said, until when, and what is missing."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from powerlake.loadcurve.weather_response import weather_response
from powerlake.marketing.customer_use import customer_days, customer_months
from powerlake.marketing.market_model import market_model
from powerlake.marketing.profile import customer_profiles
from powerlake.marketing.profile_use import YEAR, responses
from powerlake.marketing.supply import supplies
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.customer_months import CUSTOMER_MONTHS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.silver.of_feed import silver_of

AS_OF = date(2024, 12, 31)
CLOCK = "Asia/Shanghai"
LATER = date(2025, 1, 5)
SINCE = {"start_date": date(2020, 1, 1), "end_date": None}
NAMES = ("customers", "contracts", "meters", "bills", "payments", "outages", "topology", "tickets")
FEED = {feed.name: feed for feed in FEEDS.values()}


def day(place: int) -> date:
    return AS_OF - timedelta(days=place)


def on(date_: date) -> dict[str, object]:
    return {"date": date_, "month": f"{date_:%Y-%m}"}


def bill(number: str, amount: float, due: date, **other: object) -> dict[str, object]:
    usual = {"customer_id": "c1", "issued_date": due - timedelta(days=15), "corrects_bill_id": None}
    return {**usual, "bill_id": number, "amount_cny": amount, "due_date": due, **other}


def paid(bill_id: str | None, amount: float, when: date) -> dict[str, object]:
    return {"customer_id": "c1", "bill_id": bill_id, "amount_cny": amount, "paid_date": when}


def link(child: str, child_id: str, parent: str, parent_id: str, since: date = date(2020, 1, 1)) -> dict[str, object]:
    names = ("child_kind", "child_id", "parent_kind", "parent_id", "valid_from_date")
    return {**dict(zip(names, (child, child_id, parent, parent_id, since), strict=True)), "valid_to_date": None}


ROWS: dict[str, list[dict[str, object]]] = {
    "customers": [
        {"customer_id": name, "region_code": "R01", "opened_date": opened, "closed_date": closed, "sector_code": None}
        for name, opened, closed in (
            ("c1", date(2020, 1, 1), LATER),
            ("c2", date(2020, 1, 1), None),
            ("c3", LATER, None),
        )
    ],
    "contracts": [
        {"contract_id": "k1", "customer_id": "c1", "point_id": "p1", "tariff_code": "HS", **SINCE},
        {"contract_id": "k1", "customer_id": "c1", "point_id": "p1", "tariff_code": "HT", "start_date": LATER},
    ],
    "meters": [
        {
            "meter_id": "m1",
            "point_id": "p1",
            "installed_date": date(2020, 1, 1),
            "removed_date": day(9),
            "multiplier": None,
        },
        {"meter_id": "m2", "point_id": "p1", "installed_date": day(9), "removed_date": None, "multiplier": 10.0},
    ],
    "bills": [
        bill("b1", 100.0, day(200)),
        bill("b2", 80.0, day(100)),
        bill("b3", 70.0, day(90), corrects_bill_id="b2"),
        bill("b4", 60.0, day(50)),
        bill("b5", 999.0, LATER + timedelta(days=20)),
    ],
    "payments": [paid("b1", 100.0, day(190)), paid(None, 60.0, day(55)), paid("b3", 70.0, LATER)],
    "topology": [
        link("meter", "m2", "transformer", "t1"),
        link("meter", "m2", "transformer", "t9", since=LATER),
        link("transformer", "t1", "feeder", "f1"),
        link("feeder", "f1", "substation", "s1"),
    ],
    "outages": [
        {
            "outage_id": number,
            "asset_kind": kind,
            "asset_id": asset,
            "started_at": datetime(2024, 6, 1, 2, tzinfo=UTC),
            "started_date": date(2024, 6, 1),
            "ended_at": datetime(2024, 6, 1, 5, tzinfo=UTC),
            "ended_date": date(2024, 6, 1),
        }
        for number, kind, asset in (("o1", "feeder", "f1"), ("o2", "feeder", "f2"), ("o3", "transformer", "t1"))
    ]
    + [
        {  # from six in the evening, and not over on the day
            "outage_id": "o4",
            "asset_kind": "substation",
            "asset_id": "s1",
            "started_at": datetime(2024, 12, 31, 10, tzinfo=UTC),
            "started_date": AS_OF,
            "ended_at": datetime(2025, 1, 1, 10, tzinfo=UTC),
            "ended_date": date(2025, 1, 1),
        }
    ],
    "tickets": [
        {"customer_id": "c1", "ticket_id": "n1", "opened_date": day(3), "channel": "app"},
        {"customer_id": "c1", "ticket_id": "n2", "opened_date": LATER, "channel": "web"},
    ],
}


@pytest.fixture(scope="module")
def frames(session, rows):
    made = {silver_of(FEED[name]).name: rows(silver_of(FEED[name]), *ROWS[name]) for name in NAMES}
    made[DAILY_LOAD_FEATURES.name] = rows(
        DAILY_LOAD_FEATURES,
        *(
            {**on(day(place)), "meter_id": "m1", "energy_kwh": 24.0, "peak_kw": 2.0, "known_share": 1.0}
            for place in range(10, 380)
        ),
        *(
            {**on(day(place)), "meter_id": "m2", "energy_kwh": 1.2, "peak_kw": 0.4, "known_share": 0.8}
            for place in range(-5, 10)
        ),
    )
    found = {name: session.createDataFrame(given) for name, given in made.items()}
    days = customer_days(found.pop(DAILY_LOAD_FEATURES.name), found).persist()
    return {**found, CUSTOMER_DAYS.name: days, CUSTOMER_MONTHS.name: customer_months(days)}


@pytest.fixture(scope="module")
def profiles(frames):
    found = customer_profiles(frames, AS_OF, CLOCK).collect()
    return {row["customer_id"]: row.asDict() for row in found}


def test_the_day_on_which_one_leaves_and_another_comes_is_the_second_s(session, rows):
    moves = (("c1", date(2020, 1, 1), day(5)), ("c2", day(5), day(1)), ("c3", AS_OF, None))
    contracts = rows(
        silver_of(FEED["contracts"]),
        *(
            {"contract_id": f"k-{who}", "customer_id": who, "point_id": "p1", "start_date": first, "end_date": last}
            for who, first, last in moves
        ),
    )
    held = supplies({"silver.contracts": session.createDataFrame(contracts)}, AS_OF).orderBy("customer_id").collect()
    assert [(row["from_date"], row["to_date"]) for row in held] == [
        (date(2020, 1, 1), day(6)),
        (day(5), day(1)),
        (AS_OF, AS_OF),
    ]


def test_who_is_no_customer_yet_has_no_row(profiles):
    assert set(profiles) == {"c1", "c2"}


def test_nothing_after_the_day_is_known(profiles):
    one = profiles["c1"]
    assert (one["is_active"], one["closed_date"], one["tariff_code"]) == (True, None, "HS")
    assert (one["transformer_id"], one["tickets_12m"], one["last_ticket_channel"]) == ("t1", 1, "app")
    assert (one["last_usage_date"], one["last_bill_cny"]) == (AS_OF, 60.0)


def test_use_follows_the_point_through_a_change_of_meters_with_multiplier_and_gaps(profiles):
    """m1 355 days of 24 kWh, m2 ten days of 1.2 kWh of four fifths of the points, times ten."""
    one = profiles["c1"]
    assert (one["usage_days"], one["meter_id"]) == (365, "m2")
    assert one["annual_kwh"] == pytest.approx(355 * 24 + 10 * 15)
    assert one["peak_kw"] == pytest.approx(4.0)


def test_money_leaves_out_corrected_bills_and_matches_payments_without_a_number(profiles):
    one = profiles["c1"]
    assert (one["bills_12m"], one["billed_12m_cny"], one["open_cny"]) == (3, 230.0, 70.0)
    assert (one["due_12m"], one["late_share"]) == (2, 0.5)


def test_outages_are_those_on_the_way_to_the_customer(profiles):
    assert profiles["c1"]["outages_12m"] == 3
    assert profiles["c1"]["outage_hours_12m"] == 3 + 3 + 6, "what is not over lasts until midnight of the utility"


def test_what_is_missing_is_said(profiles):
    assert profiles["c1"]["missing"] == ["external"]
    assert profiles["c1"]["completeness"] == pytest.approx(6 / 7)
    assert profiles["c2"]["missing"] == ["metering", "marketing", "assets", "dispatch", "external"]
    assert (profiles["c2"]["bills_12m"], profiles["c2"]["tickets_12m"]) == (0, 0)


def test_a_customer_is_one_to_its_last_day(frames):
    customers = {"silver.customers": frames["silver.customers"]}
    on_it, after = (
        customer_profiles(customers, as_of, CLOCK).where("customer_id = 'c1'").collect()[0]
        for as_of in (LATER, LATER + timedelta(days=1))
    )
    assert (on_it["is_active"], on_it["closed_date"]) == (True, None)
    assert (after["is_active"], after["closed_date"]) == (False, LATER)


def test_customers_alone_make_a_profile_and_bills_alone_a_market(frames):
    alone = {"silver.customers": frames["silver.customers"]}
    (one, _) = customer_profiles(alone, AS_OF, CLOCK).orderBy("customer_id").collect()
    assert one["annual_kwh"] is None
    assert one["bills_12m"] is None
    assert one["completeness"] == 0
    billed = {name: frames[name] for name in ("silver.customers", "silver.bills")}
    (cell, *_) = market_model(billed, AS_OF).collect()
    assert (cell["sector_code"], cell["revenue_cny"], cell["energy_kwh"]) == ("homes", 230.0, None)


def test_responses_of_two_regions_take_each_its_own_weather():
    """No session: batches in, batches out."""
    place = np.arange(YEAR)
    cold, warm = (shift - 15 * np.cos(2 * np.pi * place / YEAR) for shift in (5, 12))
    use = 5 + 0.7 * np.maximum(15 - warm, 0)

    def listed(values: np.ndarray) -> list[dict[str, float]]:
        return [{"day": number, "value": value} for number, value in enumerate(values.tolist())]

    given = pa.RecordBatch.from_pylist(
        [
            {"customer_id": "a", "region_code": "R1", "use": listed(use), "weather": listed(cold)},
            {"customer_id": "b", "region_code": "R2", "use": listed(use), "weather": listed(warm)},
        ]
    )
    found = {row["customer_id"]: row for batch in responses([given]) for row in batch.to_pylist()}
    for name, weather in (("a", cold), ("b", warm)):
        assert found[name]["heating_kwh_per_c"] == pytest.approx(weather_response(use[None], weather).heating[0])
