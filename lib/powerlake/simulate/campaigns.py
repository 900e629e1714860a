"""Campaigns of a utility and what they truly do: who would have acted anyway, and who acts because of the contact.

Of each campaign a part is drawn by lot, with a share held back as control; another part is picked by those who know
the customers, and they pick people who would act anyway, so that comparing them with others misleads. Effects differ:
large for some, none for many, below zero for those whom a contact puts off. Truth `campaign_effect` has a row for
every customer in a campaign, with the probability to act without a contact and what the contact adds to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa

from powerlake.simulate.customers import HOME
from powerlake.simulate.habits import DIRECT_DEBIT, Habits, draw_habits
from powerlake.simulate.offers import FIRM_TIME_OF_USE, HOME_TIME_OF_USE
from powerlake.simulate.utility import Block, Bools, Customers, Floats, Ints, Made, Utility


@dataclass(frozen=True)
class Campaign:
    """What is planned: days as shares of the utility's days, money in CNY."""

    campaign_id: str
    name: str
    purpose: str
    offer_code: str
    start: float
    end: float
    channel: str
    random_share: float
    """Of those it is meant for, drawn by lot into the trial."""
    control_share: float
    """Of the trial, held back."""
    picked_share: float
    """Of the others, picked by hand; all of them are contacted."""
    contact_cny: float
    value_cny: float
    coupon_cny: float = 0.0


CAMPAIGNS = (
    Campaign("CA01", "错峰用电", "time_of_use", "HT-SWITCH", 0.12, 0.24, "app", 0.40, 0.35, 0.15, 0.4, 60.0, 20.0),
    Campaign("CA02", "冬季节能报告", "saving", "HOME-REPORT", 0.05, 0.30, "letter", 0.30, 0.50, 0.05, 2.5, 35.0),
    Campaign("CA03", "银行代扣", "direct_debit", "DD-10", 0.40, 0.52, "sms", 0.20, 0.30, 0.35, 0.1, 25.0, 10.0),
    Campaign("CA04", "迎峰度夏", "peak_event", "PEAK-REBATE", 0.52, 0.64, "phone", 0.35, 0.25, 0.20, 6.0, 90.0, 30.0),
)
"""A budget and a page each; the last is for firms as well as homes."""
BUDGET_PER_CUSTOMER_CNY = 1.5
OPENED_SHARE = 0.45
REDEEMED_SHARE = 0.6
COUPON_DAYS = 60


def campaign_commons(utility: Utility) -> Made:
    """Feed marketing/campaigns."""
    first = utility.first_date
    rows = [
        {
            "campaign_id": campaign.campaign_id,
            "name": campaign.name,
            "purpose": campaign.purpose,
            "offer_code": campaign.offer_code,
            "start_date": first + timedelta(days=int(campaign.start * utility.days)),
            "end_date": first + timedelta(days=int(campaign.end * utility.days)),
            "channel": campaign.channel,
            "control_share": campaign.control_share,
            "budget_cny": round(BUDGET_PER_CUSTOMER_CNY * utility.customers, -2),
        }
        for campaign in CAMPAIGNS
    ]
    return Made(feeds={"marketing/campaigns": pa.Table.from_pylist(rows)})


def draw_marketing(utility: Utility, block: Block, customers: Customers) -> Made:
    """Feeds marketing/campaign_contacts and coupons; truth campaign_effect."""
    habits = draw_habits(utility, block, customers)
    parts = [_campaign(utility, block, customers, habits, place) for place in range(len(CAMPAIGNS))]
    contacts, coupons, effects = (pa.concat_tables(tables) for tables in zip(*parts, strict=True))
    return Made(
        feeds={
            "marketing/campaign_contacts": contacts.sort_by(
                [("assigned_at", "ascending"), ("customer_id", "ascending")]
            ),
            "marketing/coupons": coupons.sort_by([("issued_at", "ascending"), ("coupon_id", "ascending")]),
        },
        truth={"campaign_effect": effects},
    )


def response(customers: Customers, habits: Habits, purpose: str) -> tuple[Floats, Floats]:
    """(n,) probability to act without a contact, and what a contact adds; never outside 0 to 1 together."""
    size = np.log(customers.mean_kw) - np.log(0.3)
    elastic = np.clip(-customers.elasticity / 0.1, 0, 3)
    in_debit = habits.method == DIRECT_DEBIT
    base, drive = {
        "time_of_use": (-3.6 + 0.4 * size + 0.3 * habits.digital, 0.09 * elastic - 0.02),
        "saving": (-3.0 - 0.4 * habits.means, 0.05 - 0.06 * habits.quarrelsome + 0.03 * size),
        "direct_debit": (-3.2 + 0.3 * habits.digital, 0.04 + 0.06 * habits.forgetful),
        "peak_event": (-3.4 + 0.2 * size, 0.05 * elastic + 0.04 * np.clip(size, -1, 2)),
    }[purpose]
    baseline = np.where((purpose == "direct_debit") & in_debit, 0.0, 1 / (1 + np.exp(-base)))
    effect = np.where((purpose == "direct_debit") & in_debit, 0.0, np.clip(drive, -0.08, 0.45))
    return baseline, np.clip(baseline + effect, 0.0, 0.95) - baseline


