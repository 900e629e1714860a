"""Tables made from their declarations: what Spark then knows, and what it refuses to write."""

import pytest
from chispa import assert_df_equality
from delta.tables import DeltaTable

from powerlake.lake.store import Lake
from powerlake.tables import TABLES
from powerlake.tables.conform import conform
from powerlake.tables.derive import arrow_schema, full_comment, merge_condition, spark_schema
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.model import Table
from powerlake.tables.silver.load_curves import LOAD_CURVES
from powerlake.tables.types import BOOLEAN, DATE, STRING

ALIKE = {feed.name for path, feed in FEEDS.items() if path != "marketing/customers"}
"""Feeds whose tables derive as those of customers do."""
DISTINCT = [name for name in TABLES if name.split(".")[1] not in ALIKE]


@pytest.mark.parametrize("name", DISTINCT)
def test_spark_and_delta_see_what_is_declared(name: str, lake: Lake) -> None:
    table = TABLES[name]
    delta = lake.ensure(table)
    assert {field.name: field.nullable for field in delta.schema().fields} == {
        column.name: column.nullable for column in table.columns
    }
    described = lake.session.sql(f"DESCRIBE delta.`{lake.path(table)}`").collect()
    comments = {row["col_name"]: row["comment"] for row in described[: len(table.columns)]}
    assert comments == {column.name: full_comment(column) for column in table.columns}
    metadata, protocol = delta.metadata(), delta.protocol()
    assert metadata.description == table.comment
    assert metadata.partition_columns == list(table.partitioned_by)
    assert metadata.configuration["powerlake.owner"] == table.owner
    assert (protocol.min_reader_version, protocol.reader_features) == (1, None), "not any reader of Delta opens it"
    assert {
        key.removeprefix("delta.constraints."): check
        for key, check in metadata.configuration.items()
        if key.startswith("delta.constraints.")
    } == dict(table.checks)


def test_a_table_that_is_there_is_left_as_it_is(lake: Lake) -> None:
    assert lake.ensure(CUSTOMER_SEGMENTS).version() == 0
    assert lake.ensure(CUSTOMER_SEGMENTS).version() == 0


@pytest.mark.parametrize("name", DISTINCT)
def test_arrow_and_spark_mean_the_same_types(name: str, frame) -> None:
    table = TABLES[name]
    from_arrow = {field.name: field.dataType for field in frame(table, {}).schema}
    assert from_arrow == {field.name: field.dataType for field in spark_schema(table)}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"interval_minutes": 7}, "interval_divides_hour"),
        ({"kwh": [0.5, 0.5]}, "as_many_codes_as_points"),
        ({"meter_id": None}, "NOT.NULL"),
    ],
)
def test_spark_itself_cannot_write_a_row_that_does_not_fit(
    wrong: dict[str, object], message: str, lake: Lake, frame
) -> None:
    lake.ensure(LOAD_CURVES)
    with pytest.raises(Exception, match=message):
        frame(LOAD_CURVES, wrong).write.format("delta").mode("append").save(str(lake.path(LOAD_CURVES)))
    assert lake.version(LOAD_CURVES) == 0


def candidates(table: Table) -> list[dict[str, object]]:
    """Rows that try every column a check names with values around its limits, null among them."""
    key = next(name for name in table.key if table.column(name).type == STRING)
    tried = [
        column.name
        for column in table.columns
        if any(column.name in check for check in table.checks.values())
        and column.type not in (STRING, BOOLEAN, DATE)
        and not str(column.type).startswith("list")
    ]
    values = (None, -1, 0, 1, 2, 15, 100)
    pairs = [{}] + [{name: value} for name in tried for value in values]
    return [{key: f"k{number}", **pair} for number, pair in enumerate(pairs)]


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.checks])
def test_both_engines_judge_a_row_alike(name: str, rows, frame) -> None:
    """A row that conforms is one that Spark's CHECK and NOT NULL let in, and the other way round."""
    table = TABLES[name]
    given = candidates(table)
    required = [f"{column.name} is not null" for column in table.columns if not column.nullable]
    checks = [f"({check})" for check in table.checks.values()]
    (key,) = given[0]
    let_in = frame(table, *given).where(" and ".join(required + checks)).select(key).collect()
    conformed = conform(table, rows(table, *given))
    assert sorted(row[key] for row in let_in) == sorted(conformed.fitting[key].to_pylist())
    assert len(let_in) > 0
    assert len(let_in) < len(given) or len(given) == 1, "a check on arrays alone has no number to try"


def test_merge_on_the_declared_key_changes_rows_and_adds_rows(lake: Lake, frame) -> None:
    lake.ensure(CUSTOMER_SEGMENTS)
    path = str(lake.path(CUSTOMER_SEGMENTS))
    before = frame(CUSTOMER_SEGMENTS, {"customer_id": "c1", "segment": "a"}, {"customer_id": "c2", "segment": "a"})
    before.write.format("delta").mode("append").save(path)
    news = frame(CUSTOMER_SEGMENTS, {"customer_id": "c2", "segment": "b"}, {"customer_id": "c3", "segment": "b"})
    (
        DeltaTable.forPath(lake.session, path)
        .alias("target")
        .merge(news.alias("source"), merge_condition(CUSTOMER_SEGMENTS))
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute()
    )
    expected = frame(
        CUSTOMER_SEGMENTS,
        {"customer_id": "c1", "segment": "a"},
        {"customer_id": "c2", "segment": "b"},
        {"customer_id": "c3", "segment": "b"},
    )
    for version, rows in ((None, expected), (1, before)):
        found = lake.read(CUSTOMER_SEGMENTS, version).orderBy("customer_id")
        assert_df_equality(found, rows, ignore_nullable=True, ignore_metadata=True)


def test_an_empty_frame_has_the_columns(lake: Lake) -> None:
    empty = lake.empty_frame(LOAD_CURVES)
    assert empty.columns == arrow_schema(LOAD_CURVES).names
    assert empty.isEmpty()
