"""How the landing tests read a file, load curves or another feed: whole, with the sum of rows checked each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from powerlake.landing.feed_judge import received_schema
from powerlake.landing.feed_rows import Received, read_feed
from powerlake.landing.load_curves import read_load_curves
from powerlake.landing.meter_days import BRONZE_SCHEMA
from powerlake.landing.refusals import (
    FEED_FILE_REASONS,
    FEED_ROW_REASONS,
    FILE_REASONS,
    QUARANTINE_SCHEMA,
    ROW_REASONS,
    Delivery,
    quarantine,
)
from powerlake.landing.text_file import Limits
from powerlake.tables.feeds.model import Feed, boolean, code, date, decimal, identity, instant, integer, text

DELIVERY = Delivery(
    file="metering/load_curves/a.csv",
    file_sha256="0" * 64,
    batch=3,
    ingested_at=datetime(2024, 2, 1, tzinfo=UTC),
    run_id="run-1",
    bucket_count=4,
)


@dataclass(frozen=True)
class Outcome:
    """Everything one file gave."""

    rows: pa.Table
    refused: pa.Table
    received: int
    rejected: str | None
    parts: int

    @property
    def readings(self) -> list[tuple[str, str, int | None, float | None]]:
        """(meter, date, second of day, kWh) of each reading of bronze, sorted."""
        found = []
        for row in self.rows.to_pylist():
            seconds = row["second_of_day"] or [None] * len(row["kwh"])
            found += [
                (row["meter_id"], str(row["date"]), second, kwh)
                for second, kwh in zip(seconds, row["kwh"], strict=True)
            ]
        return sorted(found, key=lambda reading: (reading[0], reading[1], reading[2] or 0, repr(reading[3])))

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """(row number, reason) of each row refused, in the order given."""
        return [(row["row_number"], row["reason"]) for row in self.refused.to_pylist()]


@pytest.fixture(scope="session")
def outcome() -> Callable[..., Outcome]:
    """Read a path: `outcome(path, **limits)`."""
    return _outcome


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Outcome]:
    """Write `content` to a file and read it: `read(content, name, **limits)`."""

    def write_and_read(content: bytes | str, name: str = "a.csv", **limits: int) -> Outcome:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return _outcome(path, **limits)

    return write_and_read


def _outcome(path: Path, **limits: int) -> Outcome:
    """Read the file and check what holds of every file, good or bad."""
    parts = list(read_load_curves(path, DELIVERY, Limits(**limits)))
    rows = pa.concat_tables([part.rows for part in parts])
    refused = pa.concat_tables([part.refused for part in parts])
    rows.validate(full=True)
    refused.validate(full=True)
    assert rows.schema == BRONZE_SCHEMA
    assert refused.schema == QUARANTINE_SCHEMA
    received = sum(part.rows_received for part in parts)
    rejected = parts[0].rejected
    assert set(refused["reason"].to_pylist()) <= ({*FILE_REASONS} if rejected else {*ROW_REASONS})
    if rejected:
        assert (len(parts), rows.num_rows, refused["level"].to_pylist()) == (1, 0, ["file"])
        assert parts[0].rows_refused == received
    else:
        kept = [number for numbers in rows["row_number"].to_pylist() for number in numbers]
        assert sum(part.rows_kept for part in parts) == len(kept)
        assert sorted(kept + refused["row_number"].to_pylist()) == list(range(1, received + 1))
        assert all(readings > 0 for readings in rows["readings"].to_pylist())
    return Outcome(rows, refused, received, rejected, len(parts))


SAMPLES = Feed(
    "samples",
    "assets",
    "tests",
    grain="one row per sample",
    key=("sample_id",),
    late_days=1,
    fields=(
        identity("sample_id", "Number"),
        instant("taken_at", "When", required=True),
        decimal("value", "What was found", "1", required=True),
        integer("count", "How many"),
        date("from_date", "Since"),
        boolean("is_good", "Whether"),
        code("state", "How", "new", "old"),
        text("note", "Words"),
    ),
)
"""A feed with a column of each kind."""


@dataclass(frozen=True)
class FeedOutcome:
    """Everything one file of SAMPLES gave: its parts, and the rows kept of them all."""

    parts: list[Received]
    rows: list[dict[str, Any]]
    refused: list[dict[str, Any]]

    @property
    def rejected(self) -> str | None:
        return self.parts[0].rejected

    @property
    def received(self) -> int:
        return sum(part.rows_received for part in self.parts)

    @property
    def kept(self) -> list[int]:
        """Row numbers of the rows kept."""
        return [row["row_number"] for row in self.rows]

    @property
    def reasons(self) -> list[tuple[int | None, str, str | None]]:
        """(row number, reason, detail) of each entry refused, in the order given."""
        return [(row["row_number"], row["reason"], row["detail"]) for row in self.refused]


@pytest.fixture(scope="session")
def samples() -> Feed:
    return SAMPLES


@pytest.fixture(scope="session")
def taken() -> Callable[..., FeedOutcome]:
    """Read a path as a file of SAMPLES: `taken(path, **limits)`."""
    return _taken


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., FeedOutcome]:
    """Write `content` to a file and read it: `take(content, **limits)`."""

    def write_and_read(content: bytes | str, **limits: int) -> FeedOutcome:
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return _taken(path, **limits)

    return write_and_read


def _taken(path: Path, **limits: int) -> FeedOutcome:
    """Read the file and check what holds of every file, good or bad."""
    parts = list(read_feed(path, SAMPLES, Limits(**limits)))
    for part in parts:
        part.rows.validate(full=True)
        assert part.rows.schema == received_schema(SAMPLES)
        assert part.rows_kept == len(part.rows)
    level = "file" if parts[0].rejected else "row"
    refused = pa.concat_tables([quarantine(level, part.refused, DELIVERY) for part in parts])
    refused.validate(full=True)
    assert refused.schema == QUARANTINE_SCHEMA
    found = FeedOutcome(parts, pa.concat_tables([part.rows for part in parts]).to_pylist(), refused.to_pylist())
    assert {row["reason"] for row in found.refused} <= ({*FEED_FILE_REASONS} if found.rejected else {*FEED_ROW_REASONS})
    if found.rejected:
        assert (len(parts), found.rows, [row["level"] for row in found.refused]) == (1, [], ["file"])
        assert found.received == found.refused[0]["readings"]
    else:
        assert sorted(found.kept + [row["row_number"] for row in found.refused]) == list(range(1, found.received + 1))
        assert all(row["record"] for row in found.refused)
    return found
