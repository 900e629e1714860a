"""What the page is told, against small tables whose answers are known."""

from __future__ import annotations

import importlib.util
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from powerlake.errors import TableMissing
from powerlake.loadcurve.quality import Quality
from powerlake.report import ReportData, collect
from powerlake.report.data import Absent, Quantiles, Text
from powerlake.report.queries.intake import FILES_SHOWN
from powerlake.report.queries.quarantine import REASONS_SHOWN
from powerlake.report.queries.runs import RUNS_SHOWN
from powerlake.report.queries.years import CUSTOMERS_SHOWN, to_slots


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sample = _load(Path(__file__).with_name("sample_lake.py"))
DAY = date(2014, 2, 1)


def over(**tables: Any) -> ReportData:
    """The page's data over tables given as `layer__name=rows`."""
    return collect(sample.query_over({name.replace("__", "."): rows for name, rows in tables.items()}))


def features(*days: tuple[str, date, float, float]) -> pa.Table:
    meters, dates, known, estimated = zip(*days, strict=True)
    return sample.declared(
        "gold.daily_load_features",
        meter_id=meters,
        date=dates,
        month=[f"{day:%Y-%m}" for day in dates],
        points=[48] * len(days),
        known_share=known,
        estimated_share=estimated,
    )


def curve(meter: str, day: date, kwh: list[float | None], quality: list[int], **others: Any) -> dict[str, Any]:
    return {
        "meter_id": meter,
        "date": day,
        "kwh": kwh,
        "quality": quality,
        "interval_minutes": 1440 // len(kwh),
        "points": len(kwh),
        "estimated_points": sum(code == Quality.INTERPOLATED for code in quality),
        "missing_points": sum(code == Quality.MISSING for code in quality),
    } | others


def member(customer: str, segment: str = "evening peak", **others: Any) -> dict[str, Any]:
    is_unusual = segment == "unusual"
    return {
        "customer_id": customer,
        "segment": segment,
        "is_unusual": is_unusual,
        "distance": 1.0,
        "days": 100,
    } | others


def job(run: str, name: str, hour: int, **others: Any) -> dict[str, Any]:
    started = sample.STARTED.replace(hour=hour)
    return {"run_id": run, "job": name, "outcome": "done", "attempts": 1, "started_at": started, "seconds": 60} | others


def test_coverage_weighs_points_and_counts_the_days_without_a_row() -> None:
    last = DAY + timedelta(days=3)
    found = over(
        gold__daily_load_features=features(("a", DAY, 1.0, 0.25), ("a", last, 0.5, 0.0), ("b", DAY, 1.0, 0.0))
    ).coverage
    assert not isinstance(found, Absent)
    assert (found.meters, found.meter_days, found.expected_meter_days) == (2, 3, 5)
    assert (found.first_date, found.last_date) == (DAY, last)
    assert found.received_share == pytest.approx((0.75 + 0.5 + 1.0) / 3)
    assert found.estimated_share == pytest.approx(0.25 / 3)
    assert found.missing_share == pytest.approx(0.5 / 3)


def test_as_of_leaves_out_later_days_from_all_that_has_a_local_date() -> None:
    later = DAY + timedelta(days=40)
    query = sample.query_over(
        {
            "gold.daily_load_features": features(("a", DAY, 1.0, 0.0), ("a", later, 0.5, 0.5)),
            "gold.customer_segments": [member("a")],
            "silver.load_curves": [
                curve("a", DAY, [1.0] * 48, [0] * 48),
                curve("a", later, [1.0] * 48, [1] * 48, flags=["spike"]),
            ],
        }
    )
    before, after = collect(query, as_of=DAY), collect(query)
    for data, days in ((before, 1), (after, 2)):
        assert not isinstance(data.coverage, Absent) and data.coverage.meter_days == days
        assert not isinstance(data.months, Absent) and len(data.months) == days
        assert not isinstance(data.validation, Absent) and len(data.validation.flags) == days - 1
        assert not isinstance(data.years, Absent) and data.years[0].dates[-1] == (DAY if days == 1 else later)


def test_every_part_names_the_table_it_lacks() -> None:
    data = over()
    assert data.coverage == data.months == Absent("gold.daily_load_features")
    assert data.segments == Absent("gold.segment_profiles")
    assert data.years == Absent("gold.customer_segments")
    assert data.validation == Absent("silver.load_curves")
    assert data.ledger == Absent("ops.landing_files")
    assert data.runs == Absent("ops.job_runs")
    assert data.quarantine == Absent("quarantine.*")
    assert data.conflicts == Absent("silver.conflicts")
    assert data.profiles == Absent("gold.customer_profile")
    assert data.market == Absent("gold.market_model")
    assert data.line_loss == Absent("gold.line_loss")
    assert data.suspects == Absent("gold.topology_suspects")


