"""Customers and contracts in marketing's files: valid numbers, whole histories, second accounts that are known."""

import re

import numpy as np

from powerlake.simulate import names
from powerlake.simulate.accounts import customer_rows
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.utility import Utility

UTILITY = Utility(customers=750, days=400, seed=11)
BLOCK = UTILITY.blocks[1]
CUSTOMERS = draw_customers(UTILITY, BLOCK)
MADE = customer_rows(UTILITY, BLOCK, CUSTOMERS)
PEOPLE = MADE.feeds["marketing/customers"].to_pylist()
CONTRACTS = MADE.feeds["marketing/contracts"].to_pylist()


def test_same_seed_same_rows() -> None:
    again = customer_rows(UTILITY, BLOCK, CUSTOMERS)
    assert again.feeds == MADE.feeds and again.truth == MADE.truth


def test_identity_numbers_pass_their_checks() -> None:
    second = {row["customer_id"] for row in MADE.truth["duplicates"].to_pylist() if row["difference"] == "id_number"}
    for row in PEOPLE:
        if row["customer_id"] not in second:
            is_valid = is_card if row["customer_kind"] == "residential" else is_credit_code
            assert is_valid(row["id_number"]), row["id_number"]


def is_card(number: str) -> bool:
    """GB 11643: weighted sum of all 18, X as ten, is 1 modulo 11."""
    digits = [10 if sign == "X" else int(sign) for sign in number]
    return len(digits) == 18 and sum(d * pow(2, 17 - i, 11) for i, d in enumerate(digits)) % 11 == 1


def is_credit_code(code: str) -> bool:
    """GB 32100: weighted sum with the check is 0 modulo 31."""
    values = ["0123456789ABCDEFGHJKLMNPQRTUWXY".index(sign) for sign in code]
    return len(values) == 18 and (sum(v * pow(3, i, 31) for i, v in enumerate(values[:17])) + values[17]) % 31 == 0


def test_accounts_pass_luhn() -> None:
    for account in names.bank_accounts(np.arange(20)):
        digits = [int(sign) for sign in str(account)[::-1]]
        assert len(digits) == 19
        assert sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def test_numbers_of_persons_differ() -> None:
    number = np.arange(5000)
    for texts in (names.phones(number), names.bank_accounts(number), names.credit_codes(number)):
        assert len(set(texts.tolist())) == 5000
    order = np.corrcoef(number, names.phones(number).astype(np.int64))[0, 1]
    assert abs(order) < 0.05
    assert all(re.fullmatch(r"154\d{8}", phone) for phone in names.phones(number[:9]).tolist())


def test_contracts_tell_each_day_once() -> None:
    covered = np.zeros((len(CUSTOMERS), UTILITY.days), int)
    place = {customer: i for i, customer in enumerate(CUSTOMERS.customer_id)}
    for row in CONTRACTS:
        if row["customer_id"] in place:
            first = max(0, (row["start_date"] - UTILITY.first_date).days)
            last = (row["end_date"] - UTILITY.first_date).days if row["end_date"] else UTILITY.days - 1
            covered[place[row["customer_id"]], first : last + 1] += 1
    day = np.arange(UTILITY.days)
    supplied = (day >= CUSTOMERS.from_day[:, None]) & (day < CUSTOMERS.to_day[:, None])
    assert (covered == supplied).all()


def test_successors_take_over_point_and_address() -> None:
    point = {row["customer_id"]: row["point_id"] for row in CONTRACTS}
    address = {row["customer_id"]: row["address"] for row in PEOPLE}
    moves = MADE.truth["moves"].to_pylist()
    assert moves
    for row in moves:
        assert point[row["customer_id"]] == point[row["successor_id"]]
        assert address[row["customer_id"]] == address[row["successor_id"]]


def test_duplicates_differ_as_the_truth_says() -> None:
    made = [
        customer_rows(utility, utility.blocks[0], draw_customers(utility, utility.blocks[0]))
        for utility in (Utility(250, 60, seed) for seed in range(8))
    ]
    seen = set()
    for one in made:
        people = {row["customer_id"]: row for row in one.feeds["marketing/customers"].to_pylist()}
        for row in one.truth["duplicates"].to_pylist():
            first, second = people[row["duplicate_of"]], people[row["customer_id"]]
            differing = {name for name in ("name", "phone", "address", "id_number") if first[name] != second[name]}
            assert differing <= {row["difference"]}
            seen.add(row["difference"])
        old = [customer for customer in people if customer >= "C9"]
        assert one.truth["duplicates"].num_rows <= len(old)
    duplicates = sum(one.truth["duplicates"].num_rows for one in made)
    old_system = sum(row >= "C9" for one in made for row in one.feeds["marketing/customers"]["customer_id"].to_pylist())
    assert len(seen) >= 4 and 0 < duplicates < 0.6 * old_system


def test_block_of_one() -> None:
    utility = Utility(customers=1, days=1, seed=2)
    made = customer_rows(utility, utility.blocks[0], draw_customers(utility, utility.blocks[0]))
    assert made.feeds["marketing/customers"].num_rows in {1, 2}
