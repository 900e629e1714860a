"""The monthly bills of a block: what the utility believes was used, by the prices of the tariff that holds.

The amount of a bill can be reckoned again from the bill, the price list and the contract: kWh by period times price;
for a step tariff the calendar year's energy billed before tells the step; the two-part tariff adds its price of a kW
of contracted power a month, however many days are billed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from powerlake.simulate.offers import FARM, FIRM_FLAT, FLAT, HOME_FLAT, HOME_STEP, TARIFFS, Prices
from powerlake.simulate.tariffs import price_change_date
from powerlake.simulate.utility import Block, Bools, Customers, Dates, Floats, Ints, Utility

PERIODS = 4
TARIFF_CATEGORIES = np.array([tariff.category for tariff in TARIFFS])
ISSUE_DAYS = 5
"""Bills are issued within so many days after the last day billed."""
BY_OTHER_SHARE = 0.0015
"""Bills by another tariff than the contract's, one that asks for no hours; chosen."""
DUE_DAYS = 15
"""Time to pay after issue."""
CORRECTED_ESTIMATES = 0.3
"""Bills on an estimated reading that are corrected a month later."""
CORRECTED_OTHERS = 0.004
CORRECTION_SPREAD = 0.12
"""Standard deviation of the logarithm of corrected over first energy."""


class Billed(Protocol):
    """What billing needs of `metering.Metering`."""

    @property
    def billed_kwh(self) -> npt.NDArray[np.float32]:
        """(n, days, 4) kWh by tariff period."""

    @property
    def estimated_days(self) -> Bools:
        """(n, days) days of which a part is an estimate."""


@dataclass(frozen=True)
class Bills:
    """Bills of a block, parallel arrays (b,); corrections come after all others. Days are places in `Utility.dates`."""

    bill_id: npt.NDArray[np.str_]
    customer: Ints
    """Place in the block."""
    month: Ints
    """Places among the utility's calendar months."""
    start: Ints
    end: Ints
    """Last day billed."""
    issued: Ints
    due: Ints
    kwh: Floats
    """(b, 4) by period of the tariff."""
    amount: Floats
    tariff: Ints
    is_other: Bools
    """Reckoned by another tariff than the contract's, by a clerk's error."""
    is_final: Bools
    is_estimated: Bools
    corrects: Ints
    """Place of the bill it takes the place of; −1 for others."""

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def is_correction(self) -> Bools:
        """(b,)."""
        return self.corrects >= 0


def draw_bills(utility: Utility, block: Block, customers: Customers, metering: Billed) -> Bills:
    """Every bill issued by the utility's last day."""
    random = utility.rng("bills", block.number)
    customer, month, start, end = _spans(utility, customers)
    kwh = np.round(_energy(metering, customer, start, end), 2)
    tariff, kwh, is_other = _by_other_tariff(utility, block, tariff_on(customers, customer, start), kwh)
    year = utility.dates[start].astype("datetime64[Y]").astype(np.int64)
    before = _earlier_in_year(customer, year, kwh.sum(axis=1))
    issued = end + random.integers(1, ISSUE_DAYS + 1, len(customer))
    is_estimated = metering.estimated_days[customer, end]
    amount = amounts(utility, tariff, utility.dates[start], kwh, before, customers.contracted_kw[customer])
    redrawn = np.flatnonzero(random.random(len(end)) < np.where(is_estimated, CORRECTED_ESTIMATES, CORRECTED_OTHERS))
    better = np.round(kwh[redrawn] * random.lognormal(0, CORRECTION_SPREAD, (len(redrawn), 1)), 2)
    whole = np.concatenate([np.arange(len(customer)), redrawn])
    is_first = np.arange(len(whole)) < len(customer)
    again = amounts(
        utility,
        tariff[redrawn],
        utility.dates[start[redrawn]],
        better,
        before[redrawn],
        customers.contracted_kw[customer[redrawn]],
    )
    issued = np.where(is_first, issued[whole], issued[whole] + random.integers(25, 40, len(whole)))
    bills = Bills(
        bill_id=_ids(block, random.permutation(len(whole))),
        customer=customer[whole],
        month=month[whole],
        start=start[whole],
        end=end[whole],
        issued=issued,
        due=issued + DUE_DAYS,
        kwh=np.concatenate([kwh, better]),
        amount=np.concatenate([amount, again]),
        tariff=tariff[whole],
        is_other=is_other[whole],
        is_final=(end + 1 == customers.to_day[customer])[whole] & (end[whole] + 1 < utility.days),
        is_estimated=is_estimated[whole] & is_first,
        corrects=np.where(is_first, -1, whole),
    )
    return _issued(bills, utility.days)