def test_tables_without_rows_count_as_missing() -> None:
    data = over(**{name.replace(".", "__"): [] for name in sample.sample_lake(2, 1)})
    assert all(isinstance(part, Absent) for name, part in vars(data).items() if name != "as_of")


def test_an_error_other_than_a_missing_table_is_not_hidden() -> None:
    def broken(sql: str) -> pa.Table:
        raise ValueError(sql)

    with pytest.raises(ValueError, match="select"):
        collect(broken)


def test_segments_come_largest_first_and_the_unusual_last_even_without_a_profile() -> None:
    profile = {
        "season": "all",
        "day_type": "weekday",
        "as_of_date": DAY,
        "model_version": "3",
        "typical_kw": [1.0, None, np.nan],
    }
    data = over(
        gold__segment_profiles=[
            profile | {"segment": "small", "segment_zh": "小", "customers": 1, "share": 0.2},
            profile | {"segment": "large", "segment_zh": "大", "customers": 2, "share": 0.4},
        ],
        gold__customer_segments=[
            member("a", "small", stability=0.5, code_entropy_bits=1.0),
            member("b", "large", stability=0.7),
            member("c", "large", stability=0.9),
            member("d", "unusual"),
            member("e", "unusual"),
        ],
    )
    assert not isinstance(data.segments, Absent)
    assert [item.name for item in data.segments.items] == [
        Text("large", "大"),
        Text("small", "小"),
        Text("unusual", "特殊用户"),
    ]
    large, small, unusual = data.segments.items
    assert large.curves[0].kw == (1.0, None, None) and large.curves[0].shape == ()
    assert large.spread is not None and large.spread.steady_share == pytest.approx(0.5)
    assert large.spread.entropy_bits is None
    assert small.spread is not None and small.spread.entropy_bits == Quantiles(1, 1, 1, 1, 1)
    assert (unusual.customers, unusual.share, unusual.curves) == (2, 0.4, ())


def test_a_segment_is_shown_by_its_nearest_customer_with_a_long_record_and_the_unusual_by_the_furthest() -> None:
    members = [
        member("near but short", distance=0.1, days=79),
        member("nearest", distance=0.2, days=80),
        member("farther", distance=0.3),
        *(member(f"odd {n}", "unusual", distance=float(n), days=10) for n in range(5)),
    ]
    data = over(
        gold__customer_segments=members,
        silver__load_curves=[curve(row["customer_id"], DAY, [0.5] * 48, [0] * 48) for row in members],
    )
    assert not isinstance(data.years, Absent)
    assert [year.customer_id for year in data.years] == ["nearest", "odd 4", "odd 3", "odd 2"]


def test_a_year_puts_each_day_in_its_place_in_kw_and_marks_estimates_only() -> None:
    kwh: list[float | None] = [0.25] * 46 + [1.0, None]
    quality = [Quality.RECEIVED] * 45 + [Quality.INTERPOLATED, Quality.RESCALED, Quality.MISSING]
    customer = "O'Brien"
    data = over(
        gold__customer_segments=[member(customer)],
        silver__load_curves=[
            curve(customer, DAY - timedelta(days=365), [9.0] * 48, [0] * 48),
            curve(customer, DAY, kwh, quality),
            curve(customer, DAY - timedelta(days=2), [0.5] * 50, [0] * 50, interval_minutes=30),
        ],
    )
    assert not isinstance(data.years, Absent)
    (year,) = data.years
    assert year.dates == (DAY - timedelta(days=2), DAY - timedelta(days=1), DAY)
    expected = np.column_stack([np.full(48, 1.0), np.full(48, np.nan), [0.5] * 46 + [2.0, np.nan]])
    np.testing.assert_array_equal(year.kw, expected.astype(np.float32))
    assert list(zip(*np.nonzero(year.is_estimated), strict=True)) == [(45, 2)]


@pytest.mark.parametrize(("points", "estimated"), [(96, 3), (24, 1)])
def test_a_year_counts_estimated_intervals_of_the_curve_not_slots_of_the_picture(points: int, estimated: int) -> None:
    quality = [Quality.INTERPOLATED] * estimated + [Quality.RECEIVED] * (points - estimated)
    data = over(
        gold__customer_segments=[member("a")],
        silver__load_curves=[
            curve("a", DAY, [1.0] * points, quality),
            curve("a", DAY + timedelta(days=1), [1.0] * 48, [Quality.RECEIVED] * 48),
        ],
    )
    assert not isinstance(data.years, Absent)
    assert data.years[0].is_estimated.sum() == 2
    assert data.years[0].estimated_points == estimated


