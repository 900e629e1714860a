"""The grid of a block over the days: what flows, how its assets age and fail, and what departments write about it.

Its work comes in two steps because an interruption shows in the load curves too: `live_grid`, then `supplied` gives
the use as it came to be, from which meters measure, and `grid_rows` all rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from powerlake.simulate.ageing import top_oil_c
from powerlake.simulate.alarms import load_conditions
from powerlake.simulate.equipment_rows import equipment_rows
from powerlake.simulate.faults import DEFECTS, live
from powerlake.simulate.flows import QUARTERS, Flows, cut, draw_flows, hourly
from powerlake.simulate.hazards import assets_of, exposure
from powerlake.simulate.lives import Lives, lives_rows
from powerlake.simulate.network import Network, link_rows
from powerlake.simulate.oil import oil_samples, sample_days
from powerlake.simulate.outages import draw_outages, reach_of
from powerlake.simulate.substations import draw_substation, is_first_block
from powerlake.simulate.telemetry import feeder_load_rows, loss_truth, telemetry_rows
from powerlake.simulate.utility import REGIONS, Block, Customers, Floats, Made, Use, Utility
from powerlake.simulate.weather import weather

OIL_SAMPLED_SHARE, OIL_SAMPLED_EVERY_DAYS = 0.4, 365
"""Of distribution transformers with oil, those of which samples are drawn, and how often; chosen."""
DEFECT_HEAT_K = 12.0
"""What a thermal defect of severity 1 adds to the top oil; chosen."""


@dataclass(frozen=True)
class Grid:
    """What happened in a block's grid."""

    flows: Flows
    """As they would be without interruption."""
    oil_c: Floats
    """(k, hours) top oil, or the winding of a dry transformer."""
    lives: Lives


def draw_grid(utility: Utility, block: Block, customers: Customers, network: Network, use: Use) -> Made:
    """Every feed and truth of a block's grid, for whom interruptions do not matter."""
    return grid_rows(utility, customers, network, live_grid(utility, block, customers, network, use))


def live_grid(utility: Utility, block: Block, customers: Customers, network: Network, use: Use) -> Grid:
    """The grid under the true use that customers would have without interruption."""
    region = REGIONS.index(block.region_code)
    flows = draw_flows(utility, block, customers, network, use)
    loading = hourly(flows.loading)
    oil = top_oil_c(loading, weather(utility).temperature_c[region])
    assets, exposed = assets_of(block, network), exposure(utility, block, network, loading, oil)
    history = live(utility, utility.rng("lives", block.number), assets, exposed)
    load = loading.mean(axis=0)
    outages = draw_outages(utility, region, block.number, assets, history, reach_of(network, assets), load)
    heat = DEFECT_HEAT_K * history.severity * (history.defect == DEFECTS.index("thermal"))
    oil = oil + np.repeat(heat[: len(network.transformers)], 24, axis=1)
    return Grid(flows, oil, Lives(block.number, assets, exposed, history, outages))


def supplied(utility: Utility, network: Network, grid: Grid, use: Use) -> Use:
    """The use with nothing while a customer's transformer is out."""
    served = grid.lives.outages.served(utility).reshape(-1, utility.days, QUARTERS)
    moved = np.arange(utility.days) >= network.move_day[:, None]
    place = np.where(moved, network.moved_to[:, None], network.transformer[:, None])
    is_on = served[place, np.arange(utility.days)]
    return Use(taken=use.taken * is_on, fed_in=use.fed_in * is_on)


def grid_rows(utility: Utility, customers: Customers, network: Network, grid: Grid) -> Made:
    """Every feed and truth of a block's grid, and of the substation's if the block is its first.

    Feeds: assets but for links of meters, dispatch, metering/terminal_telemetry. Truth: faults, fault_hazard, losses.
    """
    served = grid.lives.outages.served(utility)
    flows = cut(grid.flows, served)
    measured = Made(
        {
            "metering/terminal_telemetry": telemetry_rows(utility, network, flows, grid.oil_c, served),
            "dispatch/feeder_load": feeder_load_rows(utility, network, flows, grid.oil_c),
            "assets/oil_samples": _oil(utility, network, grid.lives),
            "assets/topology": _links(utility, network),
        },
        {"losses": loss_truth(utility, network, flows)},
    )
    loading, volts = hourly(grid.flows.loading), hourly(grid.flows.voltage_v.min(axis=1))
    conditions = load_conditions(loading, grid.oil_c, volts)
    would_flow = grid.flows.supplied_kw
    parts = [
        measured,
        equipment_rows(utility, network, grid.lives.assets, grid.lives.history),
        lives_rows(utility, customers, network, grid.lives, would_flow, conditions),
    ]
    if is_first_block(network.block):
        made, lives = draw_substation(utility, network)
        parts += [made, lives_rows(utility, customers, network, lives, would_flow, {})]
    return _together(parts)


def _oil(utility: Utility, network: Network, lives: Lives) -> pa.Table:
    """Feed assets/oil_samples of distribution transformers."""
    rng = utility.rng("oil", network.block.number)
    has_samples = ~network.transformers.is_dry & (rng.random(len(network.transformers)) < OIL_SAMPLED_SHARE)
    place = np.flatnonzero(has_samples)
    drawn = sample_days(rng, lives.history, place, OIL_SAMPLED_EVERY_DAYS)
    names = lives.assets.asset_id[place]
    return oil_samples(utility, rng, network.block.number, lives.history, place, names, drawn)


def _links(utility: Utility, network: Network) -> pa.Table:
    """Feed assets/topology of transformers and of the feeder, from when they went into service."""
    made, block = network.transformers, network.block
    start = (made.commissioned - utility.dates[0]).astype(np.int64)
    begun = np.array([(network.feeder.commissioned - utility.dates[0]).astype(np.int64)])
    transformers, feeder = np.asarray(made.transformer_id), np.array([block.feeder_id])
    feeders, substation = np.full(len(made), block.feeder_id), np.array([block.substation_id])
    ends = np.full(len(made), utility.days)
    phases = np.full(len(made), "ABC")
    return pa.concat_tables(
        [
            link_rows(utility, ("transformer", transformers), ("feeder", feeders), phases, start, ends),
            link_rows(utility, ("feeder", feeder), ("substation", substation), phases[:1], begun, ends[:1]),
        ]
    )


def _together(parts: Iterable[Made]) -> Made:
    """The rows of all parts, feed by feed."""
    feeds: dict[str, list[pa.Table]] = {}
    truth: dict[str, list[pa.Table]] = {}
    for part in parts:
        for tables, into in ((part.feeds, feeds), (part.truth, truth)):
            for name, table in tables.items():
                into.setdefault(name, []).append(table)
    merge = {"promote_options": "permissive"}
    return Made(
        {name: pa.concat_tables(tables, **merge) for name, tables in feeds.items()},
        {name: pa.concat_tables(tables, **merge) for name, tables in truth.items()},
    )
