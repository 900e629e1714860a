"""The parts of the simulation put together: everything of one block, and what all blocks have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from powerlake.simulate.accounts import customer_rows
from powerlake.simulate.billing import draw_billing
from powerlake.simulate.calendar import calendar_commons
from powerlake.simulate.campaigns import campaign_commons, draw_marketing
from powerlake.simulate.conflicts import with_conflicts
from powerlake.simulate.curve_files import curve_files
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.economy import economy_commons
from powerlake.simulate.files import File
from powerlake.simulate.grid import grid_rows, live_grid, supplied
from powerlake.simulate.market import price_commons
from powerlake.simulate.metering import draw_metering
from powerlake.simulate.network import draw_network, topology_rows
from powerlake.simulate.points import at_points, draw_points
from powerlake.simulate.service import draw_service
from powerlake.simulate.tariffs import tariff_commons
from powerlake.simulate.use import true_use, use_truth
from powerlake.simulate.utility import Block, Made, Utility
from powerlake.simulate.weather import weather_commons
from powerlake.simulate.write import files_of, joined

COMMON = -1
"""In place of a block's number: what the blocks have in common."""


def task_files(utility: Utility, number: int) -> Iterator[File]:
    """Every file of a block, or of what the blocks have in common."""
    if number == COMMON:
        yield from files_of(utility, number, "common", joined(common_parts(utility)))
        return
    block = utility.blocks[number]
    files, parts = block_parts(utility, block)
    yield from files
    yield from files_of(utility, number, f"{number:05d}", with_conflicts(utility, block, joined(parts)))


def common_parts(utility: Utility) -> list[Made]:
    """Feeds from outside, tariffs and campaigns; a substation is made by the first of its blocks."""
    makers = (weather_commons, calendar_commons, economy_commons, price_commons, tariff_commons, campaign_commons)
    return [make(utility) for make in makers]


def block_parts(utility: Utility, block: Block) -> tuple[list[File], list[Made]]:
    """The files of the load curves, and the rows of all other feeds and of the truth."""
    customers = draw_customers(utility, block)
    points = draw_points(utility, block, customers)
    network = at_points(draw_network(utility, block, customers), points)
    use = true_use(utility, block, customers)
    grid = live_grid(utility, block, customers, network, use)
    metering = draw_metering(utility, block, customers, points, network, supplied(utility, network, grid, use))
    fleet = metering.fleet
    files, dirt = curve_files(utility, block, metering)
    parts = [
        use_truth(utility, block, customers),
        metering.made,
        topology_rows(utility, network, fleet.point, fleet.meter_id.tolist(), fleet.from_day, fleet.to_day),
        customer_rows(utility, block, customers),
        draw_billing(utility, block, customers, metering),
        draw_marketing(utility, block, customers),
        draw_service(utility, block, customers, metering),
        grid_rows(utility, customers, network, grid),
        Made(truth={"dirt": pa.concat_tables(dirt)} if dirt else {}),
    ]
    return files, parts
