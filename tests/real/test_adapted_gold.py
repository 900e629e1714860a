"""Public sets from adapter to gold: what each can fill is filled, nothing is lost, and values are those of the source.

What is expected is worked out anew with pandas from the files as published.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest

from powerlake.tables import TABLES
from powerlake.tables.ops.landing_files import LANDING_FILES

SETS = ("sgsc_households", "lcl_london", "uci_credit_default")
GOLD = {
    "sgsc_households": {
        "gold.daily_load_features": 44_648,
        "gold.customer_segments": 79,
        "gold.dim_asset": 79,
        "gold.dim_customer": 79,
        "gold.customer_profile": 79,
        "gold.customer_days": 44_569,
        "gold.customer_months": 1_557,
        "gold.market_days": 752,
    },
    "lcl_london": {
        "gold.dim_date": 1_096,
        "gold.dim_tariff": 4,
        "gold.dim_customer": 5_566,
        "gold.customer_profile": 5_566,
    },
    "uci_credit_default": {
        "gold.dim_customer": 24_000,
        "gold.customer_profile": 24_000,
    },
}
"""Rows. Further tables whose rows are a result, not a count: OTHERS."""
OTHERS = {
    "sgsc_households": {
        "gold.segment_profiles",
        "gold.market_model",
        "gold.monthly_load_shapes",
        "gold.monthly_shape_codes",
        "gold.data_quality",
    },
    "lcl_london": {"gold.data_quality"},
    "uci_credit_default": {"gold.market_model", "gold.data_quality"},
}
WANTS = {
    "sgsc_households": {
        "gold.dim_date": "silver.calendar",
        "gold.dim_tariff": "silver.tariffs",
        "gold.meter_months": "silver.feeder_load",
        "gold.line_loss": "gold.meter_months",
        "gold.topology_suspects": "silver.topology",
    },
    "lcl_london": {
        "gold.daily_load_features": "silver.load_curves",
        "ml.customer_segments": "silver.load_curves",
        "gold.dim_asset": "silver.meters",
        "gold.meter_months": "silver.topology",
        "gold.line_loss": "gold.meter_months",
        "gold.topology_suspects": "silver.load_curves",
        "gold.market_model": "gold.market_days",
        "gold.monthly_load_shapes": "silver.load_curves",
        "gold.customer_days": "gold.daily_load_features",
        "gold.customer_months": "gold.customer_days",
        "gold.market_days": "gold.customer_days",
    },
    "uci_credit_default": {
        "gold.daily_load_features": "silver.load_curves",
        "ml.customer_segments": "silver.load_curves",
        "gold.monthly_load_shapes": "silver.load_curves",
        "gold.customer_days": "gold.daily_load_features",
        "gold.customer_months": "gold.customer_days",
        "gold.market_days": "gold.customer_days",
        "gold.dim_date": "silver.calendar",
        "gold.dim_tariff": "silver.tariffs",
        "gold.dim_asset": "silver.meters",
        "gold.meter_months": "silver.feeder_load",
        "gold.line_loss": "gold.meter_months",
        "gold.topology_suspects": "silver.topology",
    },
}
"""Jobs of gold that cannot run, and a table that is missing."""
FATES = ("published", "quarantined", "duplicates", "superseded", "deleted")
LOAD_CURVES = "metering/load_curves"


@pytest.fixture(scope="module", params=SETS)
def trial(request, trial_of):
    """A set's name, and its lake after a daily run."""
    return request.param, trial_of(request.param)


def frame(trial, table: str) -> pd.DataFrame:
    return trial.lake.rows(TABLES[table]).to_pandas()


def test_gold_is_filled_as_far_as_the_set_goes(trial) -> None:
    name, made = trial
    assert (made.run.outcome, made.run.exit_code) == ("done", 0)
    rows = {table: sum(file.rows for file in made.lake.files(TABLES[table])) for table in TABLES}
    gold = {table: count for table, count in rows.items() if table.startswith("gold.") and count}
    assert {table: count for table, count in gold.items() if table not in OTHERS[name]} == GOLD[name]
    assert gold.keys() >= OTHERS[name]


