"""Who pays late and why: a hidden way of paying, and what happens to a customer, give each bill a true probability.

Four causes compete. Each has a probability of its own (a logit), and a bill is late if any strikes:

    hardship   little money, a bill far above the usual one, a sector in trouble, a bill late before
    forgetful  the person's own habit, less with direct debit, more in the month of the lunar new year
    dispute    a quarrelsome customer with an estimated or a far higher bill
    moved_out  the last bill of who has left

A model sees some of this (floor area, way of payment, earlier bills, weather, economy), never the hidden part, so the
best it can reach is below the AUC of the true probability, which truth `arrears` holds for every bill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from powerlake.simulate.bills import Bills, month_starts
from powerlake.simulate.customers import HOME
from powerlake.simulate.economy import SECTORS, level_of
from powerlake.simulate.habits import Habits
from powerlake.simulate.utility import REGIONS, Block, Bools, Customers, Floats, Ints, Utility

CAUSES = ("hardship", "forgetful", "dispute", "moved_out")
HARDSHIP, FORGETFUL, DISPUTE, MOVED_OUT = range(len(CAUSES))
BASE = np.array([-4.6, -3.7, -6.2, 0.0])
"""Logits of the causes for who is average in everything."""
BY_METHOD = np.array([-2.5, 0.2, 0.7, 0.0, -2.0])
"""Added to the logit of forgetting, by place in METHODS."""
MEDIAN_DAYS = np.array([40.0, 9.0, 50.0, 120.0])
"""From the due date to payment at the median, by cause."""
SPREAD_DAYS = np.array([0.8, 0.7, 0.6, 0.8])
NEVER = np.array([0.10, 0.0, 0.05, 0.55])
"""Share that is never paid, by cause."""
TROUBLE = 14.0
"""Logits of hardship for a firm whose sector's output falls to 1/e; its usual ups and downs are about 5 %."""
NEW_YEAR_MONTHS = (1, 2)


@dataclass(frozen=True)
class Arrears:
    """Of each bill that is no correction, parallel arrays (b,)."""

    probability: Floats
    """True probability to be late, given all that happened before."""
    cause: Ints
    """Place in CAUSES, −1 for a bill paid in time."""
    days_late: Floats
    """From the due date to payment; infinite where it is never paid, 0 in time."""

    @property
    def is_late(self) -> Bools:
        """(b,)."""
        return self.cause >= 0


def draw_arrears(utility: Utility, block: Block, customers: Customers, habits: Habits, bills: Bills) -> Arrears:
    """What becomes of the block's bills, month after month: a bill late raises the next one's risk."""
    random = utility.rng("arrears", block.number)
    first = np.flatnonzero(~bills.is_correction)
    chance, lot = random.random((2, len(bills)))
    fixed = _logits(utility, block, customers, habits, bills)
    probability, cause = np.zeros(len(bills)), np.full(len(bills), -1)
    was_late = np.zeros(len(customers), bool)
    for month in range(len(month_starts(utility))):
        now = first[bills.month[first] == month]
        who = bills.customer[now]
        logit = fixed[now]
        logit[:, HARDSHIP] += 2.0 * was_late[who]
        each = 1 / (1 + np.exp(-logit))
        probability[now] = 1 - np.prod(1 - each, axis=1)
        which = (lot[now, None] * each.sum(axis=1, keepdims=True) > np.cumsum(each, axis=1)).sum(axis=1)
        cause[now] = np.where(chance[now] < probability[now], np.minimum(which, len(CAUSES) - 1), -1)
        was_late[who] = cause[now] >= 0
    days = 1 + MEDIAN_DAYS[cause] * random.lognormal(0, SPREAD_DAYS[cause])
    days = np.where(random.random(len(bills)) < NEVER[cause], np.inf, np.round(days))
    return Arrears(probability, cause, np.where(cause >= 0, days, 0.0))


def arrears_truth(customers: Customers, bills: Bills, arrears: Arrears) -> pa.Table:
    """Truth arrears: customer_id, bill_id, true_probability, is_late, cause and days_late (null: never paid).

    A row for every bill that is no correction.
    """
    those = np.flatnonzero(~bills.is_correction)
    cause, days = arrears.cause[those], arrears.days_late[those]
    return pa.table(
        {
            "customer_id": np.array(customers.customer_id)[bills.customer[those]],
            "bill_id": bills.bill_id[those],
            "true_probability": arrears.probability[those],
            "is_late": arrears.is_late[those],
            "cause": pa.array(np.array(CAUSES)[cause], mask=cause < 0),
            "days_late": pa.array(days, mask=~np.isfinite(days)),
        }
    )


def bill_shock(customers: Customers, bills: Bills) -> Floats:
    """(b,) logarithm of a bill over the customer's mean bill until then, within ±2; 0 for a first one."""
    months = int(bills.month.max(initial=0)) + 1
    first = np.flatnonzero(~bills.is_correction)
    amount = np.full((len(customers), months), np.nan)
    amount[bills.customer[first], bills.month[first]] = bills.amount[first] + 1
    known = ~np.isnan(amount)
    before = np.cumsum(np.where(known, amount, 0), axis=1) - np.where(known, amount, 0)
    count = np.cumsum(known, axis=1) - known
    usual = np.where(count > 0, before / np.maximum(count, 1), amount)
    shock = np.log(amount / usual)[bills.customer, bills.month]
    return np.asarray(np.clip(np.nan_to_num(shock), -2, 2))


def _logits(utility: Utility, block: Block, customers: Customers, habits: Habits, bills: Bills) -> Floats:
    """(b, 4) of each cause, without what earlier bills add."""
    who = bills.customer
    shock = np.maximum(bill_shock(customers, bills), 0)
    is_new_year = np.isin(utility.dates.astype("datetime64[M]").astype(np.int64)[bills.start] % 12 + 1, NEW_YEAR_MONTHS)
    trouble = _trouble(utility, block, customers, bills)
    logits = np.tile(BASE, (len(bills), 1))
    logits[:, HARDSHIP] += -1.3 * habits.means[who] + 1.2 * shock + trouble
    logits[:, FORGETFUL] += 1.1 * habits.forgetful[who] + BY_METHOD[habits.method[who]] + 0.4 * is_new_year
    logits[:, DISPUTE] += 0.8 * habits.quarrelsome[who] + 1.8 * shock + 1.0 * bills.is_estimated
    logits[:, MOVED_OUT] = np.where(bills.is_final, logits[:, MOVED_OUT] - 0.8 - 0.5 * habits.means[who], -np.inf)
    return logits


def _trouble(utility: Utility, block: Block, customers: Customers, bills: Bills) -> Floats:
    """(b,) how far the output of a firm's sector is below the normal, in logits; 0 for homes."""
    sectors = np.array([SECTORS.index(letter) if letter else 0 for letter in customers.sector_code])
    level = level_of(utility, REGIONS.index(block.region_code), sectors)[bills.customer, bills.start]
    return np.where(customers.kind[bills.customer] == HOME, 0.0, -TROUBLE * np.log(level))
