"""Six months of credit-card statements, as contracts, bills and payments; who then defaults goes to the truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.adapters.columns import numbers, same
from powerlake.landing.adapters.model import TRUTH, Adapter, Piece
from powerlake.landing.adapters.source import first

FILE = "UCI_Credit_Card.csv"
MONTHS = tuple(np.arange("2005-04", "2005-10", dtype="datetime64[M]"))
"""April to September 2005; the set numbers them backwards, 6 to 1."""
STATUS = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")
"""Months in arrears when the month's statement was written, −2 and −1 for none; September is PAY_0 in the file."""
LABEL = "default.payment.next.month"
CNY_PER_TWD = 0.25
"""Of 2005, rounded: amounts of this set stand for their proportions."""


def pieces(folder: Path) -> Iterator[Piece]:
    """Customers, contracts, bills and payments, and the truth apart.

    Sex, education, marriage and age stay out: no utility has them. A customer is one since the first month, as
    far as the set tells. The credit limit comes with the contract, the status with the bill, both beyond the feed's
    columns.
    """
    amounts = [f"{name}{number}" for name in ("BILL_AMT", "PAY_AMT") for number in range(1, 7)]
    clients = first(folder, FILE, "ID", "LIMIT_BAL", *STATUS, *amounts, LABEL)
    yield Piece("marketing/customers", "uci_customers.csv", _customers(clients))
    yield Piece("marketing/contracts", "uci_contracts.csv", _contracts(clients))
    for place, month in enumerate(MONTHS):
        yield Piece("marketing/bills", f"uci_bills_{month}.csv", _bills(clients, place))
        yield Piece("marketing/payments", f"uci_payments_{month}.csv", _payments(clients, place))
    defaults = {"customer_id": clients["ID"], "is_default": pc.equal(clients[LABEL], "1")}
    yield Piece(TRUTH, "uci_credit_default.csv", pa.table(defaults))


def _customers(clients: pa.Table) -> pa.Table:
    count = len(clients)
    return pa.table(
        {
            "customer_id": clients["ID"],
            "customer_kind": same("residential", count),
            "region_code": same("TW", count),
            "opened_date": same(f"{MONTHS[0]}-01", count),
        }
    )


def _contracts(clients: pa.Table) -> pa.Table:
    count = len(clients)
    return pa.table(
        {
            "contract_id": clients["ID"],
            "customer_id": clients["ID"],
            "point_id": clients["ID"],
            "tariff_code": same("credit_card", count),
            "start_date": same(f"{MONTHS[0]}-01", count),
            "credit_limit_cny": numbers(clients["LIMIT_BAL"], CNY_PER_TWD, 2),
        }
    )


def _bills(clients: pa.Table, place: int) -> pa.Table:
    """The statements of month `place`: issued on its last day, due on that of the next.

    Arrears are counted in whole months.
    """
    count, month = len(clients), MONTHS[place]
    return pa.table(
        {
            "bill_id": _numbered(clients, month),
            "customer_id": clients["ID"],
            "contract_id": clients["ID"],
            "period_start_date": same(f"{month}-01", count),
            "period_end_date": same(_last_day(month), count),
            "issued_date": same(_last_day(month), count),
            "due_date": same(_last_day(month + 1), count),
            "amount_cny": numbers(clients[f"BILL_AMT{6 - place}"], CNY_PER_TWD, 2),
            "repayment_status": clients[STATUS[place]],
        }
    )


def _payments(clients: pa.Table, place: int) -> pa.Table:
    """What was paid in month `place`, booked at noon of its last day.

    It is on the bill of the month before, which April's payments lack.
    """
    month = MONTHS[place]
    amount = numbers(clients[f"PAY_AMT{6 - place}"], CNY_PER_TWD, 2)
    count = len(clients)
    payments = pa.table(
        {
            "payment_id": _numbered(clients, month),
            "customer_id": clients["ID"],
            "bill_id": _numbered(clients, MONTHS[place - 1]) if place else pa.nulls(count, pa.string()),
            "paid_at": same(f"{_last_day(month)}T12:00:00+08:00", count),
            "amount_cny": amount,
            "status": same("booked", count),
        }
    )
    return payments.filter(pc.greater(amount, 0))


def _numbered(clients: pa.Table, month: np.datetime64) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(clients["ID"], str(month), "-")


def _last_day(month: np.datetime64) -> str:
    return str((month + 1).astype("datetime64[D]") - 1)


UCI_CREDIT_DEFAULT = Adapter(
    "uci_credit_default", "credit-card statements, payments and defaults", (FILE,), pieces, "Asia/Taipei"
)
