"""What customers want from customer service, and the channels they use.

A ticket has a reason: a bill far above the usual one, an overdue bill, a storm, a move, a change of tariff, or the
ordinary need of a year. Truth `intents` (ticket_id, intent) tells it; the clerk's category errs now and then.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.arrears import bill_shock, draw_arrears
from powerlake.simulate.bills import Billed, draw_bills
from powerlake.simulate.habits import Habits, draw_habits
from powerlake.simulate.names import phones
from powerlake.simulate.ticket_texts import INTENTS, ticket_text
from powerlake.simulate.utility import REGIONS, Block, Customers, Floats, Ints, Made, Utility
from powerlake.simulate.weather import weather

YEARLY = {
    "bill_question": 0.10,
    "high_bill": 0.03,
    "bill_correction": 0.02,
    "payment_problem": 0.02,
    "outage_report": 0.03,
    "meter_fault": 0.025,
    "voltage_complaint": 0.02,
    "move_in": 0.02,
    "move_out": 0.01,
    "tariff_change": 0.03,
    "ev_charger": 0.02,
    "solar_application": 0.015,
    "theft_tip": 0.006,
    "appointment": 0.03,
    "contact_change": 0.03,
    "invoice_request": 0.04,
    "saving_advice": 0.02,
    "complaint_service": 0.02,
    "thanks": 0.015,
    "out_of_scope": 0.05,
}
"""Tickets a customer and year without an event behind them (chosen)."""
AFTER_SHOCK = 0.10
"""Probability of a ticket for a bill e times the usual one, in proportion to the logarithm below and above."""
AFTER_LATE = 0.10
AFTER_ESTIMATE = 0.08
AFTER_STORM = 0.004
"""Probability that a customer reports an outage on a day of storm."""
AFTER_MOVE = 0.5
CLERK_RIGHT = 0.85
CHANNELS = ("hotline", "app", "web", "counter", "wechat")
ACTIONS = ("view_bill", "pay", "view_usage", "report_outage", "change_contract", "other")
VISITS_A_YEAR = 8.0
"""Visits to any channel at the median."""

Wishes = list[tuple[str, Ints, Floats]]


def draw_service(utility: Utility, block: Block, customers: Customers, metering: Billed) -> Made:
    """Feeds service/tickets and channel_usage; truth intents."""
    habits = draw_habits(utility, block, customers)
    random = utility.rng("tickets", block.number)
    wishes = _ordinary(utility, customers, random) + _after_bills(utility, block, customers, habits, metering, random)
    wishes += _after_events(utility, block, customers, random)
    tickets, intents = _tickets(utility, block, customers, habits, wishes, random)
    return Made(
        feeds={"service/tickets": tickets, "service/channel_usage": _visits(utility, block, customers, habits)},
        truth={"intents": intents},
    )


def _ordinary(utility: Utility, customers: Customers, random: np.random.Generator) -> Wishes:
    """Intent, customers' places and days of needs that come at any time of supply."""
    length = np.maximum(customers.to_day - customers.from_day, 0)
    wishes = []
    for intent, rate in YEARLY.items():
        count = random.poisson(rate * length / 365)
        who = np.repeat(np.arange(len(customers)), count)
        wishes.append((intent, who, customers.from_day[who] + random.random(len(who)) * length[who]))
    return wishes


def _after_bills(
    utility: Utility, block: Block, customers: Customers, habits: Habits, metering: Billed, random: np.random.Generator
) -> Wishes:
    """Needs that a bill or its being overdue brings about."""
    bills = draw_bills(utility, block, customers, metering)
    arrears = draw_arrears(utility, block, customers, habits, bills)
    shares = {
        "high_bill": AFTER_SHOCK * np.maximum(bill_shock(customers, bills), 0),
        "bill_correction": AFTER_ESTIMATE * bills.is_estimated,
        "payment_problem": AFTER_LATE * arrears.is_late,
    }
    wishes = []
    for intent, share in shares.items():
        those = np.flatnonzero(random.random(len(bills)) < share)
        start = (bills.due if intent == "payment_problem" else bills.issued)[those]
        wishes.append((intent, bills.customer[those], start + random.exponential(5.0, len(those))))
    return wishes


def _after_events(utility: Utility, block: Block, customers: Customers, random: np.random.Generator) -> Wishes:
    """Needs of storms, moves and changes of tariff."""
    storm = weather(utility).storm[REGIONS.index(block.region_code)].reshape(utility.days, 24).any(axis=1)
    who, day = np.nonzero(random.random((len(customers), utility.days)) < AFTER_STORM * storm)
    wishes: Wishes = [("outage_report", who, day + random.random(len(day)))]
    moments = {
        "move_in": np.where(customers.from_day > 0, customers.from_day, -1),
        "move_out": np.where(customers.to_day < utility.days, customers.to_day, -1),
        "tariff_change": customers.tariff_switch_day,
    }
    for intent, days in moments.items():
        those = np.flatnonzero((days > 0) & (random.random(len(days)) < AFTER_MOVE))
        wishes.append((intent, those, days[those] - random.uniform(1, 20, len(those))))
    return wishes


