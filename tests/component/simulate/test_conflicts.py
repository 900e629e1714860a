"""Planted conflicts: what the truth says differs, differs in the files, and nothing else does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerlake.simulate import bills, conflicts
from powerlake.simulate.block import block_parts
from powerlake.simulate.conflicts import with_conflicts
from powerlake.simulate.offers import TARIFFS
from powerlake.simulate.utility import Utility
from powerlake.simulate.write import joined
from powerlake.tables.feeds.survivorship import Conflict

UTILITY = Utility(250, 130, 6)
OFTEN = ("CONTRACTED_POWER_SHARE", "CLOSED_EARLY_SHARE", "UNKNOWN_TARIFF_SHARE", "LATE_LINK_SHARE")


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    """The feeds in question with their conflicts, and as they were before, and the truth."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OFTEN:
            patch.setattr(conflicts, name, 0.3)
        patch.setattr(bills, "BY_OTHER_SHARE", 0.1)
        block = UTILITY.blocks[0]
        before = joined(block_parts(UTILITY, block)[1])
        after = with_conflicts(UTILITY, block, before)
    names = ("marketing/customers", "marketing/contracts", "marketing/bills", "assets/topology")
    rows = {name: after.feeds[name].to_pandas() for name in names}
    rows |= {f"before {name}": before.feeds[name].to_pandas() for name in names}
    return rows | {"truth": after.truth["conflicts"].to_pandas()}


def told(made: dict[str, pd.DataFrame], kind: Conflict) -> set[str]:
    truth = made["truth"]
    return set(truth.loc[truth["conflict"] == kind.value, "entity_id"])


@pytest.mark.parametrize(
    ("kind", "feed", "key", "column"),
    [
        (Conflict.CONTRACTED_POWER, "marketing/customers", "customer_id", "contracted_kw"),
        (Conflict.UNKNOWN_TARIFF, "marketing/contracts", "contract_id", "tariff_code"),
        (Conflict.METER_OUTSIDE_TOPOLOGY, "assets/topology", "child_id", "valid_from_date"),
    ],
)
def test_what_changed_is_what_is_told(made, kind, feed, key, column) -> None:
    before, after = made[f"before {feed}"], made[feed]
    changed = set(after.loc[(before[column] != after[column]).to_numpy(), key])
    assert changed == told(made, kind)
    assert changed


def test_a_record_is_closed_before_its_contract_ends(made) -> None:
    people = made["marketing/customers"].set_index("customer_id")["closed_date"]
    contracts = made["marketing/contracts"]
    after = contracts["end_date"].fillna(pd.Timestamp.max.date()) > contracts["customer_id"].map(people).fillna(
        pd.Timestamp.max.date()
    )
    assert set(contracts.loc[after, "contract_id"]) == told(made, Conflict.SUPPLY_AFTER_CLOSING)


def test_a_bill_by_another_tariff_is_one_of_that_tariff_throughout(made) -> None:
    """All energy in its one period; what it costs is checked with all other bills."""
    rows = made["marketing/bills"].merge(
        made["before marketing/contracts"][["contract_id", "start_date", "end_date", "tariff_code"]],
        on="contract_id", suffixes=("", "_signed"),
    )  # fmt: skip
    ever = pd.Timestamp.max.date()
    inside = (rows["start_date"] <= rows["period_end_date"]) & (
        rows["period_end_date"] <= rows["end_date"].fillna(ever)
    )
    other = rows[inside & (rows["tariff_code"] != rows["tariff_code_signed"])]
    of_unknown = told(made, Conflict.UNKNOWN_TARIFF)
    planted = told(made, Conflict.BILLED_BY_OTHER_TARIFF)
    assert set(other["bill_id"]) <= planted
    assert set(rows.loc[rows["bill_id"].isin(planted - set(other["bill_id"])), "contract_id"]) <= of_unknown
    assert len(other) > 5
    plain = {tariff.code for tariff in TARIFFS if not tariff.schedule}
    assert set(other["tariff_code"]) <= plain
    np.testing.assert_allclose(other["flat_kwh"], other["energy_kwh"], atol=0.006)


def test_the_clean_have_none() -> None:
    clean = Utility(250, 40, 6, is_clean=True)
    block = clean.blocks[0]
    before = joined(block_parts(clean, block)[1])
    after = with_conflicts(clean, block, before)
    assert len(after.truth["conflicts"]) == 0
    assert all(after.feeds[name].equals(before.feeds[name]) for name in before.feeds)
    assert [len(after.truth[name]) for name in ("theft", "meter_faults", "topology_errors", "duplicates")] == [0] * 4
