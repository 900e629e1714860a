"""The customers and their contracts as marketing's files tell them, with accounts that should not be there.

Truth `duplicates` (customer_id, duplicate_of, difference): the same person registered twice, in an older system whose
numbers are of a range of their own (`old_accounts`). Most accounts of that system are no duplicates but of former
customers of the same premises, so the number alone tells little. Truth `moves` (customer_id, moved_out_date,
successor_id, moved_in_date): who left premises and who came after, at the same address and supply point.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate import names
from powerlake.simulate.customers import HOME, draw_moves
from powerlake.simulate.habits import DIRECT_DEBIT, METHODS, draw_habits
from powerlake.simulate.offers import TARIFFS
from powerlake.simulate.old_accounts import draw_old_accounts
from powerlake.simulate.utility import KINDS, Block, Customers, Dates, Ints, Made, Utility

KEY_ACCOUNT_KW = 500.0
FIRST_OPENED_DAYS = 15 * 365
"""Customers from before the start have been so for up to this long."""


def customer_rows(utility: Utility, block: Block, customers: Customers) -> Made:
    """Feeds marketing/customers and contracts, truth duplicates and moves."""
    opened = _opened(utility, block, customers)
    people = _people(utility, block, customers, opened)
    old = draw_old_accounts(utility, block, customers, people)
    contracts = pa.concat_tables([_contracts(utility, block, customers, opened), old.contracts])
    return Made(
        feeds={
            "marketing/customers": pa.concat_tables([people, old.people]).sort_by("customer_id"),
            "marketing/contracts": contracts.sort_by([("contract_id", "ascending"), ("start_date", "ascending")]),
        },
        truth={
            "duplicates": old.duplicates,
            "moves": _moves_truth(utility, block, customers),
            "conflicts": old.conflicts,
        },
    )


def _opened(utility: Utility, block: Block, customers: Customers) -> Dates:
    before = utility.rng("opened", block.number).integers(30, FIRST_OPENED_DAYS, len(customers))
    return np.asarray(utility.dates[0] + np.where(customers.from_day > 0, customers.from_day, -before))


def _ends(utility: Utility, day_after: Ints) -> pa.Array:
    """Last days of supply; null for those who stay."""
    return pa.array(utility.dates[0] + day_after - 1, mask=day_after >= utility.days)


def _people(utility: Utility, block: Block, customers: Customers, opened: Dates) -> pa.Table:
    """A row a customer of the block. What is missing is missing by chance."""
    random = utility.rng("people", block.number)
    n, is_home = len(customers), customers.kind == HOME
    name, latin = names.person_names(np.array(customers.language) == "en", random)
    firm = names.firm_names(customers.sector_code, random)
    number = customers.number
    premises = number.copy()
    moves = draw_moves(utility, block, customers.kind)
    premises[moves.came] = number[moves.left]
    debit = draw_habits(utility, block, customers).method == DIRECT_DEBIT
    return pa.table(
        {
            "customer_id": customers.customer_id,
            "name": np.where(is_home, name, firm),
            "id_number": np.where(is_home, names.identity_numbers(number, random), names.credit_codes(number)),
            "phone": _known(names.phones(number), 0.97, random),
            "email": _known(names.emails(latin, number, random), 0.55, random),
            "address": names.addresses(premises, block.region_code),
            "bank_account": pa.array(names.bank_accounts(number), mask=~debit & (random.random(n) >= 0.25)),
            "customer_kind": np.array(KINDS)[customers.kind],
            "sector_code": pa.array(np.array(customers.sector_code), mask=is_home),
            "region_code": [block.region_code] * n,
            "opened_date": opened,
            "closed_date": _ends(utility, customers.to_day),
            "contracted_kw": customers.contracted_kw,
            "is_key_account": customers.contracted_kw >= KEY_ACCOUNT_KW,
            "language": customers.language,
            "household_size": pa.array(customers.household_size, mask=~is_home | (random.random(n) >= 0.7)),
            "floor_area_m2": pa.array(
                customers.floor_area_m2, mask=(customers.floor_area_m2 <= 0) | (random.random(n) >= 0.75)
            ),
            "has_pv": customers.has_pv,
            "has_ev": customers.has_ev & (random.random(n) < 0.85),
            "has_heat_pump": customers.has_heat_pump & (random.random(n) < 0.8),
        }
    )


def _known(text: names.Texts, share: float, random: np.random.Generator) -> pa.Array:
    return pa.array(text, mask=random.random(len(text)) >= share)


def _contracts(utility: Utility, block: Block, customers: Customers, opened: Dates) -> pa.Table:
    """A row a customer, and another for a tariff changed while supply lasts."""
    switch = customers.tariff_switch_day
    is_early = (switch >= 0) & (switch <= customers.from_day)
    is_changed = (switch > customers.from_day) & (switch < customers.to_day)
    changed = np.flatnonzero(is_changed)
    customer = np.concatenate([np.arange(len(customers)), changed])
    is_second = np.arange(len(customer)) >= len(customers)
    tariff = np.where(is_early, customers.switched_tariff, customers.tariff)[customer]
    day_after = np.where(is_changed[customer] & ~is_second, switch[customer], customers.to_day[customer])
    random = utility.rng("contracts", block.number)
    moves = draw_moves(utility, block, customers.kind)
    point = np.arange(len(customers))
    point[moves.came] = moves.left
    deposit = np.where(random.random(len(customers)) < 0.2, np.round(20 * customers.contracted_kw, -1), 0.0)
    return pa.table(
        {
            "contract_id": [f"K{number:08d}" for number in customers.number[customer]],
            "customer_id": np.array(customers.customer_id)[customer],
            "point_id": np.array(customers.point_id)[point[customer]],
            "tariff_code": np.array([item.code for item in TARIFFS])[
                np.where(is_second, customers.switched_tariff[customer], tariff)
            ],
            "start_date": np.where(is_second, utility.dates[0] + switch[customer], opened[customer]),
            "end_date": _ends(utility, day_after),
            "contracted_kw": customers.contracted_kw[customer],
            "payment_method": np.array(METHODS)[draw_habits(utility, block, customers).method][customer],
            "deposit_cny": deposit[customer],
            "status": np.where(day_after < utility.days, "ended", "active"),
        }
    )


def _moves_truth(utility: Utility, block: Block, customers: Customers) -> pa.Table:
    moves = draw_moves(utility, block, customers.kind)
    customer_id = np.array(customers.customer_id)
    return pa.table(
        {
            "customer_id": customer_id[moves.left],
            "moved_out_date": utility.dates[0] + moves.to_day[moves.left] - 1,
            "successor_id": customer_id[moves.came],
            "moved_in_date": utility.dates[0] + moves.from_day[moves.came],
        }
    )
