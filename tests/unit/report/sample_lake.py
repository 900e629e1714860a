"""A small lake in DuckDB's memory, its tables as declared, for the tests of the page, which load it by path."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.errors import TableMissing
from powerlake.loadcurve.days import to_lists
from powerlake.loadcurve.quality import Quality
from powerlake.tables import TABLES

LAST_DAY = date(2014, 2, 28)
STARTED = datetime(2014, 3, 1, 2, 5, tzinfo=UTC)
POINTS = 48
RUN = "20140301T020500-7c1f"
SEGMENTS = {
    "evening peak": ("晚高峰型", 18.5, 2.2, "Uses 1.9 times the average between 18:00 and 21:00, little at night."),
    "day at home": ("白天在家型", 13.0, 1.2, "High from 10:00 to 16:00, on weekdays as at the weekend."),
    "night storage": (
        "夜间蓄热型",
        1.5,
        2.4,
        "More than 40 % of the energy between 00:00 and 06:00; a candidate for a night tariff.",
    ),
}
SEGMENT_ZH = {
    "evening peak": "18:00–21:00 用电为平均水平的 1.9 倍，夜间用电少。",
    "day at home": "10:00–16:00 用电较高，工作日与周末相近。",
    "night storage": "00:00–06:00 用电超过 40 %，适合夜间电价。",
}
CYCLE = (*("evening peak",) * 3, *("day at home",) * 2, "night storage")
SEASONS = ("all", "spring", "summer", "autumn", "winter")

Query = Callable[[str], pa.Table]
Rows = list[dict[str, Any]]


def query_over(tables: Mapping[str, Rows | pa.Table]) -> Query:
    """What the lake's reader does, over these rows; a table not in `tables` is missing."""
    connection = duckdb.connect()
    for layer in ("gold", "silver", "ops", "quarantine"):
        connection.execute(f"create schema {layer}")
    for name, rows in tables.items():
        connection.register("rows", rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, _schema(name)))
        connection.execute(f"create table {name} as select * from rows")

    def query(sql: str) -> pa.Table:
        try:
            return connection.execute(sql).to_arrow_table()
        except duckdb.CatalogException as error:
            missing = next((name for name in TABLES if name in sql and name not in tables), None)
            if missing is None:
                raise
            raise TableMissing(missing) from error

    return query


def declared(name: str, **columns: Any) -> pa.Table:
    """A table of these columns in the declared types; a column not given is null."""
    rows = len(next(iter(columns.values())))
    schema = _schema(name)
    return pa.table(
        [
            _typed(columns[field.name], field.type) if field.name in columns else pa.nulls(rows, field.type)
            for field in schema
        ],
        schema=schema,
    )


def _schema(name: str) -> pa.Schema:
    return pa.schema([pa.field(column.name, column.type) for column in TABLES[name].columns])


def _typed(values: Any, type_: pa.DataType) -> pa.Array | pa.ChunkedArray:
    return values.cast(type_) if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, type_)


def sample_lake(customers: int = 24, days: int = 40, seed: int = 7) -> dict[str, Rows | pa.Table]:
    """Every table of the page; customer 0 is unusual, the others take the segments in turn, 3 : 2 : 1."""
    random = np.random.default_rng(seed)
    names = [_segment_of(number) for number in range(customers)]
    dates = [LAST_DAY - timedelta(days=days - 1 - number) for number in range(days)]
    curves = _curves(random, names, dates)
    return {
        "silver.load_curves": curves,
        "gold.daily_load_features": _features(curves),
        "gold.customer_segments": [_membership(random, number, name, days) for number, name in enumerate(names)],
        "gold.segment_profiles": _profiles(names),
        "ops.job_runs": _job_runs(pc.sum(curves["received_points"]).as_py()),
        "ops.landing_files": _landing_files(),
        "gold.data_quality": _quality_days(),
        "ops.quality_checks": _quality_checks(),
        "quarantine.load_curves_raw": _refused_rows(),
        "quarantine.load_curves": _refused_readings(),
        **_utility_tables(),
    }


