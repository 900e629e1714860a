import numpy as np
import pyarrow.compute as pc
import pytest

from powerlake.simulate.faults import DEFECTS, NO_DEFECT, live
from powerlake.simulate.hazards import CAUSES, Assets, Exposure
from powerlake.simulate.oil import AT_FULL_SEVERITY_PPM, SUSPECTED_FROM, oil_samples, sample_days
from powerlake.simulate.utility import Utility

UTILITY = Utility(customers=1, days=250, seed=3)
COUNT = 200
PLACES = np.arange(COUNT)


def lives(failures=0.0, defects=0.0, health=3.0):
    kinds = np.array(["transformer"] * COUNT)
    assets = Assets(kinds, np.array([f"T{place}" for place in PLACES]), np.full(COUNT, health))
    outside = np.zeros((len(CAUSES), COUNT, UTILITY.days))
    outside[CAUSES.index("wind")] = failures
    shape = (COUNT, UTILITY.days)
    return live(UTILITY, UTILITY.rng("test"), assets, Exposure(outside, np.full(shape, defects), np.ones(shape)))


DEFECTIVE = lives(defects=3e-3)


def test_failures_are_as_many_as_the_hazard_says():
    for history in (DEFECTIVE, lives(failures=4e-3), lives(health=9.0)):
        expected = history.hazard.sum()
        assert abs(history.failed.sum() - expected) < 4 * np.sqrt(expected)


def test_failures_from_outside_have_that_cause():
    history = lives(failures=4e-3)
    assert np.mean(history.cause[history.failed] == CAUSES.index("wind")) > 0.95


def test_severity_grows_until_a_repair_and_is_none_without_a_defect():
    assert np.all((DEFECTIVE.severity > 0) == (DEFECTIVE.defect != NO_DEFECT))
    cleared = (DEFECTIVE.failed | DEFECTIVE.remedied | DEFECTIVE.replaced)[:, :-1]
    grew = np.diff(DEFECTIVE.severity, axis=1)
    went = DEFECTIVE.maintained[:, :-1] | cleared
    assert grew[~went].min() >= 0
    assert DEFECTIVE.severity[:, 1:][cleared].max() < 0.2


def test_most_failing_assets_showed_a_defect_weeks_before():
    asset, day = np.nonzero(DEFECTIVE.failed[:, 14:])
    assert np.mean(DEFECTIVE.severity[asset, day] > 0.1) > 0.7


def test_a_replaced_asset_is_like_new():
    asset, day = np.nonzero(lives(failures=2e-2, health=9.0).replaced[:, :-1])
    history = lives(failures=2e-2, health=9.0)
    assert len(asset) > 20 and history.health[asset, day + 1] == pytest.approx(0.5, abs=1e-3)


def test_the_same_seed_lives_the_same_life():
    assert np.array_equal(lives(defects=3e-3).severity, DEFECTIVE.severity)


def iec_60599(hydrogen, methane, ethane, ethylene, acetylene):
    """The first case of IEC 60599 that the ratios meet."""
    a, b, c = acetylene / ethylene, methane / hydrogen, ethylene / ethane
    cases = {
        "PD": b < 0.1 and c < 0.2,
        "D1": a > 1 and 0.1 <= b <= 0.5 and c > 1,
        "D2": 0.6 <= a <= 2.5 and 0.1 <= b <= 1 and c > 2,
        "T1": b > 1 and c < 1,
        "T2": a < 0.1 and b > 1 and 1 <= c <= 4,
        "T3": a < 0.2 and b > 1 and c > 4,
    }
    return next((name for name, holds in cases.items() if holds), None)


def test_full_defects_are_what_the_standard_reads_from_their_gases():
    named = {DEFECTS[place]: iec_60599(*AT_FULL_SEVERITY_PPM[place, :5]) for place in range(3)}
    assert named["partial_discharge"] == "PD" and named["thermal"] == "T3" and named["arcing"] in ("D1", "D2")


def test_bad_gases_are_sampled_again_soon_and_show_in_the_samples():
    rng = UTILITY.rng("samples")
    drawn = sample_days(rng, DEFECTIVE, PLACES, 91)
    sound = sample_days(rng, lives(), PLACES, 91)
    assert sound.sum() < 1.1 * COUNT * UTILITY.days / 91 < drawn.sum()
    names = np.array([f"T{place}" for place in PLACES])
    table = oil_samples(UTILITY, rng, 0, DEFECTIVE, PLACES, names, drawn)
    unit = np.array([int(name[1:]) for name in table["transformer_id"].to_pylist()])
    day = (table["sampled_at"].to_numpy().astype("datetime64[D]") - UTILITY.dates[0]).astype(int)
    assert len(table) == drawn.sum() and np.all(drawn[unit, day])
    is_arcing = (DEFECTIVE.defect == DEFECTS.index("arcing")) & (DEFECTIVE.severity > SUSPECTED_FROM)
    acetylene = table["acetylene_ppm"].to_numpy()
    assert acetylene[is_arcing[unit, day]].min() > 10 > np.median(acetylene)


def test_sample_numbers_and_missing_tests_do_not_tell_a_defect():
    table = oil_samples(
        UTILITY, UTILITY.rng("x"), 7, DEFECTIVE, PLACES, PLACES.astype(str), DEFECTIVE.defect >= NO_DEFECT
    )
    assert pc.count_distinct(table["sample_id"]).as_py() == len(table) == COUNT * UTILITY.days
    number = np.array([int(name[-6:]) for name in table["sample_id"].to_pylist()])
    furan_missing = table["furan_ppm"].is_null().to_numpy(zero_copy_only=False)
    has_defect = (DEFECTIVE.defect != NO_DEFECT).T.ravel()
    assert abs(furan_missing[has_defect].mean() - furan_missing[~has_defect].mean()) < 0.02
    assert abs(number[has_defect].mean() / number[~has_defect].mean() - 1) < 0.03
