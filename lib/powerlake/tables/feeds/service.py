"""What customer service delivers."""

from powerlake.tables.feeds.model import Feed, code, identity, instant, integer, person, text
from powerlake.tables.model import PII

OWNER = "service"

TICKETS = Feed(
    "tickets",
    "service",
    OWNER,
    grain="one row per request of a customer",
    key=("ticket_id",),
    late_days=14,
    fields=(
        identity("ticket_id", "Ticket number"),
        person("customer_id", "Customer number, where known", required=False),
        text("phone", "Telephone it came from", pii=PII.DIRECT, join=True),
        instant("opened_at", "When it came in", required=True),
        instant("closed_at", "When it was settled; empty while open"),
        code("channel", "By what way", "hotline", "app", "web", "counter", "wechat"),
        code("language", "Language of the text", "zh", "en"),
        text("text", "What the customer said", pii=PII.INDIRECT, required=True),
        code("category_code", "What the clerk took it for"),
        code("resolution_code", "What was done"),
        integer("satisfaction", "Marks given afterwards, 1 to 5", "1"),
    ),
)

CHANNEL_USAGE = Feed(
    "channel_usage",
    "service",
    OWNER,
    grain="one row per visit of a customer to a channel",
    key=("usage_id",),
    late_days=7,
    month_of="used_at",
    fields=(
        identity("usage_id", "Visit number"),
        person("customer_id", "Customer number"),
        instant("used_at", "When", required=True),
        code("channel", "Channel", "hotline", "app", "web", "counter", "wechat", required=True),
        code("action", "What for", "view_bill", "pay", "view_usage", "report_outage", "change_contract", "other"),
        integer("duration_s", "How long", "s"),
    ),
)

FEEDS = (TICKETS, CHANNEL_USAGE)
