"""What a row of a feed points at in another: the other must have been delivered, or the row waits in quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from powerlake.tables.feeds.dispatch import ASSET_KINDS


@dataclass(frozen=True)
class Target:
    """A column of a feed that holds the numbers pointed at; `kind` is what the kind column must say for it."""

    feed: str
    column: str
    kind: str = ""


@dataclass(frozen=True)
class Reference:
    """`column` of a feed holds a number of one of `targets`, chosen by `kind_column`; empty is no fault.

    A kind without a target, such as a machine, is not looked up.
    """

    column: str
    targets: tuple[Target, ...]
    kind_column: str = ""

    @property
    def reason(self) -> str:
        """Why a row that points nowhere is in quarantine."""
        return f"dangling_{self.column}"


CUSTOMER = Reference("customer_id", (Target("marketing/customers", "customer_id"),))
METER = Reference("meter_id", (Target("metering/meters", "meter_id"),))
CAMPAIGN = Reference("campaign_id", (Target("marketing/campaigns", "campaign_id"),))
BILL = Reference("bill_id", (Target("marketing/bills", "bill_id"),))
CONTRACT = Reference("contract_id", (Target("marketing/contracts", "contract_id"),))
SUBSTATION = Reference("substation_id", (Target("assets/substations", "substation_id"),))
FEEDER = Reference("feeder_id", (Target("assets/feeders", "feeder_id"),))
TRANSFORMER = Reference("transformer_id", (Target("assets/transformers", "transformer_id"),))

_REGISTERS = {
    "substation": "assets/substations",
    "feeder": "assets/feeders",
    "transformer": "assets/transformers",
    "switchgear": "assets/switchgear",
    "meter": "metering/meters",
}
"""Where each kind of asset is registered; a machine nowhere."""


def _by_kind(column: str, kind_column: str) -> Reference:
    kinds = [kind for kind in ASSET_KINDS if kind in _REGISTERS]
    targets = (Target(_REGISTERS[kind], f"{kind}_id", kind) for kind in kinds)
    return Reference(column, tuple(targets), kind_column)


ASSET = _by_kind("asset_id", "asset_kind")

REFERENCES: Mapping[str, tuple[Reference, ...]] = {
    "metering/register_reads": (METER,),
    "metering/meter_events": (METER,),
    "metering/terminal_telemetry": (ASSET,),
    "marketing/contracts": (CUSTOMER,),
    "marketing/bills": (CUSTOMER, CONTRACT, Reference("corrects_bill_id", BILL.targets)),
    "marketing/payments": (CUSTOMER, BILL),
    "marketing/dunning": (CUSTOMER, BILL),
    "marketing/campaign_contacts": (CUSTOMER, CAMPAIGN),
    "marketing/coupons": (CUSTOMER, CAMPAIGN),
    "service/tickets": (CUSTOMER,),
    "service/channel_usage": (CUSTOMER,),
    "dispatch/outages": (ASSET,),
    "dispatch/feeder_load": (ASSET,),
    "dispatch/alarms": (ASSET,),
    "assets/feeders": (SUBSTATION,),
    "assets/transformers": (FEEDER,),
    "assets/switchgear": (SUBSTATION, FEEDER),
    "assets/topology": (_by_kind("child_id", "child_kind"), _by_kind("parent_id", "parent_kind")),
    "assets/work_orders": (ASSET,),
    "assets/inspections": (ASSET,),
    "assets/oil_samples": (TRANSFORMER,),
}
"""By feed. A contract's supply point is in no register, so it is not looked up."""


def targets_of(feed: str) -> tuple[Target, ...]:
    """Every target that a feed's rows may point at, each once."""
    return tuple(dict.fromkeys(target for reference in REFERENCES.get(feed, ()) for target in reference.targets))