def _tickets(
    utility: Utility, block: Block, customers: Customers, habits: Habits, wishes: Wishes, random: np.random.Generator
) -> tuple[pa.Table, pa.Table]:
    """Feed service/tickets by time, and truth intents."""
    intent = np.concatenate([np.full(len(who), INTENTS.index(name)) for name, who, _ in wishes])
    who = np.concatenate([places for _, places, _ in wishes])
    day = np.concatenate([days for _, _, days in wishes])
    inside = np.flatnonzero((day >= 0) & (day < utility.days))
    order = inside[np.argsort(day[inside], kind="stable")]
    intent, who, day = intent[order], who[order], day[order]
    count = len(order)
    language = np.where(random.random(count) < 0.05, "en", np.array(customers.language, "U2")[who])
    opened = _moments(utility, day)
    took = (random.lognormal(10.5, 1.2, count)).astype("timedelta64[s]")
    guess = np.where(random.random(count) < CLERK_RIGHT, intent, random.integers(0, len(INTENTS), count))
    ticket_id = pa.array([f"N{block.number:05d}{place:06d}" for place in random.permutation(count)], pa.string())
    channel = _channels(habits.digital[who], random)
    tickets = {
        "ticket_id": ticket_id,
        "customer_id": pa.array(np.array(customers.customer_id)[who], mask=random.random(count) < 0.12),
        "phone": pa.array(phones(customers.number[who]), mask=random.random(count) < 0.10),
        "opened_at": opened,
        "closed_at": pa.array(opened + took, mask=opened + took > utility.dates[-1] + 1),
        "channel": np.array(CHANNELS)[channel],
        "language": language,
        "text": pa.array(
            [ticket_text(INTENTS[i], lang, random) for i, lang in zip(intent, language.tolist(), strict=True)],
            pa.string(),
        ),
        "category_code": np.array(INTENTS)[guess],
        "resolution_code": np.array(("answered", "referred", "work_order"))[random.integers(0, 3, count)],
        "satisfaction": pa.array(random.binomial(4, 0.72, count) + 1, mask=random.random(count) < 0.6),
    }
    truth = pa.table({"ticket_id": ticket_id, "intent": np.array(INTENTS)[intent]})
    return pa.table(tickets), truth.sort_by("ticket_id")


def _visits(utility: Utility, block: Block, customers: Customers, habits: Habits) -> pa.Table:
    """Feed service/channel_usage, by time: the more digital, the more often, and the more by app."""
    random = utility.rng("visits", block.number)
    length = np.maximum(customers.to_day - customers.from_day, 0)
    rate = VISITS_A_YEAR * np.exp(0.6 * habits.digital)
    who = np.repeat(np.arange(len(customers)), random.poisson(rate * length / 365))
    day = customers.from_day[who] + random.random(len(who)) * length[who]
    order = np.argsort(day, kind="stable")
    who, day, count = who[order], day[order], len(order)
    action = random.choice(len(ACTIONS), count, p=[0.35, 0.3, 0.2, 0.03, 0.04, 0.08])
    number = random.permutation(count)
    return pa.table(
        {
            "usage_id": pa.array([f"U{block.number:05d}{place:07d}" for place in number], pa.string()),
            "customer_id": np.array(customers.customer_id)[who],
            "used_at": _moments(utility, day),
            "channel": np.array(CHANNELS)[_channels(habits.digital[who], random)],
            "action": np.array(ACTIONS)[action],
            "duration_s": 5 + np.round(random.lognormal(4.2, 0.8, count)).astype(np.int64),
        }
    )


def _channels(digital: Floats, random: np.random.Generator) -> Ints:
    """Places in CHANNELS: a draw of a multinomial logit."""
    liking = np.stack([-0.5 * digital, 0.8 * digital, 0.3 * digital - 0.8, -0.8 * digital - 1.0, 0.3 * digital - 0.2])
    return np.asarray(np.argmax(liking + random.gumbel(0, 1, liking.shape), axis=0))


def _moments(utility: Utility, day: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    """Local times of days with a fraction, in the hours people are awake."""
    whole = np.floor(day)
    second = whole * 86_400 + np.round((7 + 15 * (day - whole)) * 3600)
    return np.asarray(utility.dates[0].astype("datetime64[s]") + second.astype("timedelta64[s]"))
