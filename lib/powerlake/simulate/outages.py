"""Interruptions of supply: when an asset failed or was switched off, who was without power, when it was back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from powerlake.simulate.faults import History
from powerlake.simulate.flows import QUARTERS, Singles
from powerlake.simulate.hazards import CAUSES, Assets, daily, gust_stress
from powerlake.simulate.network import Network
from powerlake.simulate.rows import at_second, ids, instants
from powerlake.simulate.utility import Bools, Customers, Dates, Floats, Ints, Utility
from powerlake.simulate.weather import weather

REPAIR_HOURS = {"transformer": 4.5, "switchgear": 2.2, "feeder": 1.6}
"""Medians; chosen."""
REPAIR_SPREAD = 0.6
STORM_FACTOR = 1.8
"""Crews are few when it storms."""
PLANNED_HOURS = (2.0, 6.0)
PLANNED_SHARE = 0.7
"""Of maintenance, that needs the asset switched off."""
UNKNOWN_SHARE, WRONG_SHARE = 0.15, 0.07
"""Of causes, those not found and those found wrongly; chosen."""
SWITCH_AT = {"circuit_breaker": 0.0, "ring_main_unit": 0.35, "recloser": 0.5, "disconnector": 0.7}
"""Where along the line a switch stands, as a share of its length."""
LOST_ENERGY_ERROR = 0.15
HOURS = np.arange(24)


@dataclass(frozen=True)
class Outages:
    """Interruptions of a block by time, arrays (e,)."""

    asset: Ints
    """Place in the block's Assets."""
    started: Dates
    """Local, to the second."""
    ended: Dates
    cause: Ints
    """Place in CAUSES; −1 for planned work."""
    interrupted: Bools
    """(e, k) which transformers are without supply."""

    @property
    def is_planned(self) -> Bools:
        return np.asarray(self.cause < 0)

    def served(self, utility: Utility) -> Bools:
        """(k, quarters) whether each transformer has supply in the middle of the quarter of an hour."""
        on = np.ones((self.interrupted.shape[1], utility.days * QUARTERS), bool)
        middle = utility.dates[0] + np.arange(on.shape[1]) * np.timedelta64(15, "m") + np.timedelta64(450, "s")
        for first, last, off in zip(
            np.searchsorted(middle, self.started), np.searchsorted(middle, self.ended), self.interrupted, strict=True
        ):
            on[off, first:last] = False
        return on


def draw_outages(
    utility: Utility, region: int, group: int, assets: Assets, history: History, reach: Bools, load: Floats
) -> Outages:
    """What the history's failures and maintenance interrupt, of a `group` of assets in a region.

    `reach` is as of `reach_of`; `load` (hours,), of any unit, says when heavy load struck.
    """
    rng = utility.rng("outages", group)
    asset, day = np.nonzero(history.failed)
    cause = history.cause[asset, day]
    hour = _hours(utility, region, rng, day, cause, load)
    failed_at = at_second(utility, rng, day, hour)
    median = np.array([REPAIR_HOURS[kind] for kind in assets.kind[asset]])
    stormy = weather(utility).storm[region][day * 24 + hour]
    repair = median * rng.lognormal(0, REPAIR_SPREAD, len(asset)) * np.where(stormy, STORM_FACTOR, 1.0)
    worked, work_day = np.nonzero(history.maintained & (rng.random(history.failed.shape) < PLANNED_SHARE))
    switched_off = at_second(utility, rng, work_day, rng.integers(8, 12, len(worked)))
    work = rng.uniform(*PLANNED_HOURS, len(worked))
    started = np.concatenate([failed_at, switched_off])
    everything = np.concatenate([asset, worked])
    order = np.argsort(started, kind="stable")
    lasts = (np.concatenate([repair, work]) * 3600).astype("timedelta64[s]")
    return Outages(
        asset=everything[order],
        started=started[order],
        ended=(started + lasts)[order],
        cause=np.concatenate([cause, np.full(len(worked), -1)])[order],
        interrupted=reach[everything, rng.integers(0, 2, len(everything))][order],
    )


