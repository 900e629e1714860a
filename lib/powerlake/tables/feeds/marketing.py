"""What marketing and billing deliver."""

from powerlake.tables.feeds.model import (
    Feed,
    boolean,
    code,
    date,
    decimal,
    identity,
    instant,
    integer,
    person,
    text,
)
from powerlake.tables.model import PII

OWNER = "marketing"
PERIODS = ("sharp", "peak", "flat", "valley", "all")

CUSTOMERS = Feed(
    "customers",
    "marketing",
    OWNER,
    grain="one row per customer",
    key=("customer_id",),
    late_days=31,
    fields=(
        person("customer_id", "Customer number"),
        text("name", "Name of the person or firm", pii=PII.DIRECT, join=True),
        text("id_number", "Identity card or business licence number", pii=PII.DIRECT, join=True),
        text("phone", "Telephone", pii=PII.DIRECT, join=True),
        text("email", "E-mail address", pii=PII.DIRECT, join=True),
        text("address", "Address of supply", pii=PII.DIRECT, join=True),
        text("bank_account", "Account that bills are drawn from", pii=PII.DIRECT, join=True),
        code(
            "customer_kind",
            "What the customer is",
            "residential",
            "shop",
            "office",
            "industry",
            "agriculture",
            "public_lighting",
            required=True,
        ),
        code("sector_code", "Sector of the economy, section letter of GB/T 4754; empty for homes"),
        code("region_code", "Region of supply", required=True),
        date("opened_date", "Customer since", required=True),
        date("closed_date", "Customer until; empty while one"),
        decimal("contracted_kw", "Contracted or installed power", "kW"),
        boolean("is_key_account", "Has a manager of its own"),
        code("language", "Language for letters", "zh", "en"),
        integer("household_size", "Persons at home, where known", "1"),
        decimal("floor_area_m2", "Floor area, where known", "m²"),
        boolean("has_pv", "A solar roof is registered"),
        boolean("has_ev", "A charging point is registered"),
        boolean("has_heat_pump", "A heat pump is registered"),
        text("consumer_group", "Group of a market classification, such as ACORN"),
    ),
)

CONTRACTS = Feed(
    "contracts",
    "marketing",
    OWNER,
    grain="one row per contract of a customer at a supply point; a new tariff is a new row",
    key=("contract_id", "start_date"),
    late_days=31,
    fields=(
        identity("contract_id", "Contract number"),
        person("customer_id", "Customer number"),
        person("point_id", "Supply point"),
        code("tariff_code", "Tariff, as in the feed tariffs", required=True),
        date("start_date", "First day of supply under these terms", required=True),
        date("end_date", "Last day; empty while it runs"),
        decimal("contracted_kw", "Contracted power", "kW"),
        code("payment_method", "How bills are paid", "direct_debit", "transfer", "cash", "app", "prepaid"),
        decimal("deposit_cny", "Deposit held", "CNY"),
        code("status", "State", "active", "ended", "suspended"),
    ),
)

TARIFFS = Feed(
    "tariffs",
    "marketing",
    OWNER,
    grain="one row per tariff, component, period and step, from a date",
    key=("tariff_code", "component", "period", "step_from_kwh", "valid_from_date"),
    late_days=31,
    fields=(
        code("tariff_code", "Tariff", required=True),
        text("name", "Name in print"),
        code("tariff_kind", "How it counts", "flat", "step", "time_of_use", "two_part", "dynamic", required=True),
        code("component", "What is charged", "energy", "demand", "fixed", required=True),
        code("period", "Period of the day it holds in", *PERIODS, required=True),
        decimal("step_from_kwh", "Use in the year above which it holds; 0 without steps", "kWh", required=True),
        decimal("price_cny", "Price of a kWh, of a kW and month, or of a month", "CNY", required=True),
        text("hours", "Local hours of the period, such as 8-11,18-21"),
        text("months", "Months it holds in, such as 7-8,12; empty for all"),
        date("valid_from_date", "First day", required=True),
        date("valid_to_date", "Last day; empty while valid"),
    ),
)

