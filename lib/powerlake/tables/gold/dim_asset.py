"""gold.dim_asset: every thing of the grid, from substation to meter."""

from powerlake.tables.model import PII, Column, Table, has_rows, unique
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, DOUBLE, STRING

DIM_ASSET = Table(
    "gold.dim_asset",
    grain="one row per asset",
    key=("asset_kind", "asset_id"),
    owner="assets",
    comment="Substations, feeders, transformers, switchgear and meters: what they are, what feeds them as of a date",
    columns=(
        Column("asset_kind", STRING, "substation, feeder, transformer, switchgear or meter", nullable=False),
        Column("asset_id", STRING, "Its number; a meter's too", pii=PII.PSEUDONYM, nullable=False),
        Column("asset_type", STRING, "What of its kind, such as distribution or circuit_breaker"),
        Column("parent_kind", STRING, "Kind of what feeds it"),
        Column("parent_id", STRING, "Number of what feeds it"),
        Column("transformer_id", STRING, "Transformer above it, or itself"),
        Column("feeder_id", STRING, "Feeder above it, or itself"),
        Column("substation_id", STRING, "Substation above it, or itself"),
        Column("region_code", STRING, "Region of the substation"),
        Column("voltage_kv", DOUBLE, "Nominal voltage", unit="kV"),
        Column("rated_kva", DOUBLE, "Rated power", unit="kVA"),
        Column("rated_a", DOUBLE, "Rated current", unit="A"),
        Column("length_km", DOUBLE, "Length of a line", unit="km"),
        Column("manufacturer", STRING, "Maker"),
        Column("model", STRING, "Type by the maker"),
        Column("commissioned_date", DATE, "In service since; of a meter, at its point since"),
        Column("removed_date", DATE, "Day a meter was taken away; null while it stands"),
        Column("age_years", DOUBLE, "In service for so long on as_of_date", unit="year"),
        Column("is_in_service", BOOLEAN, "Commissioned by as_of_date and not taken away", nullable=False),
        Column("as_of_date", DATE, "Nothing after this local date was used", nullable=False),
        RUN_ID,
    ),
    expectations=(has_rows(), unique("asset_kind", "asset_id")),
    freshness_hours=31 * 24,
)
