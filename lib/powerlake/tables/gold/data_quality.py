"""gold.data_quality: every rule of every feed and table, by the day it was judged."""

from powerlake.tables.model import Column, Table, has_rows
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import DATE, DOUBLE, INT, LONG, STRING

DATA_QUALITY = Table(
    "gold.data_quality",
    grain="one row per local date of the check, table or feed, and rule",
    key=("date", "dataset", "rule"),
    owner="platform",
    comment=(
        "Data quality over time: rules of rows and of whole tables, lateness, volume and drift of feeds, with what was "
        "found and who is to look. A day keeps the worst outcome of the rule and its latest figures"
    ),
    columns=(
        Column("date", DATE, "Local date of the check, by the utility's clock", nullable=False),
        Column("department", STRING, "Department the rows come from; null where several do"),
        Column("dataset", STRING, "Table, or feed as department/name", nullable=False),
        Column("rule", STRING, "Name of the rule; of a refused row its reason in quarantine", nullable=False),
        Column("kind", STRING, "Kind of rule, as in ops.quality_checks", nullable=False),
        Column("severity", STRING, "row, error or warn, as in ops.quality_checks", nullable=False),
        Column("checked", LONG, "Rows judged; null where the rule counts none", unit="1"),
        Column("failing", LONG, "Of these, rows that break it", unit="1"),
        Column("failing_share", DOUBLE, "failing ÷ checked; null when either is or nothing was checked", unit="1"),
        Column("observed", DOUBLE, "Figure that was judged, where the rule is of a whole", unit="1"),
        Column("expected_low", DOUBLE, "Least it may be; null where it has no least", unit="1"),
        Column("expected_high", DOUBLE, "Most it may be; null where it has no most", unit="1"),
        Column("outcome", STRING, "Worst of the day: held, warned or failed (nothing was published)", nullable=False),
        Column("judged", INT, "Times it was judged on that day", unit="1", nullable=False),
        Column("broken", INT, "Of these, times it did not hold", unit="1", nullable=False),
        Column("found", STRING, "What was found when it last did not hold on that day"),
        Column("owner", STRING, "Who is to look: the owner of the table or feed", nullable=False),
        RUN_ID,
        Column("month", STRING, "Local month of `date`, YYYY-MM", nullable=False),
    ),
    checks={
        "broken_no_more_than_judged": "broken between 0 and judged",
    },
    expectations=(has_rows(),),
    partitioned_by=("month",),
    freshness_hours=36,
)