def test_quarter_hours_are_averaged_without_the_unknown_and_hours_stay_hours() -> None:
    quarter_hours = np.array([[1, 3, np.nan, 4, np.nan, np.nan, *range(90)]], dtype=np.float32)
    half_hours = np.array([2, 4, np.nan, *np.arange(0.5, 90, 2)], dtype=np.float32)
    np.testing.assert_array_equal(to_slots(quarter_hours, 48)[0], half_hours)
    assert to_slots(np.ones((1, 100), dtype=np.float32), 48).shape == (1, 48)
    assert to_slots(np.arange(23, dtype=np.float32)[None], 24)[0, -1] == 22


def test_validation_counts_codes_on_edited_and_incomplete_days() -> None:
    data = over(
        silver__load_curves=[
            curve("a", DAY, [1.0] * 48, [0] * 48),
            curve("b", DAY, [1.0] * 48, [Quality.INTERPOLATED] * 2 + [0] * 46, flags=["jump", "spike"]),
            curve("c", DAY, [1.0] * 48, [Quality.RESCALED] * 48, received_kwh=[1000.0] * 48, flags=["spike"]),
        ]
    )
    assert not isinstance(data.validation, Absent)
    assert [(rule.code, rule.points) for rule in data.validation.estimates] == [(21, 48), (1, 2)]
    assert data.validation.estimates[1].share == pytest.approx(2 / 144)
    assert [(flag.rule, flag.days) for flag in data.validation.flags] == [("spike", 2), ("jump", 1)]


def test_quarantine_adds_up_over_all_its_tables() -> None:
    def refused(reason: str, readings: int, file: str) -> dict[str, Any]:
        return {"level": "row", "reason": reason, "readings": readings, "file": file, "quarantined_at": sample.STARTED}

    data = over(
        quarantine__load_curves=[refused("negative", 5, "a.csv")],
        quarantine__load_curves_raw=[refused("bad_time", 4, "a.csv"), refused("bad_time", 3, "b.csv")],
        ops__waiting_rows=[{"feed": "marketing/payments", "step": step} for step in (1, 1, -1)],
    )
    assert not isinstance(data.quarantine, Absent)
    assert (data.quarantine.records, data.quarantine.settled, data.quarantine.readings) == (3, 1, 12)
    raw, silver = data.quarantine.tables
    assert (raw.table, raw.refused_by, raw.feed) == ("quarantine.load_curves_raw", "bronze.load_curves_raw", None)
    assert (raw.records, raw.readings, silver.records, silver.readings) == (2, 7, 1, 5)
    worst = raw.reasons[0]
    assert (worst.reason, worst.records, worst.readings, worst.files, worst.file) == ("bad_time", 2, 7, 2, "b.csv")


def test_the_ledger_shows_the_newest_batch_first_and_in_it_what_was_not_taken() -> None:
    def file(name: str, outcome: str, batch: int) -> dict[str, Any]:
        counts = dict.fromkeys(("bytes", "rows_received", "rows_kept", "rows_quarantined", "readings"), 1)
        return counts | {"file": name, "outcome": outcome, "batch": batch, "seen_at": sample.STARTED}

    files = [file("a", "rejected", 1), file("b", "taken", 2), file("c", "duplicate", 2), file("d", "rejected", 2)]
    data = over(ops__landing_files=files)
    assert not isinstance(data.ledger, Absent)
    assert [file.file for file in data.ledger.latest] == ["d", "c", "b", "a"]
    assert [(total.outcome, total.files) for total in data.ledger.totals] == [
        ("taken", 1),
        ("duplicate", 1),
        ("rejected", 2),
    ]


