"""What a lake knows of a table from its log: version, files, watermark, and which partitions changed."""

import dataclasses
import json
from collections import namedtuple
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest

from powerlake.errors import ConfigurationError, EnvironmentProblem, PowerlakeError, TableMissing
from powerlake.lake.publication import append, publish, replace
from powerlake.lake.staging import stage_rows
from powerlake.lake.store import FREE_BYTES, Lake
from powerlake.shards.files import read_files
from powerlake.tables.derive import full_comment
from powerlake.tables.model import Table
from powerlake.tables.silver.load_curves import LOAD_CURVES

SOURCE = "bronze.load_curves_raw"


@pytest.fixture
def add(lake: Lake, rows, stamp):
    """`add({"month": …}, …)` publishes rows; `watermark=` says how far they reach."""

    def added(*given: dict[str, object], watermark: int | None = None) -> int:
        staged = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, *given), stamp)
        marks = {} if watermark is None else {SOURCE: watermark}
        return publish(lake, [append(lake, LOAD_CURVES, staged, marks)], "run-1")[LOAD_CURVES.name]

    return added


def test_a_table_never_written_has_no_version_no_files_and_no_rows(lake: Lake) -> None:
    assert lake.version(LOAD_CURVES) is None
    assert lake.delta(LOAD_CURVES) is None
    assert lake.files(LOAD_CURVES) == []
    assert not lake.holds(LOAD_CURVES)
    assert lake.changed_partitions(LOAD_CURVES, None) == []
    assert lake.watermark(LOAD_CURVES, SOURCE) == 0
    with pytest.raises(TableMissing, match=r"silver\.load_curves holds nothing yet"):
        lake.read(LOAD_CURVES)


def test_a_table_holds_something_once_it_has_a_row(lake: Lake, add) -> None:
    lake.ensure(LOAD_CURVES)
    assert not lake.holds(LOAD_CURVES)
    add({"meter_id": "m1"})
    assert lake.holds(LOAD_CURVES)


def test_files_staged_and_never_published_make_no_table(lake: Lake, rows, stamp) -> None:
    stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {}), stamp)
    assert lake.version(LOAD_CURVES) is None


def test_tables_lie_below_home_by_layer(lake: Lake, tmp_path: Path) -> None:
    assert lake.path(LOAD_CURVES) == tmp_path / "silver" / "load_curves"
    assert (lake.landing, lake.state) == (tmp_path / "landing", tmp_path / "state")


def test_files_say_where_they_are_and_what_they_hold(lake: Lake, create, add) -> None:
    create(LOAD_CURVES)
    add({"meter_id": "m1", "month": "2024-02"}, {"meter_id": "m2"}, {"meter_id": "m3"})
    february, march = lake.files(LOAD_CURVES)
    assert (february.partition, february.rows) == ({"month": "2024-02", "bucket": "0"}, 1)
    assert (march.partition, march.rows) == ({"month": "2024-03", "bucket": "0"}, 2)
    assert Path(march.path).stat().st_size == march.bytes
    assert march.path == str(lake.path(LOAD_CURVES) / march.relative)


def test_files_are_chosen_by_their_partition(lake: Lake, create, add) -> None:
    create(LOAD_CURVES)
    add({"meter_id": "m1", "bucket": 0}, {"meter_id": "m2", "bucket": 1})
    (file,) = lake.files(LOAD_CURVES, lambda partition: partition["bucket"] == "1")
    assert file.partition["bucket"] == "1"


def test_files_are_refused_where_they_are_not_the_rows(lake: Lake, create) -> None:
    create(LOAD_CURVES)
    log = lake.path(LOAD_CURVES) / "_delta_log" / "00000000000000000001.json"
    features = ["deletionVectors"]
    protocol = {
        "minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": features, "writerFeatures": features,
    }  # fmt: skip
    log.write_text(json.dumps({"protocol": protocol}) + "\n")
    with pytest.raises(PowerlakeError, match=r"silver\.load_curves uses deletionVectors"):
        lake.files(LOAD_CURVES)


def test_the_watermark_is_the_last_one_published(lake: Lake, create, add) -> None:
    create(LOAD_CURVES)
    add({"meter_id": "m1"}, watermark=3)
    add({"meter_id": "m2"}, watermark=5)
    add({"meter_id": "m3"})
    assert lake.watermark(LOAD_CURVES, SOURCE) == 5
    assert lake.watermark(LOAD_CURVES, "another source") == 0


def test_the_highest_date_is_known_from_the_log(lake: Lake, create, add) -> None:
    assert lake.highest(LOAD_CURVES, "date") is None
    create(LOAD_CURVES)
    assert lake.highest(LOAD_CURVES, "date") is None
    add({"date": date(2024, 3, 9)}, {"date": date(2024, 3, 12), "meter_id": "m2"})
    add({"date": date(2024, 2, 28), "month": "2024-02"})
    for file in lake.files(LOAD_CURVES):
        Path(file.path).unlink()
    assert lake.highest(LOAD_CURVES, "date") == date(2024, 3, 12)


def test_a_log_without_bounds_is_refused_where_the_highest_is_asked_for(lake: Lake, create, add) -> None:
    create(LOAD_CURVES)
    add({"date": date(2024, 3, 9)})
    with pytest.raises(PowerlakeError, match=r"silver\.load_curves does not say how high kwh goes"):
        lake.highest(LOAD_CURVES, "kwh")


