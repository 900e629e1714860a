"""gold.dim_date: every local date of each region."""

from powerlake.tables.model import Column, Table, has_rows, unique
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, INT, SMALLINT, STRING

DIM_DATE = Table(
    "gold.dim_date",
    grain="one row per region and local date",
    key=("region_code", "date"),
    owner="platform",
    comment="The calendar of each region: working days with make-up days, holidays, season, lunar new year",
    columns=(
        Column("region_code", STRING, "Region or country", nullable=False),
        Column("date", DATE, "Local date", nullable=False),
        Column("year", SMALLINT, "Year", nullable=False),
        Column("quarter", SMALLINT, "Quarter, 1 to 4", nullable=False),
        Column("month", STRING, "Month, YYYY-MM", nullable=False),
        Column("day_of_month", SMALLINT, "Day of the month, 1 to 31", nullable=False),
        Column("day_of_year", SMALLINT, "Day of the year, 1 to 366", nullable=False),
        Column("iso_week", SMALLINT, "Week of the year, ISO 8601", nullable=False),
        Column("weekday", SMALLINT, "Day of the week, 1 Monday to 7 Sunday", nullable=False),
        Column("is_weekend", BOOLEAN, "Saturday or Sunday", nullable=False),
        Column("is_working_day", BOOLEAN, "People work, make-up days included", nullable=False),
        Column("is_make_up_day", BOOLEAN, "A weekend day worked for a holiday", nullable=False),
        Column("is_holiday", BOOLEAN, "A public holiday or a day off for one", nullable=False),
        Column("holiday", STRING, "What the holiday is called"),
        Column(
            "season", STRING, "spring, summer, autumn or winter; from March, June, September, December in the north"
        ),
        Column(
            "days_from_new_year",
            INT,
            "Days after the nearest lunar new year's day the calendar names, negative before it; null without one",
            unit="d",
        ),
        RUN_ID,
    ),
    expectations=(has_rows(), unique("region_code", "date")),
    freshness_hours=366 * 24,
)