def reach_of(network: Network, assets: Assets) -> Bools:
    """(a, 2, k) the transformers without supply when each asset is out, with the fault near the substation and far.

    A transformer is alone; a switch takes along all that lies behind it; the line all, or all behind the recloser.
    """
    km = network.transformers.position_km / network.feeder.length_km
    position = np.zeros((len(assets), 2))
    position[assets.places("switchgear")] = [[SWITCH_AT[kind]] * 2 for kind in network.switchgear.kind]
    position[assets.places("feeder"), 1] = SWITCH_AT["recloser"]
    reach = km >= position[:, :, None]
    alone = assets.places("transformer")
    reach[alone] = np.eye(len(alone), dtype=bool)[:, None, :]
    return np.asarray(reach)


def outage_rows(
    utility: Utility,
    group: int,
    network: Network,
    customers: Customers,
    assets: Assets,
    outages: Outages,
    supplied_kw: Singles,
) -> pa.Table:
    """Feed dispatch/outages of a `group` of assets. `supplied_kw` (k, quarters) would flow without interruption."""
    rng = utility.rng("outage rows", group)
    size = len(outages.asset)
    true = np.asarray([*CAUSES, "maintenance"])[outages.cause]
    luck = rng.random(size)
    wrong = np.asarray(CAUSES)[rng.integers(0, len(CAUSES), size)]
    found = np.where(luck < UNKNOWN_SHARE, "unknown", np.where(luck < UNKNOWN_SHARE + WRONG_SHARE, wrong, true))
    lost = _lost_energy(utility, outages, supplied_kw) * rng.lognormal(0, LOST_ENERGY_ERROR, size)
    return pa.table(
        {
            "outage_id": ids(rng, "O", group, size),
            "asset_kind": assets.kind[outages.asset],
            "asset_id": assets.asset_id[outages.asset],
            "started_at": instants(outages.started),
            "ended_at": instants(outages.ended, missing=outages.ended >= utility.dates[-1] + 1),
            "is_planned": outages.is_planned,
            "cause_code": np.where(outages.is_planned, "maintenance", found),
            "customers_interrupted": _customers_off(utility, network, customers, outages),
            "lost_energy_kwh": np.round(np.maximum(lost, 0), 1),
        }
    )


def _hours(utility: Utility, region: int, rng: np.random.Generator, day: Ints, cause: Ints, load: Floats) -> Ints:
    """(e,) the hour of each failure, likelier while what caused it was strong."""
    sky = weather(utility)
    at_work = np.tile((HOURS >= 7) & (HOURS < 18), utility.days).astype(float)
    drivers = {
        "lightning": sky.lightning[region].astype(float),
        "wind": gust_stress(sky, region),
        "ice": sky.ice[region].astype(float),
        "vegetation": sky.gust_m_s[region] ** 2,
        "overload": load**4,
        "digging": at_work,
    }
    even = np.ones(utility.days * 24)
    weights = daily(np.stack([drivers.get(name, even) for name in CAUSES]) + 1e-9)[cause, day]
    share = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    return np.asarray(np.minimum((share < rng.random((len(day), 1))).sum(axis=1), 23))


def _lost_energy(utility: Utility, outages: Outages, supplied_kw: Singles) -> Floats:
    """(e,) kWh that would have flowed."""
    since = np.stack([outages.started, outages.ended]) - utility.dates[0]
    first, last = np.minimum(since / np.timedelta64(15, "m"), supplied_kw.shape[1])
    total = np.concatenate([np.zeros((len(supplied_kw), 1)), np.cumsum(supplied_kw, axis=1, dtype=float)], axis=1) / 4
    grid = np.arange(total.shape[1])
    lost = np.stack([np.interp(last, grid, row) - np.interp(first, grid, row) for row in total], axis=1)
    return np.asarray((lost * outages.interrupted).sum(axis=1))


def _customers_off(utility: Utility, network: Network, customers: Customers, outages: Outages) -> Ints:
    """(e,) customers in supply that day behind the interrupted transformers."""
    day = (outages.started.astype("datetime64[D]") - utility.dates[0]).astype(np.int64)[:, None]
    place = np.where(day >= network.move_day, network.moved_to, network.transformer)
    there = (customers.from_day <= day) & (day < customers.to_day)
    return np.asarray((np.take_along_axis(outages.interrupted, place, axis=1) & there).sum(axis=1))