BILLS = Feed(
    "bills",
    "marketing",
    OWNER,
    grain="one row per bill",
    key=("bill_id",),
    late_days=31,
    fields=(
        identity("bill_id", "Bill number"),
        person("customer_id", "Customer number"),
        identity("contract_id", "Contract number", required=False),
        date("period_start_date", "First day billed", required=True),
        date("period_end_date", "Last day billed", required=True),
        date("issued_date", "Day of issue", required=True),
        date("due_date", "Day it is due", required=True),
        decimal("energy_kwh", "Energy billed", "kWh", pii=PII.INDIRECT),
        decimal("sharp_kwh", "of it in sharp-peak hours", "kWh", pii=PII.INDIRECT),
        decimal("peak_kwh", "of it in peak hours", "kWh", pii=PII.INDIRECT),
        decimal("flat_kwh", "of it in flat hours", "kWh", pii=PII.INDIRECT),
        decimal("valley_kwh", "of it in valley hours", "kWh", pii=PII.INDIRECT),
        decimal("amount_cny", "Amount due", "CNY", pii=PII.INDIRECT, required=True),
        code("tariff_code", "Tariff it was reckoned by"),
        code("bill_kind", "Why it was written", "normal", "correction", "final"),
        identity("corrects_bill_id", "Bill it takes the place of", required=False),
        boolean("is_estimated", "Rests on an estimated reading"),
    ),
)

PAYMENTS = Feed(
    "payments",
    "marketing",
    OWNER,
    grain="one row per payment",
    key=("payment_id",),
    late_days=14,
    fields=(
        identity("payment_id", "Payment number"),
        person("customer_id", "Customer number"),
        identity("bill_id", "Bill it pays, where the payer said so", required=False),
        instant("paid_at", "When it was booked", required=True),
        decimal("amount_cny", "Amount; below zero when taken back", "CNY", pii=PII.INDIRECT, required=True),
        code("method", "How it was paid", "direct_debit", "transfer", "cash", "app", "prepaid"),
        text("payer_account", "Account it came from", pii=PII.DIRECT, join=True),
        code("status", "State", "booked", "returned"),
    ),
)

DUNNING = Feed(
    "dunning",
    "marketing",
    OWNER,
    grain="one row per dunning step taken",
    key=("dunning_id",),
    late_days=14,
    fields=(
        identity("dunning_id", "Number of the step"),
        identity("bill_id", "Bill that is overdue"),
        person("customer_id", "Customer number"),
        code("step", "What was done", "reminder", "call", "notice", "visit", "disconnection", required=True),
        instant("sent_at", "When", required=True),
        code("channel", "By what way", "sms", "phone", "letter", "app", "visit"),
        code("result", "What came of it", "none", "promised", "paid", "disputed", "unreachable"),
        date("promised_date", "Day the customer promised to pay by"),
    ),
)

CAMPAIGNS = Feed(
    "campaigns",
    "marketing",
    OWNER,
    grain="one row per campaign",
    key=("campaign_id",),
    late_days=31,
    fields=(
        identity("campaign_id", "Campaign number"),
        text("name", "Name"),
        code("purpose", "What for", "time_of_use", "saving", "app", "direct_debit", "green_power", "peak_event"),
        code("offer_code", "What is offered"),
        date("start_date", "First day", required=True),
        date("end_date", "Last day"),
        code("channel", "By what way", "sms", "phone", "letter", "app", "e-mail", "visit"),
        decimal("control_share", "Share of customers drawn to get nothing", "1"),
        decimal("budget_cny", "Budget", "CNY"),
    ),
)

CAMPAIGN_CONTACTS = Feed(
    "campaign_contacts",
    "marketing",
    OWNER,
    grain="one row per customer in a campaign, contacted or held back",
    key=("campaign_id", "customer_id"),
    late_days=14,
    fields=(
        identity("campaign_id", "Campaign number"),
        person("customer_id", "Customer number"),
        instant("assigned_at", "When the arm was set", required=True),
        code("arm", "Arm of the trial", "treatment", "control", required=True),
        boolean("is_randomised", "The arm was drawn by lot", required=True),
        code("channel", "By what way", "sms", "phone", "letter", "app", "e-mail", "visit"),
        instant("sent_at", "When contacted"),
        instant("opened_at", "When opened or answered"),
        instant("responded_at", "When the customer took the offer"),
        decimal("value_cny", "What the response was worth", "CNY"),
        decimal("cost_cny", "Cost of the contact", "CNY"),
    ),
)

COUPONS = Feed(
    "coupons",
    "marketing",
    OWNER,
    grain="one row per coupon issued",
    key=("coupon_id",),
    late_days=14,
    fields=(
        identity("coupon_id", "Coupon number"),
        person("customer_id", "Customer number"),
        identity("campaign_id", "Campaign it belongs to", required=False),
        instant("issued_at", "When issued", required=True),
        decimal("value_cny", "Value", "CNY", required=True),
        date("expires_date", "Last day"),
        instant("redeemed_at", "When used; empty while not"),
    ),
)

FEEDS = (
    CUSTOMERS,
    CONTRACTS,
    TARIFFS,
    BILLS,
    PAYMENTS,
    DUNNING,
    CAMPAIGNS,
    CAMPAIGN_CONTACTS,
    COUPONS,
)
