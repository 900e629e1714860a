import numpy as np
import pytest

from powerlake.marketing.economy_link import MONTHLY, NONE, YEARLY, economy_link


@pytest.fixture
def output():
    return 100 * np.exp(np.cumsum(np.random.default_rng(2).normal(0, 0.02, 48)))


@pytest.mark.parametrize("lag", [0, 2, 3])
@pytest.mark.parametrize(("months", "changes"), [(48, YEARLY), (20, MONTHLY)])
def test_use_behind_output_is_found_at_its_lag(output, lag, months, changes):
    use = 5 * np.concatenate([np.full(lag, np.nan), output[: len(output) - lag]])
    link = economy_link(use[:months], output[:months])
    assert (link.best_lag, link.changes) == (lag, changes)
    assert link.correlations[lag] == pytest.approx(1)
    assert link.pairs[0] == months - lag - (12 if changes == YEARLY else 1)


def test_too_few_pairs_say_nothing(output):
    link = economy_link(output[:12], output[:12])
    assert (link.best_lag, link.changes) == (None, NONE)
    assert np.isnan([link.correlations, link.low, link.high]).all()
    assert link.pairs.tolist() == [11, 10, 9, 8]


def _wandering(rng, months, memory=0.9):
    """(months,) of unit variance, each month near the one before, as output is."""
    values = rng.normal(size=months)
    for month in range(1, months):
        values[month] = memory * values[month - 1] + np.sqrt(1 - memory**2) * values[month]
    return values


@pytest.mark.parametrize("months", [14, 25, 36, 60])
def test_of_series_without_a_link_few_show_one(months):
    rng, shown, by_pairs = np.random.default_rng(months), 0, 0
    for _ in range(400):
        link = economy_link(*(np.exp(0.05 * _wandering(rng, months)) for _ in range(2)))
        best, pairs = link.correlations[link.best_lag], link.pairs[link.best_lag]
        shown += not link.low[link.best_lag] <= 0 <= link.high[link.best_lag]
        by_pairs += abs(np.arctanh(best)) * np.sqrt(pairs - 3) > 1.96
    assert shown <= 0.06 * 400
    assert by_pairs > 0.15 * 400 or link.changes == MONTHLY  # what counting every pair as new would say


def test_a_link_is_shown_and_its_interval_holds_the_correlation():
    rng, shown = np.random.default_rng(3), 0
    for _ in range(100):
        level = 0.05 * _wandering(rng, 36)
        link = economy_link(np.exp(level + rng.normal(0, 0.02, 36)), np.exp(level))
        known = ~np.isnan(link.correlations)
        assert (link.low <= link.correlations)[known].all() and (link.correlations <= link.high)[known].all()
        shown += link.low[0] > 0
    assert shown > 90


def test_a_correlation_of_one_is_its_own_interval(output):
    link = economy_link(output, output)
    assert link.low[0] == pytest.approx(1) and link.high[0] == pytest.approx(1)


def test_use_that_never_changes_has_no_correlation(output):
    assert economy_link(np.full(48, 3.0), output).best_lag is None
