"""What comes from outside the utility."""

from powerlake.tables.feeds.model import Feed, boolean, code, date, decimal, identity, instant, integer, text

OWNER = "platform"

WEATHER = Feed(
    "weather",
    "external",
    OWNER,
    grain="one row per station and observation",
    key=("station_id", "observed_at"),
    late_days=7,
    month_of="observed_at",
    fields=(
        identity("station_id", "Station, or the area it stands for"),
        instant("observed_at", "Start of the interval observed", required=True),
        integer("interval_minutes", "60 for hours, 1440 for days", "min", required=True),
        decimal("temperature_c", "Mean temperature", "°C"),
        decimal("temperature_high_c", "Highest", "°C"),
        decimal("temperature_low_c", "Lowest", "°C"),
        decimal("dew_point_c", "Dew point", "°C"),
        decimal("humidity_pct", "Relative humidity", "%"),
        decimal("wind_speed_m_s", "Wind speed", "m/s"),
        decimal("precipitation_mm", "Precipitation", "mm"),
        decimal("irradiance_w_m2", "Global horizontal irradiance", "W/m²"),
        decimal("pressure_hpa", "Pressure", "hPa"),
        text("condition", "In words"),
    ),
)

CALENDAR = Feed(
    "calendar",
    "external",
    OWNER,
    grain="one row per region and local date",
    key=("region_code", "date"),
    late_days=366,
    fields=(
        code("region_code", "Region or country", required=True),
        date("date", "Local date", required=True),
        boolean("is_working_day", "People work, make-up days included", required=True),
        text("holiday_name", "Public holiday, where it is one"),
        boolean("is_make_up_day", "A weekend day worked for a holiday"),
    ),
)

ECONOMY = Feed(
    "economy",
    "external",
    OWNER,
    grain="one row per region, sector, indicator and month",
    key=("region_code", "sector_code", "indicator", "month_date"),
    late_days=60,
    fields=(
        code("region_code", "Region", required=True),
        code("sector_code", "Sector, section letter of GB/T 4754; `all` for the whole", required=True),
        code("indicator", "What is counted", "value_added_index", "output_index", "price_index", required=True),
        date("month_date", "First day of the month", required=True),
        decimal("value", "Value", "as the indicator says", required=True),
    ),
)

TARIFF_BOOK = Feed(
    "tariff_book",
    "external",
    OWNER,
    grain="one row per published price",
    key=("document_id", "category", "voltage_level", "period", "step_from_kwh", "valid_from_date"),
    late_days=60,
    period=("valid_from_date", "valid_to_date"),
    fields=(
        identity("document_id", "Document of the authority"),
        code("region_code", "Region it holds in", required=True),
        code("category", "Class of use", "residential", "commercial", "industrial", "agricultural", required=True),
        code("voltage_level", "Voltage of supply, such as <1kV", required=True),
        code("period", "Period of the day", "sharp", "peak", "flat", "valley", "all", required=True),
        decimal("step_from_kwh", "Use in the year above which it holds; 0 without steps", "kWh", required=True),
        decimal("price_cny_per_kwh", "Price", "CNY/kWh", required=True),
        text("hours", "Local hours of the period, such as 8-11,18-21"),
        text("months", "Months it holds in, such as 7-8,12; empty for all"),
        date("valid_from_date", "First day", required=True),
        date("valid_to_date", "Last day; empty while valid"),
    ),
)

PRICES = Feed(
    "prices",
    "external",
    OWNER,
    grain="one row per area and interval of a market or a dynamic tariff",
    key=("area_id", "starts_at"),
    late_days=7,
    month_of="starts_at",
    fields=(
        identity("area_id", "Market area, or the tariff group the price was announced to"),
        instant("starts_at", "Start of the interval", required=True),
        integer("interval_minutes", "Length", "min", required=True),
        decimal("price_per_kwh", "Price", "currency/kWh", required=True),
        code("currency", "ISO 4217", required=True),
        code("price_level", "Level announced", "low", "normal", "high"),
        decimal("demand_kw", "Demand of the area", "kW"),
    ),
)

POLICY_EVENTS = Feed(
    "policy_events",
    "external",
    OWNER,
    grain="one row per event of policy",
    key=("event_id",),
    late_days=60,
    fields=(
        identity("event_id", "Number"),
        code("region_code", "Region it concerns", required=True),
        code(
            "event_kind",
            "What it is",
            "orderly_consumption",
            "price_reform",
            "subsidy",
            "emission_limit",
            "other",
            required=True,
        ),
        date("from_date", "First day", required=True),
        date("to_date", "Last day; empty while it holds"),
        text("title", "Title"),
        text("source", "Where it was published"),
    ),
)

FEEDS = (WEATHER, CALENDAR, ECONOMY, TARIFF_BOOK, PRICES, POLICY_EVENTS)
