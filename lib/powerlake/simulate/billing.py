"""Bills, payments and dunning of a block as marketing's files tell them, and truth `arrears`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.arrears import arrears_truth, draw_arrears
from powerlake.simulate.bills import Billed, Bills, draw_bills
from powerlake.simulate.conflicts import noted
from powerlake.simulate.dunning import dunning_rows
from powerlake.simulate.habits import draw_habits
from powerlake.simulate.offers import TARIFFS
from powerlake.simulate.payments import payment_rows
from powerlake.simulate.utility import Block, Customers, Made, Utility
from powerlake.tables.feeds.survivorship import Conflict


def draw_billing(utility: Utility, block: Block, customers: Customers, metering: Billed) -> Made:
    """Feeds marketing/bills, payments and dunning; truth arrears and conflicts."""
    habits = draw_habits(utility, block, customers)
    bills = draw_bills(utility, block, customers, metering)
    arrears = draw_arrears(utility, block, customers, habits, bills)
    return Made(
        feeds={
            "marketing/bills": bill_rows(utility, customers, bills),
            "marketing/payments": payment_rows(utility, block, customers, habits, bills, arrears),
            "marketing/dunning": dunning_rows(utility, block, customers, bills, arrears),
        },
        truth={
            "arrears": arrears_truth(customers, bills, arrears),
            "conflicts": noted(
                Conflict.BILLED_BY_OTHER_TARIFF, ("bill", pa.array(bills.bill_id[bills.is_other])), "tariff_code"
            ),
        },
    )


def bill_rows(utility: Utility, customers: Customers, bills: Bills) -> pa.Table:
    """Feed marketing/bills, by date of issue and number."""
    kind = np.select([bills.is_correction, bills.is_final], ["correction", "final"], "normal")
    rows = pa.table(
        {
            "bill_id": bills.bill_id,
            "customer_id": np.array(customers.customer_id)[bills.customer],
            "contract_id": pa.array([f"K{number:08d}" for number in customers.number[bills.customer]], pa.string()),
            "period_start_date": utility.dates[bills.start],
            "period_end_date": utility.dates[bills.end],
            "issued_date": utility.dates[bills.issued],
            "due_date": utility.dates[0] + bills.due,
            "energy_kwh": np.round(bills.kwh.sum(axis=1), 2),
            **{f"{name}_kwh": bills.kwh[:, place] for place, name in enumerate(("sharp", "peak", "flat", "valley"))},
            "amount_cny": bills.amount,
            "tariff_code": np.array([tariff.code for tariff in TARIFFS])[bills.tariff],
            "bill_kind": kind,
            "corrects_bill_id": pa.array(bills.bill_id[bills.corrects], mask=~bills.is_correction)
            if len(bills)
            else pa.array([], pa.string()),
            "is_estimated": bills.is_estimated,
        }
    )
    return rows.sort_by([("issued_date", "ascending"), ("bill_id", "ascending")])