def test_only_partitions_whose_files_differ_have_changed(lake: Lake, create, add) -> None:
    create(LOAD_CURVES)
    before = add({"month": "2024-01", "meter_id": "m1"}, {"month": "2024-02", "meter_id": "m2"})
    assert lake.changed_partitions(LOAD_CURVES, before) == []
    add({"month": "2024-02", "meter_id": "m3"}, {"month": "2024-03", "meter_id": "m4"})
    months = [partition["month"] for partition in lake.changed_partitions(LOAD_CURVES, before)]
    assert months == ["2024-02", "2024-03"]


def test_a_partition_whose_files_were_taken_away_has_changed(lake: Lake, create, add, rows, stamp) -> None:
    create(LOAD_CURVES)
    before = add({"month": "2024-01", "meter_id": "m1"}, {"month": "2024-02", "meter_id": "m2"})
    gone = lake.files(LOAD_CURVES, lambda partition: partition["month"] == "2024-01")
    nothing = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES), stamp)
    publish(lake, [replace(lake, LOAD_CURVES, nothing, gone)], "run-2")
    assert lake.changed_partitions(LOAD_CURVES, before) == [{"month": "2024-01", "bucket": "0"}]


@pytest.mark.parametrize("since", [None, 99], ids=["never seen", "version gone"])
def test_all_partitions_have_changed_without_a_version_to_compare(lake: Lake, create, add, since: int | None) -> None:
    create(LOAD_CURVES)
    add({"month": "2024-01", "meter_id": "m1"}, {"month": "2024-02", "meter_id": "m2"})
    assert len(lake.changed_partitions(LOAD_CURVES, since)) == 2


def test_a_table_is_made_as_declared_without_spark_beside_files_staged_before(lake: Lake, rows, stamp) -> None:
    staged = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {}), stamp)
    delta = lake.ensure(LOAD_CURVES)
    assert (delta.version(), lake.files(LOAD_CURVES)) == (0, [])
    metadata, protocol = delta.metadata(), delta.protocol()
    assert (metadata.description, metadata.partition_columns) == (LOAD_CURVES.comment, ["month", "bucket"])
    assert (protocol.min_reader_version, protocol.min_writer_version, protocol.reader_features) == (1, 3, None)
    meter = delta.schema().fields[0]
    assert (meter.nullable, meter.metadata["comment"]) == (False, full_comment(LOAD_CURVES.column("meter_id")))
    publish(lake, [append(lake, LOAD_CURVES, staged)], "run-1")
    assert lake.ensure(LOAD_CURVES).version() == 1


def test_a_choice_is_kept(lake: Lake) -> None:
    assert lake.kept("colour") is None
    assert lake.keep("colour", "blue") == "blue"
    assert lake.kept("colour") == "blue"


def test_a_disk_that_is_almost_full_is_refused_before_anything_is_written(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(0, 0, FREE_BYTES))
    lake.check_free_space()
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(0, 0, FREE_BYTES - 1))
    with pytest.raises(EnvironmentProblem, match="511 MiB free"):
        lake.check_free_space()


def test_a_lake_keeps_its_bucket_count(lake) -> None:
    lake.check_bucket_count(2)
    lake.check_bucket_count(2)
    with pytest.raises(ConfigurationError, match="is cut into 2 buckets, the configuration says 64"):
        lake.check_bucket_count(64)


def without(table: Table, *names: str) -> Table:
    """The table as it was declared before those columns."""
    return dataclasses.replace(table, columns=tuple(one for one in table.columns if one.name not in names), checks={})


def test_a_column_declared_since_is_added_and_null_in_rows_from_before(lake: Lake, create, rows, stamp) -> None:
    earlier = without(LOAD_CURVES, "received_kwh")
    create(earlier)
    told = rows(LOAD_CURVES, {"meter_id": "m1"}).drop_columns(["received_kwh"])
    publish(lake, [append(lake, earlier, stage_rows(earlier, lake.home, told, stamp))], "run-1")
    before = lake.version(LOAD_CURVES)
    lake.ensure(LOAD_CURVES)
    assert lake.version(LOAD_CURVES) == before + 1
    (row,) = lake.rows(LOAD_CURVES).to_pylist()
    assert (row["meter_id"], row["received_kwh"]) == ("m1", None)
    names = ["meter_id", "received_kwh", "bucket"]
    for keep in (None, pc.field("meter_id") == "m1"):
        found = read_files(LOAD_CURVES, lake.files(LOAD_CURVES), names, keep)
        assert found.to_pylist() == [{"meter_id": "m1", "received_kwh": None, "bucket": 0}]
    lake.ensure(LOAD_CURVES)
    assert lake.version(LOAD_CURVES) == before + 1, "once"


def test_columns_that_cannot_be_added_or_are_gone_are_refused(lake: Lake, create) -> None:
    create(without(LOAD_CURVES, "points"))
    with pytest.raises(
        PowerlakeError, match=r"silver\.load_curves in the lake has other columns .*: points; CHANGELOG"
    ):
        lake.ensure(LOAD_CURVES)
    with pytest.raises(PowerlakeError, match=r"other columns .*: layout"):
        lake.ensure(without(LOAD_CURVES, "points", "layout"))
