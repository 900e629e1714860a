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
    assert np.isnan(link.correlations).all()
    assert link.pairs.tolist() == [11, 10, 9, 8]


def test_use_that_never_changes_has_no_correlation(output):
    assert economy_link(np.full(48, 3.0), output).best_lag is None
