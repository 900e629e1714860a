"""Supply points of a block: a customer's own, or that of the customer who left before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from powerlake.simulate.customers import draw_moves
from powerlake.simulate.network import Network
from powerlake.simulate.theft import Curves
from powerlake.simulate.utility import Block, Bools, Customers, Ints, Utility


@dataclass(frozen=True)
class Points:
    """Arrays (n,) over the places of a block; a point has the place of the customer it is numbered after.

    `of_customer` is the place of the point each customer is supplied at. Where `exists` is False nothing stands: its
    customer took over another's point. Supply at the point, whoever takes it, lasts from `from_day` to before `to_day`.
    """

    of_customer: Ints
    exists: Bools
    from_day: Ints
    to_day: Ints

    def together(self, curves: Curves) -> Curves:
        """Customers' curves as those of their points; 0 where no point exists."""
        sums = np.where(self.exists[:, None, None], curves, np.float32(0))
        came = np.flatnonzero(~self.exists)
        sums[self.of_customer[came]] += curves[came]
        return sums


def draw_points(utility: Utility, block: Block, customers: Customers) -> Points:
    """Where the customers are supplied, as their moves have it."""
    moves = draw_moves(utility, block, customers.kind)
    point = np.arange(len(customers))
    point[moves.came] = moves.left
    to_day = customers.to_day.copy()
    to_day[moves.left] = customers.to_day[moves.came]
    return Points(point, point == np.arange(len(customers)), customers.from_day, to_day)


def at_points(network: Network, points: Points) -> Network:
    """The network where those who took over a point hang where it does."""
    names = ("transformer", "moved_to", "move_day", "recorded", "phase")
    return replace(network, **{name: getattr(network, name)[points.of_customer] for name in names})
