"""Which value holds where the records of one customer, or two departments, say different things."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Rule(enum.Enum):
    """How the value of a column is chosen among those of a customer's records."""

    STANDING = "standing_record"
    """That of the record that stands for the customer, empty or not."""
    LATEST = "latest_known"
    """The one filled in by the record opened last; a record of who is a customer still goes first."""
    EARLIEST = "earliest"
    ANY = "any_says_so"
    """True where one record says so."""
    CONTRACT = "contracts_in_force"
    """The sum over the contracts in force where they say it, else as LATEST."""


CUSTOMER_RULES: Mapping[str, Rule] = {
    "name": Rule.LATEST,
    "id_number": Rule.LATEST,
    "phone": Rule.LATEST,
    "email": Rule.LATEST,
    "address": Rule.LATEST,
    "bank_account": Rule.LATEST,
    "customer_kind": Rule.STANDING,
    "sector_code": Rule.STANDING,
    "region_code": Rule.STANDING,
    "opened_date": Rule.EARLIEST,
    "closed_date": Rule.STANDING,
    "contracted_kw": Rule.CONTRACT,
    "is_key_account": Rule.ANY,
    "language": Rule.LATEST,
    "household_size": Rule.LATEST,
    "floor_area_m2": Rule.LATEST,
    "has_pv": Rule.LATEST,
    "has_ev": Rule.LATEST,
    "has_heat_pump": Rule.LATEST,
    "consumer_group": Rule.LATEST,
}
"""By column of the feed customers; every one but its key has a rule."""

DIFFER_BY_NATURE = frozenset({"opened_date", "closed_date"})
"""Each record has its own span, so it is no conflict that they differ."""


class Conflict(enum.Enum):
    """A disagreement, and which side counts until the departments settle it."""

    RECORDS_DIFFER = "records_differ"
    """Records of one customer; the column's rule of CUSTOMER_RULES decides."""
    CONTRACTED_POWER = "contracted_power"
    """The customer's contracts in force add up to another power than the customer's record has."""
    SUPPLY_AFTER_CLOSING = "supply_after_closing"
    """A contract runs on after the day its customer left."""
    UNKNOWN_TARIFF = "unknown_tariff"
    """A contract names a tariff that the tariffs do not have."""
    BILLED_BY_OTHER_TARIFF = "billed_by_other_tariff"
    """A bill was reckoned by another tariff than its contract had on the last day billed."""
    METER_OUTSIDE_TOPOLOGY = "meter_outside_topology"
    """A meter stands at its point on days on which the supply tree has no place for it."""


WINNERS: Mapping[Conflict, str] = {
    Conflict.CONTRACTED_POWER: "contracts",
    Conflict.SUPPLY_AFTER_CLOSING: "contracts",
    Conflict.UNKNOWN_TARIFF: "contracts",
    Conflict.BILLED_BY_OTHER_TARIFF: "bills",
    Conflict.METER_OUTSIDE_TOPOLOGY: "meters",
}
"""The feed that counts, by conflict between departments: what was signed before what was noted; what was demanded of
the customer, who can dispute it; who was on the spot before who draws the plan."""
