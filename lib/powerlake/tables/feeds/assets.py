"""What asset management delivers."""

from powerlake.tables.feeds.dispatch import ASSET_KINDS
from powerlake.tables.feeds.model import Feed, boolean, code, date, decimal, identity, instant, integer, text

OWNER = "assets"

SUBSTATIONS = Feed(
    "substations",
    "assets",
    OWNER,
    grain="one row per substation",
    key=("substation_id",),
    late_days=31,
    fields=(
        identity("substation_id", "Substation number"),
        text("name", "Name"),
        code("region_code", "Region", required=True),
        decimal("voltage_kv", "Voltage of its high side", "kV"),
        decimal("capacity_mva", "Transformer capacity", "MVA"),
        date("commissioned_date", "In service since"),
        decimal("latitude", "Latitude, WGS 84", "°"),
        decimal("longitude", "Longitude, WGS 84", "°"),
    ),
)

FEEDERS = Feed(
    "feeders",
    "assets",
    OWNER,
    grain="one row per feeder",
    key=("feeder_id",),
    late_days=31,
    fields=(
        identity("feeder_id", "Feeder number"),
        identity("substation_id", "Substation it leaves"),
        text("name", "Name"),
        decimal("voltage_kv", "Nominal voltage", "kV"),
        decimal("length_km", "Length", "km"),
        decimal("overhead_share", "Share of the length that is overhead line", "1"),
        decimal("rated_a", "Rated current", "A"),
        decimal("vegetation_share", "Share of the length among trees", "1"),
        date("commissioned_date", "In service since"),
    ),
)

TRANSFORMERS = Feed(
    "transformers",
    "assets",
    OWNER,
    grain="one row per transformer",
    key=("transformer_id",),
    late_days=31,
    fields=(
        identity("transformer_id", "Transformer number"),
        identity("feeder_id", "Feeder it hangs on", required=False),
        code("transformer_kind", "What it is for", "distribution", "power", required=True),
        decimal("rated_kva", "Rated power", "kVA"),
        code("cooling", "Cooling", "ONAN", "ONAF", "OFAF", "ODAF", "dry"),
        text("manufacturer", "Maker"),
        text("model", "Type"),
        date("manufactured_date", "Made on"),
        date("commissioned_date", "In service since"),
        code("location_kind", "Where it stands", "indoor", "outdoor", "pole"),
        boolean("is_coastal", "Within reach of salt air"),
    ),
)

SWITCHGEAR = Feed(
    "switchgear",
    "assets",
    OWNER,
    grain="one row per switch or breaker",
    key=("switchgear_id",),
    late_days=31,
    fields=(
        identity("switchgear_id", "Number"),
        identity("substation_id", "Substation it stands in", required=False),
        identity("feeder_id", "Feeder it switches", required=False),
        code("switchgear_kind", "What it is", "circuit_breaker", "ring_main_unit", "recloser", "disconnector"),
        decimal("rated_a", "Rated current", "A"),
        integer("operations", "Operations counted so far", "1"),
        text("manufacturer", "Maker"),
        text("model", "Type"),
        date("commissioned_date", "In service since"),
    ),
)

TOPOLOGY = Feed(
    "topology",
    "assets",
    OWNER,
    grain="one row per link of the supply tree, from a date",
    key=("child_kind", "child_id", "valid_from_date"),
    late_days=31,
    period=("valid_from_date", "valid_to_date"),
    fields=(
        code("child_kind", "What is fed", "meter", "transformer", "feeder", required=True),
        identity("child_id", "Its number"),
        code("parent_kind", "What feeds it", "transformer", "feeder", "substation", required=True),
        identity("parent_id", "Its number"),
        code("phase", "Phase of a single-phase meter", "A", "B", "C", "ABC"),
        date("valid_from_date", "First day of the link", required=True),
        date("valid_to_date", "Last day; empty while it holds"),
    ),
)

WORK_ORDERS = Feed(
    "work_orders",
    "assets",
    OWNER,
    grain="one row per work order",
    key=("work_order_id",),
    late_days=31,
    fields=(
        identity("work_order_id", "Number"),
        code("asset_kind", "What was worked on", *ASSET_KINDS, required=True),
        identity("asset_id", "Its number"),
        code("work_kind", "Why it was done", "preventive", "corrective", "replacement", "inspection", required=True),
        instant("opened_at", "When opened", required=True),
        instant("closed_at", "When done; empty while open"),
        code("component", "Part worked on"),
        boolean("is_failure", "The part had failed"),
        decimal("cost_cny", "Cost", "CNY"),
        text("description", "What was done"),
    ),
)

INSPECTIONS = Feed(
    "inspections",
    "assets",
    OWNER,
    grain="one row per inspection of an asset or a meter",
    key=("inspection_id",),
    late_days=31,
    fields=(
        identity("inspection_id", "Number"),
        code("asset_kind", "What was inspected", *ASSET_KINDS, required=True),
        identity("asset_id", "Its number"),
        instant("inspected_at", "When", required=True),
        code("selected_by", "Why this one", "routine", "random", "suspicion"),
        code(
            "finding_code",
            "What was found",
            "nothing",
            "theft",
            "meter_fault",
            "wear",
            "corrosion",
            "leak",
            "hot_spot",
            "vegetation",
        ),
        decimal("score", "Condition, 0 good to 10 bad", "1"),
        text("note", "What the inspector wrote"),
    ),
)

OIL_SAMPLES = Feed(
    "oil_samples",
    "assets",
    OWNER,
    grain="one row per oil sample of a transformer",
    key=("sample_id",),
    late_days=60,
    fields=(
        identity("sample_id", "Number"),
        identity("transformer_id", "Transformer number"),
        instant("sampled_at", "When drawn", required=True),
        decimal("hydrogen_ppm", "Hydrogen, H₂", "ppm"),
        decimal("methane_ppm", "Methane, CH₄", "ppm"),
        decimal("ethane_ppm", "Ethane, C₂H₆", "ppm"),
        decimal("ethylene_ppm", "Ethylene, C₂H₄", "ppm"),
        decimal("acetylene_ppm", "Acetylene, C₂H₂", "ppm"),
        decimal("carbon_monoxide_ppm", "Carbon monoxide, CO", "ppm"),
        decimal("carbon_dioxide_ppm", "Carbon dioxide, CO₂", "ppm"),
        decimal("oxygen_ppm", "Oxygen, O₂", "ppm"),
        decimal("nitrogen_ppm", "Nitrogen, N₂", "ppm"),
        decimal("water_ppm", "Water in the oil", "ppm"),
        decimal("acidity_mg_koh_g", "Acidity", "mg KOH/g"),
        decimal("interfacial_tension_mn_m", "Interfacial tension", "mN/m"),
        decimal("breakdown_kv", "Breakdown voltage", "kV"),
        decimal("power_factor_pct", "Dissipation factor", "%"),
        decimal("furan_ppm", "2-furfural", "ppm"),
    ),
)

FEEDS = (
    SUBSTATIONS,
    FEEDERS,
    TRANSFORMERS,
    SWITCHGEAR,
    TOPOLOGY,
    WORK_ORDERS,
    INSPECTIONS,
    OIL_SAMPLES,
)