def test_a_feed_is_late_when_its_next_file_is_due_before_the_latest_run() -> None:
    def file(feed: str, outcome: str, days_ago: int, rows: int = 10) -> dict[str, Any]:
        at = sample.STARTED - timedelta(days=days_ago)
        counts = {"rows_received": rows, "rows_kept": rows, "rows_quarantined": 0}
        return counts | {"file": f"{feed}/{days_ago}", "feed": feed, "outcome": outcome, "seen_at": at}

    files = [
        file("marketing/customers", "taken", 32),
        file("marketing/customers", "duplicate", 1, rows=0),
        file("marketing/bills", "taken", 31),
        file("marketing/coupons", "rejected", 2),
        file("metering/load_curves", "taken", 500),
    ]
    data = over(ops__landing_files=files, ops__job_runs=[{**job("r", "one", 0), "started_at": sample.STARTED}])
    assert not isinstance(data.feeds, Absent)
    found = {item.feed: item for item in data.feeds.items}
    assert {feed: item.is_late for feed, item in found.items()} == {
        "marketing/bills": False,
        "marketing/coupons": None,
        "marketing/customers": True,
        "metering/load_curves": None,
    }
    customers = found["marketing/customers"]
    assert data.feeds.items[0].feed == "marketing/customers"
    assert (customers.days_late, found["marketing/bills"].days_late, data.feeds.late) == (1, 0, 1)
    assert data.feeds.as_of == sample.STARTED
    assert (customers.files, customers.duplicates, customers.rejected, customers.rows_kept) == (1, 1, 0, 10)
    assert customers.last_at == sample.STARTED - timedelta(days=32)
    assert found["marketing/coupons"].last_at is None
    assert "external/weather" in data.feeds.silent
    assert "marketing/bills" not in data.feeds.silent


def test_a_run_lasts_from_its_first_start_to_its_last_end_and_fails_with_any_job() -> None:
    counts = [("received", 10), ("published", 6), ("quarantined", 1), ("duplicates", 1), ("superseded", 1)]
    data = over(
        ops__job_runs=[
            job("old", "one", 1, outcome="unchanged"),
            job("old", "two", 2, outcome="left_out"),
            job("new", "two", 4, outcome="failed", error="no"),
            job("new", "one", 3, counts=counts),
        ]
    )
    assert not isinstance(data.runs, Absent)
    new, old = data.runs.items
    assert (new.run_id, new.outcome, new.seconds) == ("new", "failed", 3660)
    assert [job.job for job in new.jobs] == ["one", "two"]
    assert [job.unaccounted for job in new.jobs] == [1, None]
    assert old.outcome == "unchanged"


def test_the_answer_does_not_grow_with_customers_files_reasons_or_runs() -> None:
    refused = {"level": "row", "readings": 1, "file": "a.csv", "quarantined_at": sample.STARTED}
    files = sample.sample_lake(2, 1)["ops.landing_files"]
    data = over(
        gold__customer_segments=[member(f"{n}", f"segment {n % 40}") for n in range(400)],
        silver__load_curves=[curve(f"{n}", DAY, [1.0] * 24, [0] * 24) for n in range(400)],
        ops__landing_files=files * 3,
        ops__job_runs=[job(f"{n}", "one", n) for n in range(20)],
        quarantine__load_curves=[refused | {"reason": f"{n}"} for n in range(50)],
    )
    assert not isinstance(data.years, Absent) and len(data.years) == CUSTOMERS_SHOWN
    assert not isinstance(data.ledger, Absent) and (len(data.ledger.latest), data.ledger.files) == (FILES_SHOWN, 78)
    assert not isinstance(data.runs, Absent) and len(data.runs.items) == RUNS_SHOWN
    assert not isinstance(data.quarantine, Absent)
    (refused_table,) = data.quarantine.tables
    assert (len(refused_table.reasons), refused_table.all_reasons) == (REASONS_SHOWN, 50)
    assert data.quarantine.records == 50


def test_the_sample_lake_says_which_table_is_missing() -> None:
    with pytest.raises(TableMissing, match=r"gold\.segment_profiles"):
        sample.query_over({})("select * from gold.segment_profiles")


def test_a_feeds_strip_is_the_worst_of_its_tables_day_by_day() -> None:
    days = [DAY, DAY, DAY, DAY + timedelta(days=1), DAY + timedelta(days=1)]
    rows = sample.declared(
        "gold.data_quality",
        date=days,
        dataset=["bronze.bills", "silver.bills", "gold.dim_date", "marketing/bills", "silver.customer_links"],
        rule=["a"] * 5,
        outcome=["held", "failed", "held", "warned", "held"],
        broken=[0, 1, 0, 2, 0],
    )
    found = over(gold__data_quality=rows).data_quality
    assert not isinstance(found, Absent)
    assert found.days == (DAY, DAY + timedelta(days=1))
    assert {strip.name: (strip.outcomes, strip.broken) for strip in found.strips} == {
        "marketing/bills": ((2, 1), (1, 1)),
        "gold.dim_date": ((0, None), (0, 0)),
        "silver.customer_links": ((None, 0), (0, 0)),
    }
    assert (found.rules, found.broken) == (2, ())
    assert over(silver__load_curves=[]).data_quality == Absent("gold.data_quality")