def test_what_cannot_be_run_says_what_it_lacks(trial) -> None:
    name, made = trial
    left_out = {job: state.note for job, state in made.run.jobs.items() if state.outcome == "left_out"}
    assert {job for job in left_out if job.startswith(("gold.", "ml."))} == WANTS[name].keys()
    for job, table in WANTS[name].items():
        assert table in left_out[job], job
    assert {state.outcome for state in made.run.jobs.values()} == {"done", "left_out"}


def test_no_row_is_lost_on_the_way_to_silver(trial) -> None:
    """Of each feed: rows adapted = received in landing = published to silver, with nothing in quarantine."""
    _, made = trial
    adapted = {feed: count for feed, count in made.adapted.rows.items() if feed != "truth"}
    received: Counter[str] = Counter()
    for row in made.lake.rows(LANDING_FILES).to_pylist():
        received[row["feed"]] += row["rows_received"]
    assert received == adapted
    published = {
        feed: sum(file.rows for file in made.lake.files(TABLES[f"silver.{feed.split('/')[1]}"]))
        for feed in adapted
        if feed != LOAD_CURVES
    }
    assert published == {feed: count for feed, count in adapted.items() if feed != LOAD_CURVES}
    refused = [table for table in TABLES if table.startswith("quarantine.") and made.lake.holds(TABLES[table])]
    assert refused == []


def test_counts_of_silver_add_up(trial) -> None:
    _, made = trial
    jobs = {job: state.counts for job, state in made.run.jobs.items() if job.startswith("silver.")}
    silver = [counts for counts in jobs.values() if "rows_received" in counts]
    assert silver
    for counts in silver:
        assert counts["rows_received"] == sum(counts.get(f"rows_{fate}", 0) for fate in FATES)
    curves = jobs["silver.load_curves"]
    assert curves.get("received", 0) == sum(curves.get(fate, 0) for fate in FATES)


def test_the_year_of_a_household_is_the_sum_of_its_readings(trial_of) -> None:
    """10017478 alone has complete days only, 358 of the year that ends with the set."""
    made = trial_of("sgsc_households")
    readings = pd.concat(pd.read_csv(file) for file in sorted(made.source.glob("*.csv.gz")))
    readings["day"] = (pd.to_datetime(readings.reading_datetime) - pd.Timedelta(minutes=30)).dt.date
    last = readings.day.max()
    own = readings[(readings.customer_id == 10017478) & (readings.day > last - timedelta(days=365))]
    days = own.groupby("day").size()
    assert (days == 48).all()
    kwh = (own.general_supply_kwh + own.controlled_load_kwh).sum()
    profile = frame(made, "gold.customer_profile").set_index("customer_id").loc["10017478"]
    assert profile.as_of_date == last
    assert profile.usage_days == len(days) == 358
    assert profile.annual_kwh == pytest.approx(kwh * 365 / 358, rel=1e-6)
    assert profile.annual_kwh == pytest.approx(1875.4, abs=0.1)


def test_households_without_contracts_are_supplied_at_the_meter_of_their_number(trial_of) -> None:
    made = trial_of("sgsc_households")
    for table in ("gold.dim_customer", "gold.customer_profile"):
        customers = frame(made, table)
        assert (customers.meter_id == customers.customer_id).all()
    features = frame(made, "gold.daily_load_features")
    assert set(features.meter_id) == set(customers.customer_id)
    assert set(features.season[pd.to_datetime(features.date).dt.month == 1]) == {"summer"}


