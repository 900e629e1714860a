"""The main job on the real readings of 79 households: nothing lost, everyone in a segment."""

import pytest

from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.silver.load_curves import LOAD_CURVES

ROWS, HOUSEHOLDS = 2_132_099, 79


@pytest.fixture(scope="module")
def trial(trial_of):
    """A lake after a daily run on the set, and the run."""
    made = trial_of("sgsc_households")
    return made.lake, made.run


def test_every_reading_is_published(trial):
    _, state = trial
    assert state.outcome == "done"
    assert state.jobs["bronze.load_curves_raw"].counts["rows_kept"] == ROWS
    counts = state.jobs["silver.load_curves"].counts
    assert counts["received"] == counts["published"] == ROWS


def test_labels_at_the_end_of_the_interval_leave_few_partial_days(trial):
    """Read as starts, 57 days would have the one reading of 00:00 and 108 would lack it."""
    lake, _ = trial
    received = lake.rows(LOAD_CURVES)["received_points"].to_pandas()
    assert (received == 1).sum() < 10
    assert (received < 48).mean() < 0.02


def test_every_household_has_a_segment_of_some_size(trial):
    lake, _ = trial
    rows = lake.rows(CUSTOMER_SEGMENTS).to_pandas()
    assert len(rows) == HOUSEHOLDS
    named = rows[~rows.is_unusual].segment.value_counts()
    assert 3 <= len(named) <= 8
    assert named.min() >= 0.03 * HOUSEHOLDS
