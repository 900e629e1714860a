"""Staged files: one for each partition, wrong rows beside them in quarantine, and what Delta will be told of them."""

import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from powerlake.lake.staging import Staged, StagedFile, _chunks, combine, stage_rows
from powerlake.lake.store import Lake
from powerlake.tables.derive import file_schema
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

QUARANTINE = quarantine_of(LOAD_CURVES)


def test_each_partition_gets_its_file_and_the_file_leaves_the_partition_columns_out(lake: Lake, rows, stamp) -> None:
    three = rows(
        LOAD_CURVES,
        {"meter_id": "m1", "month": "2024-02", "bucket": 0},
        {"meter_id": "m2", "month": "2024-03", "bucket": 1},
        {"meter_id": "m3", "month": "2024-03", "bucket": 1},
    )
    files = stage_rows(LOAD_CURVES, lake.home, three, stamp).files[LOAD_CURVES.name]
    held = {}
    for file in files:
        written = pq.ParquetFile(lake.path(LOAD_CURVES) / file.relative).read()
        assert written.schema.equals(file_schema(LOAD_CURVES))
        assert file.bytes == (lake.path(LOAD_CURVES) / file.relative).stat().st_size
        assert file.relative.startswith("month={month}/bucket={bucket}/".format(**file.partition))
        held[tuple(file.partition.values())] = (file.rows, written["meter_id"].to_pylist())
    assert held == {("2024-02", "0"): (1, ["m1"]), ("2024-03", "1"): (2, ["m2", "m3"])}


def test_a_table_in_one_piece_has_one_file_in_its_folder(lake: Lake, rows, stamp) -> None:
    two = rows(CUSTOMER_SEGMENTS, {"customer_id": "c1"}, {"customer_id": "c2"})
    (file,) = stage_rows(CUSTOMER_SEGMENTS, lake.home, two, stamp).files[CUSTOMER_SEGMENTS.name]
    assert (file.partition, file.rows) == ({}, 2)
    assert "/" not in file.relative


def test_wrong_rows_are_staged_for_quarantine(lake: Lake, rows, stamp) -> None:
    mixed = rows(LOAD_CURVES, {"meter_id": "m1"}, {"meter_id": "m2", "points": 2}, {"meter_id": None})
    staged = stage_rows(LOAD_CURVES, lake.home, mixed, stamp)
    assert (staged.rows(LOAD_CURVES), staged.rows(QUARANTINE)) == (1, 2)
    (file,) = staged.files[QUARANTINE.name]
    refused = pq.read_table(lake.path(QUARANTINE) / file.relative)
    assert refused["reason"].to_pylist() == ["as_many_codes_as_points", "meter_id_missing"]
    assert refused["run_id"].to_pylist() == ["run-1", "run-1"]


def test_nothing_but_wrong_rows_leaves_no_file_of_the_table(lake: Lake, rows, stamp) -> None:
    staged = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": None}), stamp)
    assert staged.files[LOAD_CURVES.name] == ()
    assert not lake.path(LOAD_CURVES).exists()


def test_statistics_are_those_of_the_file(lake: Lake, rows, stamp) -> None:
    """The partition columns are not in the file, so they have no bounds in it."""
    two = rows(
        LOAD_CURVES,
        {"meter_id": "m9", "date": date(2024, 3, 2), "flags": None},
        {"meter_id": "m10", "date": date(2024, 3, 1)},
    )
    (file,) = stage_rows(LOAD_CURVES, lake.home, two, stamp).files[LOAD_CURVES.name]
    stats = json.loads(file.stats)
    assert stats["numRecords"] == 2
    assert [(stats[side]["meter_id"], stats[side]["date"]) for side in ("minValues", "maxValues")] == [
        ("m10", "2024-03-01"),
        ("m9", "2024-03-02"),
    ]
    assert set(stats["nullCount"]) == set(file_schema(LOAD_CURVES).names)
    assert (stats["nullCount"]["flags"], stats["nullCount"]["kwh"]) == (1, 0)


def test_a_file_is_cut_into_row_groups_by_their_size_in_memory(
    lake: Lake, rows, stamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    four = rows(CUSTOMER_SEGMENTS, *({"customer_id": name} for name in "abcd"))
    for of_group, groups in ((four.nbytes * 2, 1), (four.nbytes // 2 + 50, 2), (1, 4)):
        monkeypatch.setattr("powerlake.lake.staging.BYTES_PER_GROUP", of_group)
        (file,) = stage_rows(CUSTOMER_SEGMENTS, lake.home, four, stamp).files[CUSTOMER_SEGMENTS.name]
        assert pq.ParquetFile(lake.path(CUSTOMER_SEGMENTS) / file.relative).num_row_groups == groups


def test_a_column_that_is_null_throughout_has_no_bounds(lake: Lake, rows, stamp) -> None:
    refused = rows(QUARANTINE, {"file": None})
    (file,) = stage_rows(QUARANTINE, lake.home, refused, stamp).files[QUARANTINE.name]
    stats = json.loads(file.stats)
    assert stats["nullCount"]["file"] == 1
    assert "file" not in stats["minValues"].keys() | stats["maxValues"].keys()
    assert "reason" in stats["minValues"]


def test_parts_are_put_together_and_counts_added() -> None:
    def part(name: str, rows: int) -> Staged:
        return Staged({LOAD_CURVES.name: (StagedFile(name, {}, rows, 10, 0, "{}"),)}, {"received": rows})

    both = combine([part("a", 2), Staged(), part("b", 3)])
    assert [file.relative for file in both.files[LOAD_CURVES.name]] == ["a", "b"]
    assert both.counts == {"received": 5}
    assert both.rows(LOAD_CURVES) == 5
    assert both.rows(QUARANTINE) == 0


@pytest.mark.parametrize(
    ("sizes", "expected"), [([], []), ([0, 0], []), ([3], [3]), ([4, 6, 1], [10, 1]), ([4, 6], [10]), ([25], [25])]
)
def test_batches_are_gathered_into_files_of_some_size(
    sizes: list[int], expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("powerlake.lake.staging.ROWS_PER_FILE", 10)
    batches = [pa.record_batch({"n": pa.array(range(size), pa.int64())}) for size in sizes]
    assert [chunk.num_rows for chunk in _chunks(batches)] == expected
