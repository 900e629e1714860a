"""All departments into bronze, with workers: nothing lost, nothing twice, nobody named in clear anywhere."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from powerlake.tables import TABLES
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES

HEADER = "customer_id,name,id_number,phone,customer_kind,region_code,opened_date"
PERSONAL = ("李雷雷", "韩梅梅梅", "Jim Green", "13812340001", "13812340002", "138 1234 0001", "11010119900307123X")
CUSTOMERS = (
    "c1,李雷雷,11010119900307123X,13812340001,residential,r1,2020-01-01",
    "c2,韩梅梅梅,,13812340002,shop,r1,2021-05-06",
    "c3,Jim Green,,13812340002,shop,r1,32 May",
)
TICKETS = (
    '{"ticket_id":"t1","opened_at":"2024-01-01T08:00:00+08:00","text":"停电了","phone":"138 1234 0001"}',
    '{"ticket_id":"t2","opened_at":"never","text":"no light","phone":"13812340002"}',
)
WITHOUT_FILES = ("bronze.metering", "bronze.dispatch", "bronze.assets")
WEATHER = pa.table(
    {
        "station_id": ["s1", "s1"],
        "observed_at": ["2024-01-01 00:00", "2024-01-01 01:00"],
        "interval_minutes": [60, 60],
        "temperature_c": [-3.5, -4.0],
    }
)


def deliver(utility, file: str, content: bytes) -> None:
    path = utility.lake.landing / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def lines(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def parquet(rows: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(rows, stream)
    return stream.getvalue()


@pytest.fixture
def delivered(utility):
    """Customers, tickets, weather and readings in three formats, with dirt, taken in."""
    deliver(utility, "marketing/customers/a.csv", lines(HEADER, *CUSTOMERS))
    deliver(utility, "marketing/customers/short.csv", lines("customer_id,name", "c4,李雷雷"))
    deliver(utility, "service/tickets/a.jsonl.gz", gzip.compress(lines(*TICKETS).decode().encode("gb18030"), mtime=0))
    deliver(utility, "external/weather/a.parquet", parquet(WEATHER))
    utility.drop("a.csv", ["m1,2024-01-01 00:00:00,0.5"])
    utility.run(pipeline="bronze")
    return utility


def files(utility) -> dict[str, dict[str, object]]:
    return {row["file"]: row for row in utility.rows(LANDING_FILES)}


def test_received_is_kept_and_quarantined_in_every_feed(delivered) -> None:
    found = files(delivered)
    assert {file: (row["outcome"], row["rows_received"], row["rows_kept"]) for file, row in found.items()} == {
        "external/weather/a.parquet": ("taken", 2, 2),
        "marketing/customers/a.csv": ("taken", 3, 2),
        "marketing/customers/short.csv": ("rejected", 1, 0),
        "metering/load_curves/a.csv": ("taken", 1, 1),
        "service/tickets/a.jsonl.gz": ("taken", 2, 1),
    }
    for feed in ("customers", "tickets", "weather"):
        kept, refused = (delivered.lake.rows(TABLES[name]) for name in (f"bronze.{feed}", f"quarantine.{feed}_raw"))
        rows = [row for row in found.values() if row["feed"].endswith(feed)]
        assert len(kept) == sum(row["rows_kept"] for row in rows)
        whole = {row["file"]: row["rows_received"] for row in rows if row["outcome"] == "rejected"}
        quarantined = sum(whole.get(row["file"], 1) for row in refused.to_pylist())
        assert quarantined == sum(row["rows_quarantined"] for row in rows)


def test_a_second_run_changes_nothing_and_a_correction_comes_on_top(delivered) -> None:
    before = delivered.versions()
    state = delivered.run(pipeline="bronze")
    assert delivered.versions() == before
    outcomes = {name: job.outcome for name, job in state.jobs.items()}
    assert outcomes == dict.fromkeys(outcomes, "unchanged") | dict.fromkeys(WITHOUT_FILES, "left_out")
    deliver(delivered, "marketing/customers/a.csv", lines(HEADER, CUSTOMERS[0].replace("r1", "r2")))
    deliver(delivered, "marketing/customers/copy.csv", lines(HEADER, *CUSTOMERS))
    delivered.run(pipeline="bronze")
    rows = delivered.lake.rows(TABLES["bronze.customers"]).to_pylist()
    assert sorted((row["customer_id"], row["region_code"], row["batch"]) for row in rows) == [
        ("c1", "r1", 1),
        ("c1", "r2", 2),
        ("c2", "r1", 1),
    ]
    assert files(delivered)["marketing/customers/copy.csv"]["outcome"] == "duplicate"


def test_jobs_say_which_feeds_had_no_folder(delivered) -> None:
    notes = {name: job.note for name, job in delivered.runs[-1].jobs.items()}
    assert "channel_usage" in notes["bronze.service"]
    assert notes["bronze.dispatch"].startswith("without landing:dispatch/outages, landing:dispatch/feeder_load")
    outcomes = {row["job"]: row["outcome"] for row in delivered.lake.rows(JOB_RUNS).to_pylist()}
    assert outcomes == dict.fromkeys(outcomes, "done") | dict.fromkeys(WITHOUT_FILES, "left_out")


def test_nobody_is_named_in_clear_anywhere(delivered, event_log: Path) -> None:
    """Of all that is written: tables decoded, Delta's logs, state, reports, and Spark's own log of plans and tasks."""
    keyring = json.loads((delivered.home / "keys" / "keyring.json").read_text())
    secrets = [base64.b64decode(key) for key in keyring["keys"].values()]
    secret_texts = [form for key in secrets for form in (key.hex(), base64.b64encode(key).decode())]
    looked_at = 0
    for path, content in written(delivered.home, event_log):
        looked_at += 1
        for personal in PERSONAL:
            assert personal not in content, path
            assert json.dumps(personal).strip('"') not in content, path
        assert not [text for text in secret_texts if text in content], path
    assert looked_at > 30


def written(home: Path, event_log: Path) -> Iterator[tuple[Path, str]]:
    """Every file below both but what departments dropped and the keys; Parquet as its rows and its metadata."""
    apart = [home / "landing", home / "keys"]
    for path in sorted([*home.rglob("*"), *event_log.rglob("*")]):
        if not path.is_file() or any(path.is_relative_to(folder) for folder in apart):
            continue
        yield path, path.read_bytes().decode(errors="replace")
        if path.suffix == ".parquet":
            yield path, repr(pq.ParquetFile(path).read().to_pylist())
