"""What the metering department delivers, beside load_curves, whose layouts are in `powerlake.landing.layouts`."""

from powerlake.tables.feeds.model import Feed, code, date, decimal, identity, instant, integer, person, text
from powerlake.tables.model import PII

OWNER = "metering"

METERS = Feed(
    "meters",
    "metering",
    OWNER,
    grain="one row per meter at a supply point; a replacement is a new row",
    key=("meter_id", "installed_date"),
    late_days=35,
    period=("installed_date", "removed_date"),
    holds_on_last=False,
    fields=(
        person("meter_id", "Meter number"),
        person("point_id", "Supply point the meter stands at; it stays when the meter is replaced"),
        date("installed_date", "First day at the point", required=True),
        date("removed_date", "Day it was taken away; empty while it stands"),
        text("serial_number", "Number on the plate", pii=PII.PSEUDONYM),
        code("meter_kind", "How it is connected", "single_phase", "three_phase", "transformer_operated"),
        decimal("multiplier", "By which register advances and intervals are multiplied", "1"),
        integer("register_digits", "Whole digits of the register before it rolls over", "1"),
        integer("interval_minutes", "Length of a load-curve interval", "min"),
        text("manufacturer", "Maker"),
        text("model", "Type"),
    ),
)

REGISTER_READS = Feed(
    "register_reads",
    "metering",
    OWNER,
    grain="one row per meter, register and time of reading",
    key=("meter_id", "register_code", "read_at"),
    late_days=35,
    month_of="read_at",
    fields=(
        person("meter_id", "Meter number"),
        code(
            "register_code",
            "Register by its DL/T 645 item: 00010000 forward, 00020000 reverse active energy",
            "00010000",
            "00020000",
            required=True,
        ),
        instant("read_at", "When the register stood so", required=True),
        decimal(
            "reading_kwh", "What the register showed, before the multiplier", "kWh", pii=PII.INDIRECT, required=True
        ),
        code("read_kind", "How it was come by", "actual", "estimated", "first", "final"),
    ),
)

METER_EVENTS = Feed(
    "meter_events",
    "metering",
    OWNER,
    grain="one row per event a meter or its terminal reported",
    key=("event_id",),
    late_days=7,
    month_of="occurred_at",
    fields=(
        identity("event_id", "Number of the event"),
        person("meter_id", "Meter number"),
        instant("occurred_at", "When, by the meter's clock", required=True),
        code(
            "event_code",
            "What happened",
            "cover_open",
            "terminal_cover_open",
            "magnetic_field",
            "power_off",
            "power_on",
            "reverse_energy",
            "phase_loss",
            "voltage_unbalance",
            "current_unbalance",
            "clock_wrong",
            "battery_low",
            "memory_error",
            "communication_lost",
            required=True,
        ),
        text("detail", "What the meter said beside"),
    ),
)

TERMINAL_TELEMETRY = Feed(
    "terminal_telemetry",
    "metering",
    OWNER,
    grain="one row per terminal and time of measurement",
    key=("terminal_id", "measured_at"),
    late_days=7,
    month_of="measured_at",
    fields=(
        identity("terminal_id", "Terminal, or the machine where it measures one"),
        code("asset_kind", "What it measures", "meter", "transformer", "feeder", "machine"),
        identity("asset_id", "Number of what it measures", required=False),
        instant("measured_at", "When", required=True),
        decimal("voltage_a_v", "Voltage of phase A to neutral", "V"),
        decimal("voltage_b_v", "Voltage of phase B", "V"),
        decimal("voltage_c_v", "Voltage of phase C", "V"),
        decimal("current_a_a", "Current of phase A", "A"),
        decimal("current_b_a", "Current of phase B", "A"),
        decimal("current_c_a", "Current of phase C", "A"),
        decimal("active_power_kw", "Active power, three phases", "kW"),
        decimal("power_factor", "Power factor", "1"),
        decimal("frequency_hz", "Frequency", "Hz"),
        decimal("temperature_c", "Temperature of the case or oil", "°C"),
        decimal("rotation", "Speed of rotation, as the sensor counts", "as sent"),
        decimal("pressure", "Pressure, as the sensor counts", "as sent"),
        decimal("vibration", "Vibration, as the sensor counts", "as sent"),
    ),
)

FEEDS = (METERS, REGISTER_READS, METER_EVENTS, TERMINAL_TELEMETRY)
