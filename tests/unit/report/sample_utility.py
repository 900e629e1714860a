"""What all departments make, small and known: profiles, market, losses, suspects, conflicts and refused rows."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

AS_OF = date(2014, 2, 28)
STARTED = datetime(2014, 3, 1, 2, 5, tzinfo=UTC)
RUN = "20140301T020500-7c1f"
PERSON = {"name": "Wilhelmina Quartermaine", "phone": "13812345678", "address": "17 Lantern Road, Harbour End"}
"""A person who is in the refused rows, and of whom nothing may be on the page."""
SEALED = "v1:f1:" + "Zm9v" * 12

Rows = list[dict[str, Any]]


def utility_tables() -> dict[str, Rows]:
    """The tables by name."""
    return {
        "gold.customer_profile": profiles(),
        "gold.market_model": market(),
        "gold.line_loss": losses(),
        "gold.topology_suspects": suspects(),
        "silver.conflicts": conflicts(),
        "quarantine.customers": refused_customers(),
        "quarantine.customers_raw": sealed_customers(),
    }


def profiles() -> Rows:
    """Two homes, of which the first is known best, a factory, and a home of which little is known."""
    return [
        profile("C8000137", "residential", 1.0),
        profile("C8000274", "residential", 0.86, missing=["service"], tickets_12m=None),
        profile("C8000411", "industry", 0.86, sector_code="C", missing=["external"], base_daily_kwh=None),
        least_known("C8000548"),
    ]


def least_known(customer: str) -> dict[str, Any]:
    """A home of which only its record and contract are known, and use of too few days for a year."""
    kept = ("contract", "tariff", "payment", "point", "customer", "sector", "region", "opened", "is_", "has_", "usage")
    known = profile(customer, "residential", 0.14)
    silent = {name: None for name in known if not name.startswith((*kept, "missing", "complete", "as_of", "run"))}
    missing = ["metering", "billing", "service", "assets", "dispatch", "external"]
    return known | silent | {"missing": missing, "usage_days": 12}


def profile(customer: str, kind: str, completeness: float, **others: Any) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "customer_kind": kind,
        "sector_code": None,
        "region_code": "R1",
        "opened_date": date(2009, 5, 1),
        "is_active": True,
        "has_pv": kind == "industry",
        "contracts": 1,
        "contract_id": "K100",
        "contract_start_date": date(2012, 1, 1),
        "tariff_code": "T1",
        "tariff_kind": "time_of_use",
        "contracted_kw": 8.0,
        "payment_method": "direct_debit",
        "meter_id": "M100",
        "usage_days": 365,
        "last_usage_date": AS_OF,
        "annual_kwh": 4211.4,
        "mean_kw": 0.48,
        "peak_kw": 6.1,
        "load_factor": 0.08,
        "night_share": 0.22,
        "segment": "evening peak",
        "segment_stability": 0.75,
        "base_daily_kwh": 9.2,
        "heating_kwh_per_c": 0.31,
        "heating_balance_c": 15.0,
        "cooling_kwh_per_c": 0.0,
        "cooling_balance_c": None,
        "weather_r2": 0.41,
        "bills_12m": 12,
        "billed_12m_cny": 2400.5,
        "mean_bill_cny": 200.04,
        "last_bill_cny": 211.9,
        "last_bill_date": date(2014, 2, 3),
        "due_12m": 12,
        "late_share": 0.25,
        "open_cny": -3.5,
        "dunning_12m": 1,
        "tickets_12m": 2,
        "last_ticket_date": date(2014, 1, 9),
        "last_ticket_channel": "hotline",
        "satisfaction": 4.5,
        "visits_12m": 3,
        "main_channel": "app",
        "transformer_id": "TR7",
        "feeder_id": "F3",
        "substation_id": "S1",
        "phase": "B",
        "meter_events_12m": 1,
        "last_meter_event": "power_off",
        "last_meter_event_date": date(2013, 12, 2),
        "outages_12m": 2,
        "outage_hours_12m": 3.25,
        "missing": [],
        "completeness": completeness,
        "as_of_date": AS_OF,
        "run_id": RUN,
    } | others


def market() -> Rows:
    """Two regions' homes and one's factories: fourteen months known, twelve to come. Factories shrink."""
    cells = (("R1", "homes", 1.06, 1.02, 0.3), ("R2", "homes", 1.01, 1.04, -0.2), ("R1", "C", 0.95, 0.97, None))
    return [row for cell in cells for row in _cell(*cell)]


def _cell(region: str, sector: str, growth: float, normal: float, skill: float | None) -> Rows:
    rows = []
    for number in range(26):
        month = date(2013 + number // 12, number % 12 + 1, 1)
        is_known = number < 14
        energy = 1e5 * (growth if number >= 12 else 1.0) * (1 + (sector == "homes"))
        rows.append(
            {
                "region_code": region,
                "sector_code": sector,
                "month_date": month,
                "customers": 40 if is_known else None,
                "days": 28 if is_known else None,
                "energy_kwh": energy if is_known else None,
                "normal_kwh": energy * 0.98 if is_known else None,
                "growth": growth - 1 if 12 <= number < 14 else None,
                "normal_growth": normal - 1 if 12 <= number < 14 else None,
                "economy_correlations": [0.2, 0.7, None, None] if sector == "C" else None,
                "economy_low_95": [-0.5, 0.1, None, None] if sector == "C" else None,
                "economy_high_95": [0.8, 0.9, None, None] if sector == "C" else None,
                "economy_pairs": [13, 13, 12, 11] if sector == "C" else None,
                "economy_changes": "month_on_month" if sector == "C" else "none",
                "economy_lag_months": 1 if sector == "C" else None,
                "forecast_kwh": None if is_known else energy,
                **{
                    f"{end}_{level}_kwh": None if is_known else energy * (1 + sign * width)
                    for level, width in ((80, 0.08), (95, 0.13))
                    for end, sign in (("low", -1), ("high", 1))
                },
                "forecast_method": "seasonal_naive" if skill is None else "level_and_month",
                "forecast_skill": skill,
                "forecast_tested": 24 if skill is not None else 0,
                "as_of_date": AS_OF,
                "run_id": RUN,
            }
        )
    return rows


def losses() -> Rows:
    """Thirty areas in January, of which two stand out, and the first two days of February."""
    return [loss(number, "2014-01", 31) for number in range(30)] + [loss(0, "2014-02", 2)]


def loss(number: int, month: str, days: int) -> dict[str, Any]:
    rate = {3: 0.21, 5: -0.04}.get(number, 0.02 + 0.001 * number)
    reasons = {3: ["above_its_history", "above_technical_loss"], 5: ["more_sold_than_supplied"]}.get(number)
    return {
        "transformer_id": f"TR{number}",
        "month": month,
        "feeder_id": f"F{number % 4}",
        "from_date": date.fromisoformat(f"{month}-01"),
        "to_date": date.fromisoformat(f"{month}-{days:02d}"),
        "supplied_kwh": 1000.0,
        "supplied_known_share": 1.0,
        "sold_kwh": 1000.0 * (1 - rate),
        "estimated_kwh": 200.0 if number == 4 else 40.0 if number == 6 else 0.0,
        "register_kwh": 0.0,
        "estimated_share": 0.2 if number == 4 else 0.04 if number == 6 else 0.0,
        "meters": 20,
        "unknown_meters": 1 if number == 7 else 0,
        "known_share": 0.99,
        "loss_kwh": 1000.0 * rate,
        "loss_rate": rate,
        "technical_kwh": 18.0,
        "technical_rate": 0.018,
        "unexplained_kwh": 1000.0 * rate - 18.0,
        "usual_rate": 0.03,
        "usual_spread": 0.005,
        "place": number + 1,
        "is_outlier": reasons is not None,
        "reasons": reasons,
        "run_id": RUN,
    }


def suspects() -> Rows:
    """Forty meters judged, of which two are suspect."""
    return [
        {
            "meter_id": f"M{number}",
            "feeder_id": "F3",
            "recorded_transformer_id": "TR7",
            "likely_transformer_id": "TR8",
            "evidence": {11: 240.0, 12: 61.0}.get(number, -3.0),
            "is_suspect": number in {11, 12},
            "lost_share": 0.97,
            "gained_share": 1.02,
            "reason": "97 % of its use is not in the balance of TR7, 102 % of its use is in that of TR8",
            "mean_kw": 0.52,
            "days": 59,
            "from_date": date(2014, 1, 1),
            "to_date": AS_OF,
            "run_id": RUN,
        }
        for number in range(40)
    ]


def conflicts() -> Rows:
    """Three kinds of conflict; one is about what names a person."""
    differing = [
        conflict(
            "records_differ", "customer", f"C80001{number:02d}", column,
            (f"C80001{number:02d}", f"C80009{number:02d}"), found, found[1], rule,
        )
        for number in range(6)
        for column, found, rule in (
            ("household_size", ("2", "4"), "latest_known"),
            ("name", (PERSON["name"], "W. Q."), "latest_known"),
            ("region_code", ("R1", "R2"), "standing_record"),
        )
    ]  # fmt: skip
    powers = [
        conflict(
            "contracted_power", "customer", f"C80002{number:02d}", "contracted_kw",
            ("contracts", "customers"), ("8.0", "6.0"), "8.0", "contracts",
        )
        for number in range(4)
    ]  # fmt: skip
    tariff = conflict(
        "unknown_tariff", "contract", "K9001", "tariff_code", ("contracts", "tariffs"), ("T9", None), "T9", "contracts"
    )
    return [*differing, *powers, tariff]


def conflict(
    kind: str,
    entity: str,
    number: str,
    column: str,
    sources: tuple[str, ...],
    found: tuple[str | None, ...],
    counts: str | None,
    rule: str,
) -> dict[str, Any]:
    return {
        "conflict": kind,
        "entity_kind": entity,
        "entity_id": number,
        "compared_column": column,
        "sources": list(sources),
        "found": list(found),
        "counts": counts,
        "rule": rule,
        "run_id": RUN,
    }


def refused_customers() -> Rows:
    """Rows of customers that silver refused: a wrong date, and a number in the place of a word."""
    record = {
        "customer_id": "C8000137",
        **dict.fromkeys(("name", "phone", "address"), SEALED),
        "name_pseudonym": "p1:Q0FGRQ",
        "customer_kind": "residential",
        "region_code": "R1",
        "opened_date": "31.02.2013",
        "household_size": "3",
        "language": PERSON["phone"],
        "others": [["nickname", PERSON["name"]]],
        "surprise": PERSON["address"],
    }
    rows = [_refused("bad_date", "column opened_date", json.dumps(record), number) for number in range(7)]
    return [*rows, _refused("bad_code", "column language", json.dumps(record)[:60], 8)]


def sealed_customers() -> Rows:
    """Rows of customers that bronze refused: sealed as a whole."""
    return [_refused("wrong_cell_count", None, SEALED, number) for number in range(3)]


def _refused(reason: str, detail: str | None, record: str, row_number: int) -> dict[str, Any]:
    return {
        "level": "row",
        "reason": reason,
        "detail": detail,
        "file": "marketing/customers/2014-02.csv",
        "row_number": row_number,
        "record": record,
        "readings": 0,
        "batch": 1,
        "quarantined_at": STARTED,
        "run_id": RUN,
    }
