"""Bills can be reckoned again from the files, payments settle them, and lateness has causes but no artefact."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from powerlake.simulate.billing import draw_billing
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.dunning import HEATING_MONTHS
from powerlake.simulate.offers import TARIFFS
from powerlake.simulate.tariffs import tariff_commons
from powerlake.simulate.utility import Block, Customers, Made, Utility

UTILITY = Utility(customers=500, days=400, seed=21)
BLOCK = UTILITY.blocks[1]
CUSTOMERS = draw_customers(UTILITY, BLOCK)


@dataclass(frozen=True)
class Meters:
    """Stands in for `metering.Metering`."""

    billed_kwh: npt.NDArray[np.float32]
    estimated_days: npt.NDArray[np.bool_]


def meters(utility: Utility, block: Block, customers: Customers) -> Meters:
    random = utility.rng("stand-in", block.number)
    day = np.arange(utility.days)
    supplied = (day >= customers.from_day[:, None]) & (day < customers.to_day[:, None])
    kwh = customers.mean_kw[:, None] * 6 * (1 + 0.4 * np.cos(day / 58)) * supplied
    spread = random.lognormal(0, 0.3, (*kwh.shape, 4))
    return Meters((kwh[:, :, None] * spread).astype(np.float32), random.random(kwh.shape) < 0.05)


def billing(utility: Utility, block: Block) -> Made:
    customers = draw_customers(utility, block)
    return draw_billing(utility, block, customers, meters(utility, block, customers))


METERS = meters(UTILITY, BLOCK, CUSTOMERS)
MADE = draw_billing(UTILITY, BLOCK, CUSTOMERS, METERS)
BILLS = MADE.feeds["marketing/bills"].to_pylist()
PAYMENTS = MADE.feeds["marketing/payments"].to_pylist()
DUNNING = MADE.feeds["marketing/dunning"].to_pylist()
ARREARS = {row["bill_id"]: row for row in MADE.truth["arrears"].to_pylist()}


def test_same_seed_same_rows() -> None:
    again = draw_billing(UTILITY, BLOCK, CUSTOMERS, METERS)
    assert again.feeds == MADE.feeds and again.truth == MADE.truth


def test_amounts_follow_from_bill_price_list_and_contract() -> None:
    prices = tariff_commons(UTILITY).feeds["marketing/tariffs"].to_pylist()
    power = dict(zip(CUSTOMERS.customer_id, CUSTOMERS.contracted_kw.tolist(), strict=True))
    before: dict[tuple[str, int], float] = defaultdict(float)
    seen = {bill["bill_id"]: 0.0 for bill in BILLS}
    for bill in sorted(BILLS, key=lambda bill: (bill["period_start_date"], bill["bill_kind"] == "correction")):
        start: date = bill["period_start_date"]
        year = (bill["customer_id"], start.year)
        is_correction = bill["bill_kind"] == "correction"
        earlier = seen[bill["corrects_bill_id"]] if is_correction else before[year]
        rows = [row for row in prices if row["tariff_code"] == bill["tariff_code"] and is_valid(row, start)]
        expected = sum(charge(row, rows, bill, earlier, power[bill["customer_id"]]) for row in rows)
        assert bill["amount_cny"] == pytest.approx(expected, abs=0.011), bill
        if not is_correction:
            seen[bill["bill_id"]] = earlier
            before[year] += bill["energy_kwh"]
    assert {bill["tariff_code"] for bill in BILLS} == {tariff.code for tariff in TARIFFS}


def is_valid(row: dict[str, date], when: date) -> bool:
    return row["valid_from_date"] <= when <= (row["valid_to_date"] or date.max)


def charge(row: dict, rows: list[dict], bill: dict, earlier: float, contracted_kw: float) -> float:
    """CNY that one row of the price list brings to a bill."""
    if row["component"] != "energy":
        return row["price_cny"] * (contracted_kw if row["component"] == "demand" else 1)
    if row["period"] != "all":
        return row["price_cny"] * bill[f"{row['period']}_kwh"]
    higher = [other["step_from_kwh"] for other in rows if other["step_from_kwh"] > row["step_from_kwh"]]
    top = min(higher, default=float("inf"))
    low, high = max(earlier, row["step_from_kwh"]), min(earlier + bill["energy_kwh"], top)
    return row["price_cny"] * max(high - low, 0)


def test_bills_cover_supply_once() -> None:
    billed = np.zeros((len(CUSTOMERS), UTILITY.days), int)
    kwh = np.zeros(len(CUSTOMERS))
    place = {customer: i for i, customer in enumerate(CUSTOMERS.customer_id)}
    for bill in BILLS:
        if bill["bill_kind"] != "correction":
            first, last = ((bill[name] - UTILITY.first_date).days for name in ("period_start_date", "period_end_date"))
            billed[place[bill["customer_id"]], first : last + 1] += 1
            kwh[place[bill["customer_id"]]] += bill["energy_kwh"]
    day = np.arange(UTILITY.days)
    supplied = (day >= CUSTOMERS.from_day[:, None]) & (day < CUSTOMERS.to_day[:, None])
    assert billed.max() == 1 and not (billed > supplied).any()
    through_january = (UTILITY.dates <= np.datetime64("2024-12-31")) & supplied
    assert (billed >= through_january).all()
    assert np.allclose(kwh, (METERS.billed_kwh.sum(axis=2) * billed).sum(axis=1), rtol=1e-4, atol=0.2)


def test_final_bills_and_corrections() -> None:
    ends = dict(zip(CUSTOMERS.customer_id, (UTILITY.dates[0] + CUSTOMERS.to_day - 1).tolist(), strict=True))
    kinds = {bill["bill_id"]: bill["bill_kind"] for bill in BILLS}
    for bill in BILLS:
        if bill["bill_kind"] == "final":
            assert bill["period_end_date"] == ends[bill["customer_id"]]
        assert (bill["corrects_bill_id"] in kinds) == (bill["bill_kind"] == "correction")
    assert {"final", "correction"} <= set(kinds.values())
    assert max(bill["issued_date"] for bill in BILLS) <= UTILITY.last_date


def test_payments_settle_bills_when_the_truth_says() -> None:
    paid: dict[str, float] = defaultdict(float)
    last: dict[str, date] = {}
    for payment in PAYMENTS:
        if payment["bill_id"]:
            paid[payment["bill_id"]] += payment["amount_cny"]
            last[payment["bill_id"]] = max(payment["paid_at"].date(), last.get(payment["bill_id"], date.min))
    by_id = {bill["bill_id"]: bill for bill in BILLS}
    settled = 0
    for bill_id, truth in ARREARS.items():
        bill = by_id[bill_id]
        if not truth["is_late"] and bill_id in last:
            settled += 1
            assert last[bill_id] <= bill["due_date"]
            assert paid[bill_id] == pytest.approx(bill["amount_cny"])
        if truth["is_late"] and truth["days_late"] is not None and paid[bill_id] > 0.01:
            assert last[bill_id] >= bill["due_date"] + timedelta(days=int(truth["days_late"]))
    assert settled > 0.8 * len(ARREARS)
    assert all(payment["paid_at"].date() <= UTILITY.last_date for payment in PAYMENTS)


def test_dunning_goes_to_overdue_bills_only() -> None:
    by_id = {bill["bill_id"]: bill for bill in BILLS}
    kind = dict(zip(CUSTOMERS.customer_id, CUSTOMERS.kind.tolist(), strict=True))
    for row in DUNNING:
        truth, overdue = ARREARS[row["bill_id"]], row["sent_at"].date() - by_id[row["bill_id"]]["due_date"]
        assert truth["is_late"] and overdue.days > 0
        assert truth["days_late"] is None or overdue.days < truth["days_late"]
        assert (row["promised_date"] is not None) == (row["result"] == "promised")
        if row["step"] == "disconnection" and kind[row["customer_id"]] == 0:
            assert row["sent_at"].month not in HEATING_MONTHS
    assert {row["step"] for row in DUNNING} == {"reminder", "call", "notice", "visit", "disconnection"}


def test_lateness_is_predictable_by_its_truth_and_not_by_numbers() -> None:
    utility = Utility(customers=1000, days=400, seed=8)
    probability, is_late, bill_number, customer_number, order = (np.empty(0) for _ in range(5))
    for block in utility.blocks:
        made = billing(utility, block)
        truth = made.truth["arrears"]
        place = {bill: i for i, bill in enumerate(made.feeds["marketing/bills"]["bill_id"].to_pylist())}
        probability = np.append(probability, truth["true_probability"].to_numpy())
        is_late = np.append(is_late, truth["is_late"].to_numpy(zero_copy_only=False))
        bills, customers = truth["bill_id"].to_pylist(), truth["customer_id"].to_pylist()
        bill_number = np.append(bill_number, [int(bill[-6:]) for bill in bills])
        customer_number = np.append(customer_number, [int(customer[1:]) % 250 for customer in customers])
        order = np.append(order, [place[bill] % 250 for bill in bills])
    assert 0.05 < is_late.mean() < 0.13
    assert is_late.mean() == pytest.approx(probability.mean(), abs=0.01)
    likely = probability > 0.3
    assert is_late[likely].mean() == pytest.approx(probability[likely].mean(), abs=0.05)
    assert 0.72 < auc(is_late, probability) < 0.9
    for artefact in (bill_number, order, customer_number):
        assert abs(auc(is_late, artefact) - 0.5) < 0.05


def auc(is_so: npt.NDArray[np.float64], score: npt.NDArray[np.float64]) -> float:
    """Share of pairs of a late and another bill that the score puts in order, ties by half."""
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    late = is_so.astype(bool)
    return float((rank[late].mean() - (late.sum() + 1) / 2) / (~late).sum())


def test_no_month_over_gives_no_bill() -> None:
    utility = Utility(customers=30, days=20, seed=1)
    made = billing(utility, utility.blocks[0])
    assert {name: rows.num_rows for name, rows in made.feeds.items() if rows.num_rows} == {}
    assert made.feeds["marketing/bills"].schema.types == MADE.feeds["marketing/bills"].schema.types