def amounts(
    utility: Utility, tariff: Ints, first: Dates, kwh: Floats, before_kwh: Floats, contracted_kw: Floats
) -> Floats:
    """(b,) CNY of bills from `first` days, energy `kwh` (b, 4) by period and that of the year billed before."""
    is_new = first >= np.datetime64(price_change_date(utility))
    amount = np.zeros(len(tariff))
    for number in np.unique(tariff):
        for prices, is_edition in ((TARIFFS[number].before, ~is_new), (TARIFFS[number].after, is_new)):
            those = np.flatnonzero((tariff == number) & is_edition)
            has_periods = bool(TARIFFS[number].schedule)
            energy = _energy_price(prices, has_periods, kwh[those], before_kwh[those])
            amount[those] = energy + prices.demand * contracted_kw[those] + prices.fixed
    return np.round(amount, 2)


def _energy_price(prices: Prices, has_periods: bool, kwh: Floats, before_kwh: Floats) -> Floats:
    """(b,) CNY for energy: by period, or by step of the year's energy."""
    if has_periods:
        return np.asarray(kwh @ np.array(prices.by_period))
    limits, price = (np.array(values) for values in zip(*prices.by_step, strict=True))
    top = np.append(limits[1:], np.inf)
    after = before_kwh + kwh.sum(axis=1)
    in_step = np.clip(after[:, None], limits, top) - np.clip(before_kwh[:, None], limits, top)
    return np.asarray(in_step @ price)


def _by_other_tariff(utility: Utility, block: Block, tariff: Ints, kwh: Floats) -> tuple[Ints, Floats, Bools]:
    """Tariffs and energies (b, 4) of bills, a few by another tariff with all energy in its one period; and which."""
    random = utility.rng("other tariffs", block.number)
    is_other = random.random(len(tariff)) < BY_OTHER_SHARE * utility.soil
    is_home = TARIFF_CATEGORIES[tariff] == TARIFF_CATEGORIES[HOME_FLAT]
    plain = np.where(is_home, HOME_FLAT, FIRM_FLAT)
    other = np.where(plain != tariff, plain, np.where(is_home, HOME_STEP, FARM))
    whole = np.zeros_like(kwh)
    whole[:, FLAT] = np.round(kwh.sum(axis=1), 2)
    return np.where(is_other, other, tariff), np.where(is_other[:, None], whole, kwh), is_other


def tariff_on(customers: Customers, customer: Ints, day: Ints) -> Ints:
    """(b,) the tariff of customers, by place, on days."""
    switch = customers.tariff_switch_day[customer]
    return np.where((switch >= 0) & (day >= switch), customers.switched_tariff[customer], customers.tariff[customer])


def month_starts(utility: Utility) -> Ints:
    """Days on which a calendar month, or the utility's first part of one, begins."""
    return np.unique(utility.dates.astype("datetime64[M]"), return_index=True)[1]


def _spans(utility: Utility, customers: Customers) -> tuple[Ints, Ints, Ints, Ints]:
    """Customer, month, first and last day of every bill of months that have ended, by customer and month."""
    starts = month_starts(utility)
    last = utility.dates.astype("datetime64[M]")[starts] + 1
    ends = (last.astype("datetime64[D]") - utility.dates[0]).astype(np.int64)
    start = np.maximum(starts, customers.from_day[:, None])
    end = np.minimum(ends, customers.to_day[:, None])
    is_over = np.where(customers.to_day < utility.days, customers.to_day, ends.max() + 1)[:, None] <= ends
    is_billed = (start < end) & ((ends <= utility.days) | is_over)
    customer, month = np.nonzero(is_billed)
    return customer, month, start[customer, month], end[customer, month] - 1


def _energy(metering: Billed, customer: Ints, start: Ints, end: Ints) -> Floats:
    """(b, 4) kWh from the first to the last day of each bill."""
    n = metering.billed_kwh.shape[0]
    so_far = np.concatenate([np.zeros((n, 1, PERIODS)), np.cumsum(metering.billed_kwh, axis=1, dtype=np.float64)], 1)
    return np.asarray(so_far[customer, end + 1] - so_far[customer, start])


def _earlier_in_year(customer: Ints, year: Ints, kwh: Floats) -> Floats:
    """(b,) energy of the same customer's earlier bills of the calendar year; bills are in order of both."""
    total = np.cumsum(kwh) - kwh
    is_new = np.append(True, (np.diff(customer) != 0) | (np.diff(year) != 0))[: len(kwh)]
    group = np.cumsum(is_new) - 1
    return np.asarray(np.round(total - total[is_new][group], 2))


def _ids(block: Block, order: Ints) -> npt.NDArray[np.str_]:
    return np.array([f"B{block.number:05d}{place:06d}" for place in order], "U12")


def _issued(bills: Bills, days: int) -> Bills:
    """The bills that went out before the last day ended."""
    keep = np.flatnonzero(bills.issued < days)
    place = np.full(len(bills), -1)
    place[keep] = np.arange(len(keep))
    parts = {name: values[keep] for name, values in vars(bills).items()}
    parts["corrects"] = np.where(parts["corrects"] >= 0, place[parts["corrects"]], -1)
    return Bills(**parts)