def test_the_mean_use_by_price_band_is_that_of_the_trial(trial_of) -> None:
    """Use of both groups by household and half hour, by the price of that half hour; a raw mean, as in the source."""
    made = trial_of("lcl_london")
    prices = frame(made, "silver.prices")
    load = frame(made, "silver.feeder_load")
    sent = made.lake.rows(TABLES["bronze.feeder_load"]).select(["asset_id", "measured_at", "others"]).to_pandas()
    sent["households"] = [int(dict(others)["households"]) for others in sent.others]
    sent["measured_at"] = pd.to_datetime(sent.measured_at, utc=True)
    both = load.merge(sent, on=["asset_id", "measured_at"], validate="one_to_one")
    assert len(both) == len(load) == 35_036
    by_time = both.groupby("measured_at")[["active_power_kw", "households"]].sum()
    by_time["kwh"] = by_time.active_power_kw * 0.5 / by_time.households
    by_time["starts_at"] = by_time.index - pd.Timedelta(minutes=30)
    found = by_time.merge(prices, on="starts_at").groupby("price_per_kwh").kwh.mean()
    source = pd.read_csv(made.source / "dtou_group_2013.csv")
    skipped = source.DateTime.isin(["2013-03-31 01:00:00", "2013-03-31 01:30:00"])  # not on the clock of London
    assert found.to_dict() == pytest.approx(source[~skipped].groupby("Price").mean_all.mean().to_dict(), rel=1e-6)
    assert list(found) == pytest.approx([0.2043, 0.2313, 0.2578], abs=1e-4)


def test_london_customers_have_the_tariff_of_the_last_day(trial_of) -> None:
    made = trial_of("lcl_london")
    households = pd.read_csv(made.source / "informations_households.csv").set_index("LCLid")
    for table in ("gold.dim_customer", "gold.customer_profile"):
        customers = frame(made, table).set_index("customer_id")
        assert (customers.as_of_date == date(2013, 12, 31)).all()
        tariffs = households.stdorToU.map({"Std": "lcl_flat", "ToU": "lcl_dtou"})
        assert customers.tariff_code.to_dict() == tariffs.to_dict()
        assert customers.tariff_kind.value_counts().to_dict() == {"flat": 4_443, "dynamic": 1_123}


def test_london_dates_are_those_of_its_clock(trial_of) -> None:
    made = trial_of("lcl_london")
    dates = frame(made, "gold.dim_date")
    assert dates.is_holiday.sum() == 25
    weather = frame(made, "silver.weather")
    local = pd.to_datetime(weather.observed_at, utc=True).dt.tz_convert("Europe/London").dt.date
    assert (weather.observed_date == local).all()


def test_what_a_client_was_billed_and_how_late_it_paid(trial_of) -> None:
    """Bills of April to July were due before the last statement; late are those that the next payment is less than.

    April's payments name no bill: one of the very amount of April's bill, issued that day, is taken to settle it.
    """
    made = trial_of("uci_credit_default")
    clients = pd.read_csv(made.source / "UCI_Credit_Card.csv").set_index("ID")
    billed = {month: clients[f"BILL_AMT{month}"] * 0.25 for month in range(1, 7)}
    paid = {month: clients[f"PAY_AMT{month}"] * 0.25 for month in range(1, 7)}
    settled = {month: paid[month - 1] for month in (6, 5, 4, 3)}
    settled[6] = settled[6].where((paid[6] - billed[6]).abs() >= 0.01, settled[6] + paid[6])
    late = sum((settled[month] < billed[month] - 0.01).astype(int) for month in settled) / 4
    profiles = frame(made, "gold.customer_profile")
    profiles = profiles.set_index(profiles.customer_id.astype(int)).sort_index()
    assert (profiles.as_of_date == date(2005, 9, 30)).all()
    assert (profiles.bills_12m == 6).all()
    assert profiles.billed_12m_cny.to_numpy() == pytest.approx(sum(billed.values()).to_numpy(), abs=0.02)
    assert profiles.late_share.to_numpy() == pytest.approx(late.to_numpy())
    owed = sum(billed.values()) - sum(paid.values())
    assert profiles.open_cny.to_numpy() == pytest.approx(owed.to_numpy(), abs=0.02)
    assert (profiles.billed_12m_cny[2], profiles.late_share[2], profiles.late_share[1]) == (4269.25, 1.0, 0.0)


def test_the_months_revenue_is_the_sum_of_the_statements(trial_of) -> None:
    made = trial_of("uci_credit_default")
    clients = pd.read_csv(made.source / "UCI_Credit_Card.csv")
    market = frame(made, "gold.market_model")
    known = market[market.revenue_cny.notna()].set_index("month_date").revenue_cny
    assert known.to_dict() == pytest.approx(
        {date(2005, 10 - month, 1): clients[f"BILL_AMT{month}"].sum() * 0.25 for month in range(1, 7)}, rel=1e-9
    )
