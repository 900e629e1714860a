"""How the customers of a block deal with the utility: how they pay, how digital they are, and what makes them late.

What a person lacks or forgets is hidden; what can be seen (floor area a head, way of payment) goes with it in part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from powerlake.simulate.customers import HOME
from powerlake.simulate.utility import Block, Customers, Floats, Ints, Utility

METHODS = ("direct_debit", "transfer", "cash", "app", "prepaid")
"""As payments.method; arrays hold the place."""
DIRECT_DEBIT, TRANSFER, CASH, APP, PREPAID = range(len(METHODS))
SEEN_SHARE = 0.6
"""Correlation of means with what can be seen of them."""


@dataclass(frozen=True)
class Habits:
    """Arrays (n,); `means`, `digital`, `forgetful` and `quarrelsome` have mean 0 and deviation 1 among customers."""

    method: Ints
    means: Floats
    """Money at hand."""
    digital: Floats
    """Use of app and web."""
    forgetful: Floats
    quarrelsome: Floats


def draw_habits(utility: Utility, block: Block, customers: Customers) -> Habits:
    """The habits of a block's customers."""
    random = utility.rng("habits", block.number)
    n = len(customers)
    hidden, digital, forgetful, quarrelsome = random.normal(0, 1, (4, n))
    means = SEEN_SHARE * seen_means(customers) + np.sqrt(1 - SEEN_SHARE**2) * hidden
    return Habits(_methods(customers, digital, random), means, digital, forgetful, quarrelsome)


def seen_means(customers: Customers) -> Floats:
    """(n,) the part of means that floor area tells: m² a head in homes, contracted power in firms."""
    a_head = np.log(np.maximum(customers.floor_area_m2, 10) / np.maximum(customers.household_size, 1))
    firm = np.log(customers.contracted_kw)
    return np.where(customers.kind == HOME, (a_head - 3.55) / 0.47, (firm - 3.0) / 1.3)


def _methods(customers: Customers, digital: Floats, random: np.random.Generator) -> Ints:
    """The most attractive method to each: a draw among utilities with Gumbel chance (a multinomial logit)."""
    is_home = customers.kind == HOME
    liking = np.stack(
        [
            np.full(len(customers), 0.3),
            np.where(is_home, -1.0, 1.2),
            -0.6 * digital - np.where(is_home, 0.3, 1.5),
            0.9 + 0.9 * digital - np.where(is_home, 0.0, 1.5),
            np.where(is_home, -1.2, -3.0),
        ]
    )
    return np.asarray(np.argmax(liking + random.gumbel(0, 1, liking.shape), axis=0))
