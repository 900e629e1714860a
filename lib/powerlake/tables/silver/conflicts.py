"""silver.conflicts: where records or departments say different things, and which of them counts."""

from powerlake.tables.model import PII, Column, Table, has_rows, unique
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import STRING, array_of

CONFLICTS = Table(
    "silver.conflicts",
    grain="one row per conflict, entity and column",
    key=("conflict", "entity_kind", "entity_id", "compared_column"),
    owner="platform",
    comment="Disagreements between a customer's records or between departments; nobody is named in clear",
    columns=(
        Column("conflict", STRING, "Kind of disagreement: see tables.feeds.survivorship", nullable=False),
        Column("entity_kind", STRING, "customer, contract, bill or meter", nullable=False),
        Column("entity_id", STRING, "Its number", pii=PII.PSEUDONYM, nullable=False),
        Column("compared_column", STRING, "Column that is in question", nullable=False),
        Column("sources", array_of(STRING), "Feed or customer record of each item of `found`", pii=PII.PSEUDONYM),
        Column("found", array_of(STRING), "What each says, as text; null item where it says nothing", pii=PII.INDIRECT),
        Column("counts", STRING, "What counts, as text", pii=PII.INDIRECT),
        Column("rule", STRING, "Rule by which it counts, or the feed that does", nullable=False),
        RUN_ID,
    ),
    checks={"both_sides_told": "size(sources) = size(found)"},
    expectations=(has_rows(0), unique("conflict", "entity_kind", "entity_id", "compared_column")),
    freshness_hours=36,
)
