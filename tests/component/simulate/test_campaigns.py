"""Campaigns: the trial shows the true effect, the hand-picked part misleads, and rows agree with one another."""

import numpy as np
import pandas as pd
import pytest

from powerlake.simulate.campaigns import CAMPAIGNS, campaign_commons, draw_marketing, response
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.habits import draw_habits
from powerlake.simulate.utility import Utility

UTILITY = Utility(customers=7_500, days=365, seed=2)


@pytest.fixture(scope="module")
def contacts() -> pd.DataFrame:
    """Contacts of all blocks beside their true effect."""
    made = [draw_marketing(UTILITY, block, draw_customers(UTILITY, block)) for block in UTILITY.blocks]
    rows = pd.concat([one.feeds["marketing/campaign_contacts"].to_pandas() for one in made])
    truth = pd.concat([one.truth["campaign_effect"].to_pandas() for one in made])
    both = rows.merge(truth, on=["campaign_id", "customer_id"], validate="one_to_one")
    assert len(both) == len(rows) == len(truth)
    return both.assign(acted=rows["responded_at"].notna().to_numpy())


def test_trial_shows_the_effect_and_picking_misleads(contacts: pd.DataFrame) -> None:
    effect = contacts.groupby("campaign_id")["effect"].mean()
    for campaign in CAMPAIGNS:
        some = contacts[contacts["campaign_id"] == campaign.campaign_id]
        trial, picked = some[some["is_randomised"]], some[~some["is_randomised"]]
        treated, control = (trial[trial["arm"] == arm] for arm in ("treatment", "control"))
        found = treated["acted"].mean() - control["acted"].mean()
        assert found == pytest.approx(effect[campaign.campaign_id], abs=0.03)
        assert len(control) / len(trial) == pytest.approx(campaign.control_share, abs=0.04)
        assert abs(treated["baseline_probability"].mean() - control["baseline_probability"].mean()) < 0.006
        assert picked["baseline_probability"].mean() > trial["baseline_probability"].mean()
        assert trial["effect"].std() > 0.02 and (trial["effect"] < 0).any()


def test_rows_agree(contacts: pd.DataFrame) -> None:
    control = contacts[contacts["arm"] == "control"]
    assert control[["sent_at", "opened_at", "channel"]].isna().all().all() and (control["cost_cny"] == 0).all()
    assert control["acted"].any() and (contacts[~contacts["acted"]]["value_cny"] == 0).all()
    both = contacts.dropna(subset=["opened_at", "responded_at"])
    assert (both["sent_at"] <= both["opened_at"]).all() and (both["opened_at"] <= both["responded_at"]).all()
    assert (contacts["responded_at"].dropna() < pd.Timestamp("2024-12-31")).all()


def test_coupons_go_to_responders() -> None:
    made = draw_marketing(UTILITY, UTILITY.blocks[4], draw_customers(UTILITY, UTILITY.blocks[4]))
    acted = {
        (row["campaign_id"], row["customer_id"], row["responded_at"])
        for row in made.feeds["marketing/campaign_contacts"].to_pylist()
        if row["responded_at"] and row["arm"] == "treatment"
    }
    coupons = made.feeds["marketing/coupons"].to_pylist()
    assert coupons and {(row["campaign_id"], row["customer_id"], row["issued_at"]) for row in coupons} <= acted
    assert all(row["redeemed_at"] is None or row["redeemed_at"].date() <= row["expires_date"] for row in coupons)


def test_probabilities_stay_probabilities() -> None:
    customers = draw_customers(UTILITY, UTILITY.blocks[0])
    habits = draw_habits(UTILITY, UTILITY.blocks[0], customers)
    for campaign in CAMPAIGNS:
        baseline, effect = response(customers, habits, campaign.purpose)
        assert (baseline >= 0).all() and (baseline + effect >= -1e-12).all() and (baseline + effect <= 1).all()


def test_same_seed_same_rows_and_every_campaign_declared() -> None:
    block = UTILITY.blocks[2]
    first, second = (draw_marketing(UTILITY, block, draw_customers(UTILITY, block)) for _ in range(2))
    assert first.feeds == second.feeds and first.truth == second.truth
    declared = campaign_commons(UTILITY).feeds["marketing/campaigns"]["campaign_id"].to_pylist()
    assert np.isin(first.truth["campaign_effect"]["campaign_id"].to_pylist(), declared).all()