def _campaign(
    utility: Utility, block: Block, customers: Customers, habits: Habits, place: int
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Contacts, coupons and true effects of a campaign in the block."""
    campaign = CAMPAIGNS[place]
    random = utility.rng("campaign", block.number, place)
    start, end = int(campaign.start * utility.days), int(campaign.end * utility.days) + 1
    baseline, effect = response(customers, habits, campaign.purpose)
    is_random, is_picked = _members(campaign, customers, baseline, start, random)
    who = np.flatnonzero(is_random | is_picked)
    count = len(who)
    treated = is_picked[who] | (random.random(count) >= campaign.control_share)
    sent = start + random.uniform(0, max(end - start - 1, 0.5), count)
    acts = random.random(count) < baseline[who] + effect[who] * treated
    delay = 0.2 + random.exponential(3.0, count)
    acts &= sent + delay < utility.days
    opens = treated & ((random.random(count) < OPENED_SHARE) | acts)
    opened = sent + np.minimum(0.7 * delay, random.exponential(0.8, count))
    opens &= opened < utility.days
    ids = {"campaign_id": pa.array([campaign.campaign_id] * count, pa.string())}
    ids["customer_id"] = pa.array(np.array(customers.customer_id)[who], pa.string())
    contacts = ids | {
        "assigned_at": _moments(utility, np.full(count, start - 1.6)),
        "arm": np.where(treated, "treatment", "control"),
        "is_randomised": is_random[who],
        "channel": pa.array([campaign.channel] * count, pa.string(), mask=~treated),
        "sent_at": _moments(utility, sent, treated),
        "opened_at": _moments(utility, opened, opens),
        "responded_at": _moments(utility, sent + delay, acts),
        "value_cny": np.round(acts * campaign.value_cny * random.lognormal(0, 0.3, count), 2),
        "cost_cny": treated * campaign.contact_cny,
    }
    effects = ids | {"baseline_probability": baseline[who], "effect": effect[who]}
    given = np.flatnonzero(acts & treated & (campaign.coupon_cny > 0))
    coupons = _coupons(utility, block, place, ids["customer_id"].take(pa.array(given)), (sent + delay)[given], random)
    return pa.table(contacts), coupons, pa.table(effects)


def _members(
    campaign: Campaign, customers: Customers, baseline: Floats, start: int, random: np.random.Generator
) -> tuple[Bools, Bools]:
    """(n,) who is in the trial, and who is picked: the likelier to act anyway, the likelier."""
    has_offer = np.isin(customers.tariff, [HOME_TIME_OF_USE, FIRM_TIME_OF_USE]) & (campaign.purpose == "time_of_use")
    is_meant = (customers.kind == HOME) | (campaign.purpose == "peak_event")
    is_there = (customers.from_day <= start) & (start < customers.to_day)
    is_eligible = is_meant & is_there & ~has_offer
    is_random = is_eligible & (random.random(len(customers)) < campaign.random_share)
    leaning = baseline / max(float(baseline[is_eligible].mean()) if is_eligible.any() else 1.0, 1e-9)
    is_picked = is_eligible & ~is_random & (random.random(len(customers)) < campaign.picked_share * leaning)
    return is_random, is_picked


def _coupons(
    utility: Utility, block: Block, place: int, customer_id: pa.Array, day: Floats, random: np.random.Generator
) -> pa.Table:
    """A coupon for each who took the offer."""
    campaign, count = CAMPAIGNS[place], len(day)
    used = day + random.exponential(20, count)
    is_used = (random.random(count) < REDEEMED_SHARE) & (used < np.minimum(day + COUPON_DAYS, utility.days))
    order = random.permutation(count)
    return pa.table(
        {
            "coupon_id": pa.array([f"Q{place + 1:02d}{block.number:05d}{item:04d}" for item in order], pa.string()),
            "customer_id": customer_id,
            "campaign_id": pa.array([campaign.campaign_id] * count, pa.string()),
            "issued_at": _moments(utility, day),
            "value_cny": np.full(count, campaign.coupon_cny),
            "expires_date": utility.dates[0] + day.astype(np.int64) + COUPON_DAYS,
            "redeemed_at": _moments(utility, used, is_used),
        }
    )


def _moments(utility: Utility, day: Floats, is_so: Bools | None = None) -> pa.Array:
    """Local times of days with a fraction, moved into waking hours; null where not `is_so`."""
    whole: Ints = np.floor(day).astype(np.int64)
    second = whole * 86_400 + np.round((8 + 13 * (day - whole)) * 3600).astype(np.int64)
    moments = utility.dates[0].astype("datetime64[s]") + second.astype("timedelta64[s]")
    return pa.array(moments, mask=None if is_so is None else ~is_so)
