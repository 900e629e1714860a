"""How bills are paid: whole, in parts, taken back, without a word on what for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.arrears import HARDSHIP, Arrears
from powerlake.simulate.bills import Bills
from powerlake.simulate.habits import DIRECT_DEBIT, METHODS, TRANSFER, Habits
from powerlake.simulate.names import bank_accounts
from powerlake.simulate.utility import Block, Bools, Customers, Floats, Ints, Utility

PART_SHARE = 0.35
"""Late bills of hardship that are paid in two parts."""
PART_DAYS = 20
"""From the first part to the second, on average."""
OTHER_METHOD_SHARE = 0.06
"""Payments by another method than the usual one."""
UNNAMED_SHARE = 0.15
"""Transfers that do not say what they pay."""
OTHER_ACCOUNT_SHARE = 0.08
"""Payments from the account of somebody else."""
RETURNED_SHARE = 0.01
"""Direct debits that the bank takes back by mistake and that are drawn again."""
TRIED_DAYS = 3
"""Before the due date a debit that comes back was first drawn."""


def payment_rows(
    utility: Utility, block: Block, customers: Customers, habits: Habits, bills: Bills, arrears: Arrears
) -> pa.Table:
    """Feed marketing/payments: all booked by the utility's last day, by time and number."""
    random = utility.rng("payments", block.number)
    bill, paid, amount, status = _booked(bills, arrears, habits, random)
    keep = np.flatnonzero((paid >= 0) & (paid < utility.days) & (amount != 0))
    bill, paid, amount, is_returned = bill[keep], paid[keep], amount[keep], status[keep]
    who = bills.customer[bill]
    count = len(keep)
    method = np.where(random.random(count) < OTHER_METHOD_SHARE, random.integers(0, 4, count), habits.method[who])
    method = np.where(is_returned, DIRECT_DEBIT, method)
    strangers = random.integers(10**8, 10**10, count)
    account = np.where(random.random(count) < OTHER_ACCOUNT_SHARE, strangers, customers.number[who])
    has_account = (method == DIRECT_DEBIT) | (method == TRANSFER)
    says_nothing = (method == TRANSFER) & (random.random(count) < UNNAMED_SHARE)
    second = np.round(paid * 86_400).astype("timedelta64[s]")
    order = random.permutation(count)
    rows = pa.table(
        {
            "payment_id": pa.array([f"Y{block.number:05d}{place:06d}" for place in order], pa.string()),
            "customer_id": np.array(customers.customer_id)[who],
            "bill_id": pa.array(bills.bill_id[bill], mask=says_nothing),
            "paid_at": utility.dates[0].astype("datetime64[s]") + second,
            "amount_cny": np.round(amount, 2),
            "method": np.array(METHODS)[method],
            "payer_account": pa.array(bank_accounts(account), mask=~has_account),
            "status": np.where(is_returned, "returned", "booked"),
        }
    )
    return rows.sort_by([("paid_at", "ascending"), ("payment_id", "ascending")])


def _booked(
    bills: Bills, arrears: Arrears, habits: Habits, random: np.random.Generator
) -> tuple[Ints, Floats, Floats, Bools]:
    """Bill, time in days, amount and whether taken back, of every booking that any bill leads to.

    A correction is settled with its difference to what was billed first.
    """
    count = len(bills)
    is_debit = habits.method[bills.customer] == DIRECT_DEBIT
    due = bills.due.astype(float)
    early = np.where(is_debit, due, bills.issued + random.uniform(0.3, 1.0, count) * (due - bills.issued))
    hour = np.clip(random.normal(14, 4, count), 7, 22) / 24
    paid = np.floor(np.where(arrears.is_late, due + arrears.days_late, early)) + hour
    first = np.where(bills.is_correction, bills.amount[bills.corrects], 0.0) if count else np.zeros(0)
    amount = bills.amount - first
    in_parts = np.flatnonzero((arrears.cause == HARDSHIP) & (random.random(count) < PART_SHARE))
    part = np.round(amount[in_parts] * random.uniform(0.3, 0.7, len(in_parts)), 2)
    bounced = np.flatnonzero(is_debit & ~bills.is_correction & _bounces(arrears, random))
    all_bills = np.arange(count)
    whole = amount.copy()
    whole[in_parts] -= part
    later = paid[in_parts] + 1 + random.exponential(PART_DAYS, len(in_parts))
    tried = np.floor(due[bounced]) - TRIED_DAYS
    return (
        np.concatenate([all_bills, in_parts, bounced, bounced]),
        np.concatenate([paid, later, tried + 0.1, tried + 0.9]),
        np.concatenate([whole, part, amount[bounced], -amount[bounced]]),
        np.concatenate([np.zeros(count + len(in_parts) + len(bounced), bool), np.ones(len(bounced), bool)]),
    )


def _bounces(arrears: Arrears, random: np.random.Generator) -> Bools:
    """(b,) debits that come back: most of those of who has no money, and a few by mistake of the bank."""
    share = np.where(arrears.cause == HARDSHIP, 0.7, RETURNED_SHARE)
    return np.asarray(random.random(len(share)) < share)
