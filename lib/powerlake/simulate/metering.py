"""What the meters of a block record and report, after theft, faults, gaps and replacements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.simulate.gaps import draw_gaps
from powerlake.simulate.meter_events import event_rows
from powerlake.simulate.meter_faults import MeterFaults, draw_meter_faults
from powerlake.simulate.meters import Fleet, draw_fleet, meter_rows
from powerlake.simulate.network import THREE_PHASE, Network
from powerlake.simulate.points import Points
from powerlake.simulate.registers import register_rows
from powerlake.simulate.tariffs import period_of
from powerlake.simulate.theft import Curves, Theft, draw_theft
from powerlake.simulate.uncounted import uncounted_truth
from powerlake.simulate.utility import Block, Bools, Customers, Made, Use, Utility

PERIODS = 4
"""Sharp, peak, flat and valley hours of a tariff."""


@dataclass(frozen=True)
class Metering:
    """What the utility knows of the use of a block's n customers."""

    measured: npt.NDArray[np.float32]
    """(n, days, 96) kWh in a quarter of an hour as recorded at each point, after the multiplier; NaN where nothing
    came in, so the whole row where a customer took over another's point."""
    billed_kwh: npt.NDArray[np.float32]
    """(n, days, 4) kWh by tariff period (sharp, peak, flat, valley), gaps filled by estimate; 0 outside supply."""
    estimated_days: Bools
    """(n, days) days of supply of which nothing came in, so that `billed_kwh` is an estimate."""
    fleet: Fleet
    made: Made


def draw_metering(
    utility: Utility, block: Block, customers: Customers, points: Points, network: Network, use: Use
) -> Metering:
    """Feeds metering/meters, register_reads, meter_events; truth of theft, faults, roll-over and what was not counted.

    The load curves themselves are written from `measured` by `powerlake.simulate.curve_files`.
    """
    has_three_phases = network.phase == THREE_PHASE
    theft = draw_theft(utility, block, customers, use.taken)
    reported = points.together(theft.reported)
    faults = draw_meter_faults(utility, block, points, has_three_phases, reported)
    fleet = draw_fleet(utility, block, customers, points, has_three_phases, faults)
    counted = np.where(np.isnan(faults.recorded), reported, faults.recorded)
    reads, rolled = register_rows(utility, block, fleet, counted, points.together(use.fed_in))
    lost = draw_gaps(utility, block, network.transformer, fleet)
    measured = np.where(lost, np.float32(np.nan), faults.recorded)
    billed, is_estimated = _billed(utility, customers, measured[points.of_customer])
    feeds = {
        "metering/meters": meter_rows(utility, block, customers, has_three_phases, fleet),
        "metering/register_reads": reads,
        "metering/meter_events": event_rows(utility, block, fleet, points, has_three_phases, theft, faults),
    }
    truth = {
        "theft": _theft_truth(utility, customers, points, fleet, theft),
        "meter_faults": _fault_truth(utility, customers, fleet, faults),
        "register_rollovers": rolled,
        "uncounted": uncounted_truth(utility, network, points.together(use.taken), reported, counted),
    }
    return Metering(measured, billed, is_estimated, fleet, Made(feeds, truth))


def _billed(utility: Utility, customers: Customers, measured: Curves) -> tuple[Curves, Bools]:
    """Energy by period of the tariff that holds, a gap filled with the customer's mean at that time of day."""
    day = np.arange(utility.days)
    supplied = (day >= customers.from_day[:, None]) & (day < customers.to_day[:, None])
    is_known = ~np.isnan(measured)
    counts = is_known & supplied[:, :, None]
    usual = np.where(counts, measured, np.float32(0)).sum(axis=1) / np.maximum(counts.sum(axis=1), 1)
    filled = np.where(is_known, measured, usual[:, None]) * supplied[:, :, None]
    switched = (customers.tariff_switch_day >= 0)[:, None] & (day >= customers.tariff_switch_day[:, None])
    tariff = np.where(switched, customers.switched_tariff[:, None], customers.tariff[:, None])
    billed = np.zeros((*tariff.shape, PERIODS), np.float32)
    for number in np.unique(tariff):
        period = period_of(utility, int(number))
        those = np.flatnonzero((tariff == number).any(axis=1))
        holds = tariff[those] == number
        for place in range(PERIODS):
            energy = np.einsum("ndq,dq->nd", filled[those], (period == place).astype(np.float32))
            billed[those, :, place] += np.where(holds, energy, 0)
    return billed, supplied & ~is_known.any(axis=2)


def _theft_truth(utility: Utility, customers: Customers, points: Points, fleet: Fleet, theft: Theft) -> pa.Table:
    return pa.table(
        {
            "customer_id": np.array(customers.customer_id)[theft.customer],
            "meter_id": fleet.meter_id[fleet.at(points.of_customer[theft.customer], theft.from_day)],
            "form": pa.array(theft.form, pa.string()),
            "from_date": utility.dates[0] + theft.from_day,
            "to_date": utility.dates[0] + theft.to_day - 1,
            "stolen_kwh": theft.stolen_kwh,
            "stolen_share": theft.stolen_kwh / np.maximum(theft.true_kwh, 1e-9),
        }
    )


def _fault_truth(utility: Utility, customers: Customers, fleet: Fleet, faults: MeterFaults) -> pa.Table:
    return pa.table(
        {
            "meter_id": fleet.meter_id[fleet.at(faults.point, faults.from_day)],
            "point_id": np.array(customers.point_id)[faults.point],
            "form": pa.array(faults.form, pa.string()),
            "from_date": utility.dates[0] + faults.from_day,
            "to_date": utility.dates[0] + faults.to_day - 1,
            "size": faults.size,
        }
    )
