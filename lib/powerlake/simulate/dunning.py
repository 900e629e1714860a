"""What the utility does about overdue bills, step by step until they are paid."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.arrears import DISPUTE, MOVED_OUT, Arrears
from powerlake.simulate.bills import Bills
from powerlake.simulate.customers import HOME
from powerlake.simulate.names import Texts
from powerlake.simulate.utility import Block, Customers, Floats, Ints, Utility

STEPS = (
    ("reminder", 6, "sms"),
    ("call", 18, "phone"),
    ("notice", 32, "letter"),
    ("visit", 50, "visit"),
    ("disconnection", 75, "visit"),
)
"""Step, days after the due date, usual channel."""
SKIPPED_SHARE = 0.12
"""Steps left out for want of hands."""
PAID_WITHIN_DAYS = 4
"""A payment so soon after a step is put down to it."""
HEATING_MONTHS = (11, 12, 1, 2, 3)
"""No home is cut off then (chosen, after the rules of cold provinces)."""


def dunning_rows(utility: Utility, block: Block, customers: Customers, bills: Bills, arrears: Arrears) -> pa.Table:
    """Feed marketing/dunning, by time and number."""
    random = utility.rng("dunning", block.number)
    bill, step, day = _taken(utility, customers, bills, arrears, random)
    who = bills.customer[bill]
    count = len(bill)
    second = (day * 86_400 + random.integers(8 * 3600, 18 * 3600, count)).astype("timedelta64[s]")
    result = _results(arrears, bill, bills.due[bill] + arrears.days_late[bill] - day, random)
    order = random.permutation(count)
    names, _, channels = (np.array(values) for values in zip(*STEPS, strict=True))
    promised = utility.dates[0] + day + random.integers(2, 11, count)
    in_app = (step == 0) & (random.random(count) < 0.4)
    rows = pa.table(
        {
            "dunning_id": pa.array([f"D{block.number:05d}{place:06d}" for place in order], pa.string()),
            "bill_id": bills.bill_id[bill],
            "customer_id": np.array(customers.customer_id)[who],
            "step": names[step],
            "sent_at": utility.dates[0].astype("datetime64[s]") + second,
            "channel": np.where(in_app, "app", channels[step]),
            "result": result,
            "promised_date": pa.array(promised, mask=result != "promised"),
        }
    )
    return rows.sort_by([("sent_at", "ascending"), ("dunning_id", "ascending")])


def _taken(
    utility: Utility, customers: Customers, bills: Bills, arrears: Arrears, random: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Bill, place in STEPS and day of every step taken while a bill was overdue."""
    after = np.array([days for _, days, _ in STEPS])
    day = bills.due[:, None] + after + random.integers(0, 3, (len(bills), len(STEPS)))
    is_open = arrears.is_late[:, None] & (arrears.days_late[:, None] > day - bills.due[:, None])
    is_done = is_open & (day < utility.days) & (random.random(day.shape) >= SKIPPED_SHARE)
    month = (utility.dates[0] + day).astype("datetime64[M]").astype(np.int64) % 12 + 1
    is_home = (customers.kind == HOME)[bills.customer]
    is_done[:, -1] &= ~(is_home & np.isin(month[:, -1], HEATING_MONTHS))
    bill, step = np.nonzero(is_done)
    return bill, step, day[bill, step]


def _results(arrears: Arrears, bill: Ints, days_to_payment: Floats, random: np.random.Generator) -> Texts:
    """(d,) what the step led to, by what comes and by the cause."""
    draw = random.random(len(bill))
    cause = arrears.cause[bill]
    return np.select(
        [
            days_to_payment <= PAID_WITHIN_DAYS,
            (cause == DISPUTE) & (draw < 0.6),
            (cause == MOVED_OUT) & (draw < 0.7),
            draw < 0.35,
            draw < 0.5,
        ],
        ["paid", "disputed", "unreachable", "promised", "unreachable"],
        "none",
    )