def _utility_tables() -> dict[str, Rows]:
    """What the other departments make, from the file beside this one, which is loaded by path as well."""
    path = Path(__file__).with_name("sample_utility.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tables: dict[str, Rows] = module.utility_tables()
    return tables


def customer_id(number: int) -> str:
    return f"C{8_000_000 + number * 137}"


def _segment_of(number: int) -> str:
    return "unusual" if number == 0 else CYCLE[number % len(CYCLE)]


@cache
def _shape(segment: str, day_type: str = "weekday", season: str = "all") -> np.ndarray:
    """The mean power of each half hour ÷ the day's mean."""
    hour = np.arange(POINTS) / 2
    peak, width = (SEGMENTS[segment][1:3]) if segment in SEGMENTS else (3.5, 0.6)
    apart = np.abs(hour - peak)
    late = 1.5 if day_type == "weekend" else 0.0
    morning = np.exp(-(((hour - 7.5 - late) / 1.3) ** 2))
    cold = {"winter": 1.4, "summer": 0.8}.get(season, 1.0)
    shape = 0.45 + cold * 2.0 * np.exp(-((np.minimum(apart, 24 - apart) / width) ** 2)) + 0.6 * morning
    return shape / shape.mean()


def _curves(random: np.random.Generator, names: list[str], days: list[date]) -> pa.Table:
    """silver.load_curves of all customers and days: 8 % with a gap interpolated, 3 % estimated, 3 % with a hole."""
    number, place = (index.ravel() for index in np.indices((len(names), len(days))))
    shapes = np.stack(
        [_shape(names[n], _day_type(days[d]), _season(days[d])) for n, d in zip(number, place, strict=True)]
    )
    kwh = np.round(shapes * random.gamma(8, 0.03, shapes.shape), 3).astype(np.float32)
    quality = np.zeros(kwh.shape, dtype=np.int8)
    kind = random.random(len(kwh))
    quality[kind < 0.08, 16:20] = Quality.INTERPOLATED
    quality[(kind >= 0.08) & (kind < 0.11)] = Quality.SIMILAR_DAY
    quality[(kind >= 0.11) & (kind < 0.14), 20:34] = Quality.MISSING
    kwh[quality == Quality.MISSING] = np.nan
    missing = (quality == Quality.MISSING).sum(axis=1)
    estimated = (quality != Quality.RECEIVED).sum(axis=1) - missing
    received = to_lists(np.where(quality == Quality.RECEIVED, kwh, np.float32("nan")))
    is_whole = pa.array(estimated + missing == 0)
    return declared(
        "silver.load_curves",
        meter_id=[customer_id(n) for n in number],
        date=[days[d] for d in place],
        kwh=to_lists(kwh),
        quality=to_lists(quality),
        received_kwh=pc.if_else(is_whole, pa.scalar(None, received.type), received),
        interval_minutes=[30] * len(kwh),
        points=[POINTS] * len(kwh),
        received_points=POINTS - estimated - missing,
        estimated_points=estimated,
        missing_points=missing,
        flags=[["spike"] if highest > 2.2 else None for highest in np.nanmax(kwh, axis=1)],
        vee_version=["1"] * len(kwh),
        batch=[1] * len(kwh),
        run_id=[RUN] * len(kwh),
        month=[f"{days[d]:%Y-%m}" for d in place],
        bucket=number % 2,
    )


def _season(day: date) -> str:
    return ("summer", "autumn", "winter", "spring")[day.month % 12 // 3]


def _day_type(day: date) -> str:
    return "weekend" if day.weekday() >= 5 else "weekday"


def _features(curves: pa.Table) -> pa.Table:
    """gold.daily_load_features of the curves, in the columns that the page asks for."""
    kept = {name: curves[name] for name in ("meter_id", "date", "points", "run_id", "month", "bucket")}
    days = curves["date"].to_pylist()
    return declared(
        "gold.daily_load_features",
        **kept,
        is_weekend=[_day_type(day) == "weekend" for day in days],
        season=[_season(day) for day in days],
        known_share=1 - curves["missing_points"].to_numpy() / POINTS,
        estimated_share=curves["estimated_points"].to_numpy() / POINTS,
    )


def _membership(random: np.random.Generator, number: int, segment: str, days: int) -> dict[str, Any]:
    return {
        "customer_id": customer_id(number),
        "segment": segment,
        "is_unusual": segment == "unusual",
        "distance": 3.0 if segment == "unusual" else float(random.uniform(0.2, 1.2)),
        "margin": float(random.uniform(0.1, 0.7)),
        "stability": float(round(random.uniform(0.55, 1.0), 2)),
        "months_seen": max(1, days // 30),
        "code_entropy_bits": float(random.uniform(1.0, 4.0)),
        "days": days - int(random.integers(0, 4)),
        "mean_daily_kwh": float(random.uniform(6, 30)),
        "peak_hours": [18, 19, 20],
        "as_of_date": LAST_DAY,
        "model_version": "3",
        "run_id": RUN,
    }


def _profiles(names: list[str]) -> Rows:
    return [
        {
            "segment": segment,
            "segment_zh": SEGMENTS[segment][0],
            "season": season,
            "day_type": day_type,
            "customers": names.count(segment),
            "share": names.count(segment) / len(names),
            "mean_daily_kwh": 14.2 if day_type == "weekday" else 16.0,
            "typical_kw": (_shape(segment, day_type, season) * 0.6).tolist(),
            "typical_shape": _shape(segment, day_type, season).tolist(),
            "peak_hours": [18, 19, 20],
            "description": SEGMENTS[segment][3],
            "description_zh": SEGMENT_ZH[segment],
            "as_of_date": LAST_DAY,
            "model_version": "3",
            "run_id": RUN,
        }
        for segment in SEGMENTS
        for season in SEASONS
        if (segment, season) != ("night storage", "spring")
        for day_type in ("weekday", "weekend")
    ]


JOBS = {
    "bronze.load_curves_raw": 9.4,
    "silver.load_curves": 21.7,
    "gold.daily_load_features": 6.2,
    "ml.customer_segments": 48.9,
    "report.daily": 3.1,
}


def _job_runs(published: int) -> Rows:
    return [row for ago in range(4) for row in _run(ago, published)]


def _run(ago: int, published: int) -> Rows:
    """The run `ago` days before the last; the third but last failed in its fourth job."""
    started = STARTED - timedelta(days=ago)
    run_id = RUN if ago == 0 else f"{started:%Y%m%dT%H%M%S}-{ago:04x}"
    rows = []
    for place, (job, seconds) in enumerate(JOBS.items()):
        if ago == 2 and place > 3:
            continue
        failed = ago == 2 and place == 3
        rows.append(
            {
                "run_id": run_id,
                "pipeline": "daily",
                "job": job,
                "outcome": "failed" if failed else "unchanged" if ago == 1 else "done",
                "attempts": 3 if failed else 1,
                "started_at": started,
                "seconds": 0.4 if ago == 1 else seconds * (1 + 0.2 * ago),
                "code_version": "0.1.0",
                "conf_digest": "c0ffee",
                "counts": list(_counts(job, published).items()) if ago != 1 and not failed else None,
                "error": "ExpectationFailed: gold.customer_segments was not published" if failed else None,
            }
        )
        started += timedelta(seconds=rows[-1]["seconds"])
    return rows


def _counts(job: str, published: int) -> dict[str, int]:
    return {
        "bronze.load_curves_raw": {
            "received": published + 96 + 15,
            "published": published + 96,
            "quarantined": 15,
            "duplicates": 0,
        },
        "silver.load_curves": {
            "received": published + 96,
            "published": published,
            "quarantined": 12,
            "duplicates": 48,
            "superseded": 36,
        },
    }.get(job, {"rows": 24})


def _landing_files() -> Rows:
    outcomes = {3: ("duplicate", None), 9: ("rejected", "truncated"), 14: ("rejected", "wrong_header")}
    return [
        {
            "file": f"metering/load_curves/interval_readings_{2012 + number // 12}-{number % 12 + 1:02d}.csv.gz",
            "file_sha256": f"{number:064x}",
            "feed": "metering/load_curves",
            "bytes": 612_345 + 1_000 * number,
            "outcome": outcomes.get(number, ("taken", None))[0],
            "reason": outcomes.get(number, ("taken", None))[1],
            "rows_received": 0 if number in outcomes else 85_000,
            "rows_kept": 0 if number in outcomes else 84_999,
            "rows_quarantined": 0 if number in outcomes else 1,
            "readings": 0 if number in outcomes else 84_999,
            "batch": 1 + number // 20,
            "seen_at": STARTED,
            "run_id": RUN,
        }
        for number in range(26)
    ]


def _refused(level: str, reason: str, file: str, readings: int, record: object) -> dict[str, Any]:
    return {
        "level": level,
        "reason": reason,
        "file": file,
        "record": json.dumps(record),
        "readings": readings,
        "batch": 1,
        "quarantined_at": STARTED,
        "run_id": RUN,
    }


def _refused_rows() -> Rows:
    folder = "metering/load_curves/interval_readings_"
    return [
        _refused("file", "truncated", f"{folder}2012-10.csv.gz", 0, None),
        _refused("file", "wrong_header", f"{folder}2013-03.csv.gz", 0, None),
        *(_refused("row", "not_a_number", f"{folder}2013-{month:02d}.csv.gz", 1, month) for month in range(1, 13)),
        *(_refused("row", "bad_time", f"{folder}2012-12.csv.gz", 1, row) for row in range(3)),
    ]


def _refused_readings() -> Rows:
    return [
        _refused("reading", "negative", f"metering/load_curves/interval_readings_2013-0{n % 3 + 1}.csv.gz", 1, n)
        for n in range(12)
    ]


JUDGED = {
    "bronze.load_curves_raw": ("not_a_number", "refusal"),
    "silver.load_curves": ("mean_between(column=missing_points, low=0.0, high=24.0)", "mean_between"),
    "metering/load_curves": ("freshness", "freshness"),
    "gold.customer_segments": ("between(column=days, low=1, high=None, mostly=0.5)", "between"),
}


def _quality_days() -> Rows:
    """Thirty days; every seventh has a warning of bronze, the third but last a segment table that was not published."""
    return [
        {
            "date": LAST_DAY - timedelta(days=ago),
            "department": None if dataset.startswith("gold") else "metering",
            "dataset": dataset,
            "rule": rule,
            "kind": kind,
            "severity": "warn",
            "outcome": (outcome := _outcome(ago, dataset)),
            "judged": 2,
            "broken": int(outcome != "held"),
            "owner": "metering",
            "run_id": RUN,
            "month": f"{LAST_DAY - timedelta(days=ago):%Y-%m}",
        }
        for ago in range(30)
        for dataset, (rule, kind) in JUDGED.items()
        if not (ago > 20 and dataset.startswith("gold"))
    ]


def _outcome(ago: int, dataset: str) -> str:
    if ago == 2 and dataset.startswith("gold"):
        return "failed"
    return "warned" if ago % 7 == 0 and dataset.startswith("bronze") else "held"


def _quality_checks() -> Rows:
    return [
        {
            "checked_at": STARTED,
            "run_id": RUN,
            "job": dataset,
            "dataset": dataset,
            "rule": rule,
            "kind": kind,
            "severity": "warn",
            "outcome": _outcome(0, dataset),
            "found": "12 rows went to quarantine" if dataset.startswith("bronze") else None,
        }
        for dataset, (rule, kind) in JUDGED.items()
    ]
