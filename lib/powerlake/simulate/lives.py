"""What dispatch and asset management write about assets that age and fail together, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass

from powerlake.simulate.alarms import alarm_rows
from powerlake.simulate.fault_truth import fault_truth, hazard_truth
from powerlake.simulate.faults import History
from powerlake.simulate.flows import Singles
from powerlake.simulate.hazards import Assets, Exposure
from powerlake.simulate.maintenance import inspections, work_orders
from powerlake.simulate.network import Network
from powerlake.simulate.outages import Outages, outage_rows
from powerlake.simulate.utility import Customers, Floats, Made, Utility


@dataclass(frozen=True)
class Lives:
    """Assets that age and fail together: those of a block, or of a substation."""

    group: int
    """Number for their random draws and their rows."""
    assets: Assets
    exposure: Exposure
    history: History
    outages: Outages


def lives_rows(
    utility: Utility,
    customers: Customers,
    network: Network,
    lives: Lives,
    would_flow_kw: Singles,
    conditions: dict[str, Floats],
) -> Made:
    """Feeds dispatch/outages and alarms, assets/work_orders and inspections; truth faults and fault_hazard.

    `would_flow_kw` (k, quarters) goes into the network's transformers without interruption; `conditions` are rates of
    alarms by load, as of `load_conditions`.
    """
    group, assets, history, outages = lives.group, lives.assets, lives.history, lives.outages
    feeds = {
        "dispatch/outages": outage_rows(utility, group, network, customers, assets, outages, would_flow_kw),
        "dispatch/alarms": alarm_rows(utility, group, assets, history, lives.exposure, outages, conditions),
        "assets/work_orders": work_orders(utility, group, assets, history, outages),
        "assets/inspections": inspections(utility, group, assets, history),
    }
    truth = {
        "faults": fault_truth(utility, assets, history, outages),
        "fault_hazard": hazard_truth(utility, assets, history),
    }
    return Made(feeds, truth)
