"""A new day of curves: other months are neither read nor written, and the segments are those of a rebuild."""

from datetime import date

from powerlake.landing.synthetic import write_sample
from powerlake.models.tracking import Registry
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.silver.load_curves import LOAD_CURVES

METERS, DAYS = 12, 45  # from 1 January
NEW_DAY = date(2024, 2, 15)
BY_MONTH = (MONTHLY_LOAD_SHAPES, MONTHLY_SHAPE_CODES)
MADE = (*BY_MONTH, CUSTOMER_SEGMENTS, SEGMENT_PROFILES)
SHAPES, SEGMENTS = "gold.monthly_load_shapes", "ml.customer_segments"


def files(utility, table, month):
    return {file.relative for file in utility.lake.files(table, lambda partition: partition["month"] == month)}


def test_a_new_day_reads_and_writes_its_month_alone(utility, readings_of):
    utility.sample = write_sample(utility.lake.landing, METERS, DAYS)
    utility.run()
    january = {table.name: files(utility, table, "2024-01") for table in (LOAD_CURVES, *BY_MONTH)}
    february = {table.name: files(utility, table, "2024-02") for table in BY_MONTH}

    utility.drop("new-day.csv", readings_of(sorted(utility.sample.kinds), [NEW_DAY]))
    utility.run("bronze.load_curves_raw", "silver.load_curves")
    assert files(utility, LOAD_CURVES, "2024-01") == january[LOAD_CURVES.name]
    hidden = [utility.lake.path(LOAD_CURVES) / file for file in january[LOAD_CURVES.name]]
    for path in hidden:
        path.rename(path.with_suffix(".hidden"))
    state = utility.run(SHAPES, SEGMENTS)
    for path in hidden:
        path.with_suffix(".hidden").rename(path)

    read = len(files(utility, LOAD_CURVES, "2024-02"))
    assert [state.jobs[job].counts["curve_files"] for job in (SHAPES, SEGMENTS)] == [read, read]
    for table in BY_MONTH:
        assert files(utility, table, "2024-01") == january[table.name]
        assert not files(utility, table, "2024-02") & february[table.name]
    assert {row["as_of_date"] for row in utility.rows(CUSTOMER_SEGMENTS)} == {NEW_DAY}
    registry = Registry(utility.home)
    assert registry.champion("segments") == registry.challenger("segments")

    utility.run()
    versions = utility.versions()
    utility.run()
    assert utility.versions() == versions

    grown = [utility.rows(table) for table in MADE]
    utility.run(SHAPES, SEGMENTS, is_forced=True)
    assert [utility.rows(table) for table in MADE] == grown
