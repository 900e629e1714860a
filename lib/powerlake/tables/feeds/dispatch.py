"""What dispatch delivers."""

from powerlake.tables.feeds.model import Feed, boolean, code, decimal, identity, instant, integer, text

OWNER = "dispatch"
ASSET_KINDS = ("substation", "feeder", "transformer", "switchgear", "meter", "machine")

OUTAGES = Feed(
    "outages",
    "dispatch",
    OWNER,
    grain="one row per interruption of an asset",
    key=("outage_id",),
    late_days=14,
    fields=(
        identity("outage_id", "Number of the interruption"),
        code("asset_kind", "What failed or was switched off", *ASSET_KINDS, required=True),
        identity("asset_id", "Its number"),
        instant("started_at", "When supply went", required=True),
        instant("ended_at", "When it was back; empty while out"),
        boolean("is_planned", "Announced work"),
        code(
            "cause_code",
            "Cause found",
            "lightning",
            "wind",
            "ice",
            "vegetation",
            "ageing",
            "overload",
            "digging",
            "animal",
            "maintenance",
            "unknown",
        ),
        integer("customers_interrupted", "Customers without supply", "1"),
        decimal("lost_energy_kwh", "Energy not supplied, as dispatch reckons it", "kWh"),
    ),
)

FEEDER_LOAD = Feed(
    "feeder_load",
    "dispatch",
    OWNER,
    grain="one row per asset, winding and time of measurement",
    key=("asset_id", "winding", "measured_at"),
    late_days=7,
    month_of="measured_at",
    fields=(
        code("asset_kind", "What is measured", "feeder", "transformer", "substation", "region", required=True),
        identity("asset_id", "Its number"),
        code("winding", "Winding of a transformer; `all` elsewhere", "all", "high", "middle", "low", required=True),
        instant("measured_at", "When", required=True),
        decimal("active_power_kw", "Active power, mean since the measurement before", "kW", required=True),
        decimal("reactive_power_kvar", "Reactive power", "kvar"),
        decimal("current_a", "Current", "A"),
        decimal("voltage_kv", "Voltage", "kV"),
        decimal("oil_temperature_c", "Top-oil temperature", "°C"),
    ),
)

ALARMS = Feed(
    "alarms",
    "dispatch",
    OWNER,
    grain="one row per alarm raised",
    key=("alarm_id",),
    late_days=3,
    month_of="raised_at",
    fields=(
        identity("alarm_id", "Alarm number"),
        code("asset_kind", "What raised it", *ASSET_KINDS, required=True),
        identity("asset_id", "Its number"),
        instant("raised_at", "When raised", required=True),
        instant("cleared_at", "When cleared; empty while standing"),
        code("alarm_code", "What it says", required=True),
        code("severity", "How grave", "info", "warning", "critical"),
        text("message", "As shown to the operator"),
    ),
)

FEEDS = (OUTAGES, FEEDER_LOAD, ALARMS)
