"""What every declared table promises to those who read the catalogue."""

import re

import pytest

from powerlake.tables import TABLES
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.model import PII, Table
from powerlake.tables.quarantine import quarantine_of

UNITS = {
    *("", "1", "%", "as sent", "as the indicator says"),
    *("kWh", "kW", "kvar", "kVA", "kVA²h", "MVA", "V", "kV", "A", "Hz"),
    *("s", "min", "h", "d", "year", "bit", "byte"),
    *("CNY", "CNY/kWh", "currency/kWh"),
    *("°", "°C", "kWh/°C", "hPa", "mm", "m/s", "W/m²", "km", "m²"),
    *("ppm", "mN/m", "mg KOH/g"),
}
"""Units in use. A new one is added here on purpose, so that `kwh` never stands beside `kWh`."""

UNIT_OF_SUFFIX = {
    "_cny_per_kwh": "CNY/kWh",
    "price_per_kwh": "currency/kWh",
    "_kwh": "kWh",
    "_kw": "kW",
    "_share": "1",
    "_minutes": "min",
    "_bits": "bit",
}

PERSONAL = re.compile(r"(^|_)(customer|meter)_id$|name$|phone|email|address|_kwh$|^kwh$")
"""Column names that suggest a person or a household behind the value."""

OF_A_THING = {
    ("tariffs", "name"),
    ("tariffs", "step_from_kwh"),
    ("campaigns", "name"),
    ("outages", "lost_energy_kwh"),
    ("substations", "name"),
    ("feeders", "name"),
    ("calendar", "holiday_name"),
    ("tariff_book", "step_from_kwh"),
    ("tariff_book", "price_cny_per_kwh"),
    ("prices", "price_per_kwh"),
}
"""Feed and column, in bronze and in silver."""

NOT_PERSONAL = {
    ("gold.segment_profiles", "mean_daily_kwh"),
    *((f"{layer}.{feed}", column) for layer in ("bronze", "silver") for feed, column in OF_A_THING),
}
"""Of many households, of a thing, or of an offer to all."""

SEALED = {(bronze_of(feed).name, field.name) for feed in FEEDS.values() for field in feed.direct}
"""Columns that hold ciphertext: `shards.feed_rows` makes it."""

BULK = (
    *("bronze.load_curves_raw", "silver.load_curves", "gold.daily_load_features"),
    *("gold.monthly_load_shapes", "gold.monthly_shape_codes"),
)

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))


@every_table
def test_a_table_has_owner_grain_comment_and_key(table: Table) -> None:
    assert table.owner.strip()
    assert table.grain.startswith("one row per ")
    assert len(table.comment) > 15
    assert table.key


@every_table
def test_names_are_plain(table: Table) -> None:
    for name in (table.short_name, *table.column_names, *table.checks):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name


@every_table
def test_a_check_is_not_named_as_a_rule_of_its_own(table: Table) -> None:
    """These names are the reasons in quarantine: `key_repeated` and `<column>_missing` have a meaning already."""
    taken = {"key_repeated"} | {f"{name}_missing" for name in table.column_names}
    assert not taken & set(table.checks)


@every_table
def test_partitions_have_a_value_in_every_row(table: Table) -> None:
    assert not [name for name in table.partitioned_by if table.column(name).nullable]


@every_table
def test_expectations_look_at_columns_that_are_there(table: Table) -> None:
    for expectation in table.expectations:
        looked_at = {*expectation.arguments.get("columns", ()), expectation.arguments.get("column")} - {None}
        assert looked_at <= set(table.column_names), expectation.name


@pytest.mark.parametrize("name", [name for name in TABLES if name.split(".")[0] in {"silver", "gold"}])
def test_what_bi_reads_has_a_freshness_says_its_run_and_may_not_be_empty(name: str) -> None:
    table = TABLES[name]
    assert table.freshness_hours
    assert not table.column("run_id").nullable
    assert "has_rows" in {expectation.kind for expectation in table.expectations}
    assert not [key for key in table.key if table.column(key).nullable]


@pytest.mark.parametrize("name", [name for name in TABLES if name.split(".")[0] in {"bronze", "silver", "gold"}])
def test_what_can_refuse_a_row_has_a_quarantine(name: str) -> None:
    assert quarantine_of(TABLES[name]).name in TABLES


@pytest.mark.parametrize("name", BULK)
def test_bulk_tables_are_cut_into_months_and_buckets(name: str) -> None:
    assert TABLES[name].partitioned_by == ("month", "bucket")


@every_table
def test_every_column_says_what_it_means(table: Table) -> None:
    assert not [c.name for c in table.columns if len(c.comment) < len("When") or c.comment != c.comment.strip(" .")]


@every_table
def test_units_are_known_ones_and_fit_the_names(table: Table) -> None:
    assert {c.unit for c in table.columns} <= UNITS
    for column in table.columns:
        suffix = next((suffix for suffix in UNIT_OF_SUFFIX if column.name.endswith(suffix)), None)
        assert suffix is None or column.unit == UNIT_OF_SUFFIX[suffix], column.name


@every_table
def test_a_name_that_suggests_a_person_has_a_pii_class(table: Table) -> None:
    suspects = [c for c in table.columns if PERSONAL.search(c.name) and (table.name, c.name) not in NOT_PERSONAL]
    assert not [c.name for c in suspects if c.pii is PII.NONE]


@every_table
def test_nobody_is_named_in_clear(table: Table) -> None:
    assert not [c.name for c in table.columns if c.pii is PII.DIRECT and (table.name, c.name) not in SEALED]
