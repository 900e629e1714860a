"""A meter's use is found where it hangs: planted moves are found, theft and small numbers are not mistaken for one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerlake.grid.energy_balance import NOWHERE, Balance, Floats, Ints, balance, likeliest_moves

AREAS, METERS, HOURS = 3, 12, 600


def feeder(seed: int = 0) -> tuple[Floats, Ints]:
    """(hours, meters) use that differs from meter to meter, and (meters,) the area each truly hangs in."""
    random = np.random.default_rng(seed)
    return random.gamma(1.0, 1.0, (HOURS, METERS)), np.arange(METERS) % AREAS


def supplied(use: Floats, true: Ints, seed: int = 1) -> Floats:
    """(hours, areas) the use of each area, a steady loss and one with the square of the load, a little noise."""
    load = np.stack([use[:, true == area].sum(axis=1) for area in range(AREAS)], axis=1)
    noise = np.random.default_rng(seed).normal(0, 0.05, load.shape)
    return np.asarray(load + 0.3 + 0.002 * load**2 + noise)


def recorded_as(area: Ints) -> Ints:
    return np.broadcast_to(area, (HOURS, METERS))


def test_a_meter_recorded_in_the_wrong_area_is_moved_to_the_right_one() -> None:
    use, true = feeder()
    recorded = true.copy()
    recorded[4] = (true[4] + 1) % AREAS
    moves = likeliest_moves(balance(supplied(use, true), use, recorded_as(recorded)), recorded)
    assert moves.evidence.argmax() == 4
    assert moves.area[4] == true[4]
    assert (moves.lost_share[4], moves.gained_share[4]) == pytest.approx((1, 1), abs=0.1)
    assert (np.delete(moves.evidence, 4) < 0).all()


def test_theft_is_no_wrong_record() -> None:
    use, true = feeder()
    shown = use.copy()
    shown[:, 4] *= 0.3
    found = balance(supplied(use, true), shown, recorded_as(true))
    assert found.beyond[4, true[4]] == pytest.approx(1 / 0.3 - 1, rel=0.1)
    assert (likeliest_moves(found, true).evidence < 0).all()


def test_a_meter_laid_over_in_time_is_right_before_and_after() -> None:
    use, true = feeder()
    half = HOURS // 2
    later = true.copy()
    later[4] = (true[4] + 1) % AREAS
    supply = np.concatenate([supplied(use[:half], true), supplied(use[half:], later)])
    recorded = np.concatenate([recorded_as(true)[:half], recorded_as(later)[half:]])
    moves = likeliest_moves(balance(supply, use, recorded), later)
    assert (moves.evidence < 0).all()


def test_hours_without_supply_are_left_out() -> None:
    use, true = feeder()
    supply = supplied(use, true)
    holes = np.where(np.random.default_rng(3).random(supply.shape) < 0.3, np.nan, supply)
    assert balance(holes, use, recorded_as(true)).beyond == pytest.approx(0, abs=0.1)


def test_what_tells_nothing_says_so() -> None:
    use, true = feeder()
    alone = likeliest_moves(balance(supplied(use, true)[:, :1], use, recorded_as(true * 0)), true * 0)
    assert (alone.area == NOWHERE).all()
    assert np.isnan(alone.evidence).all()
    nothing = balance(np.full((HOURS, AREAS), np.nan), use, recorded_as(true))
    assert (likeliest_moves(nothing, true).area == NOWHERE).all()
    nowhere = np.full(METERS, NOWHERE)
    assert (likeliest_moves(balance(supplied(use, true), use, recorded_as(nowhere)), nowhere).area == NOWHERE).all()


def test_roofs_that_feed_in_and_slow_errors_move_no_meter() -> None:
    """Their share of the balance is large, but goes the same way each day, or wanders from hour to hour."""
    use, true = feeder(5)
    random = np.random.default_rng(6)
    sun = np.clip(np.sin((np.arange(HOURS) % 24 - 6) * np.pi / 12), 0, None)
    wander = np.cumsum(random.normal(0, 0.2, (HOURS, AREAS)), axis=0)
    curves = use.copy()
    curves[:, 4] += 3 * sun  # a meter whose day looks like what is fed in
    recorded = true.copy()
    recorded[7] = (true[7] + 1) % AREAS
    supply = supplied(curves, true) + wander - 4 * np.outer(sun, [0, 0, 1])
    moves = likeliest_moves(balance(supply, curves, recorded_as(recorded)), recorded)
    assert moves.evidence.argmax() == 7
    assert moves.area[7] == true[7]
    assert (np.delete(moves.evidence, 7) < 0).all()


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_a_share_beyond_all_of_its_use_counts_as_one_as_far_short_of_it(lost: float, gained: float) -> None:
    """A meter of which three times its use is found elsewhere is not one in the wrong place."""

    def evidence(own: float, other: float) -> float:
        found = Balance(np.array([[-own, other]]), np.full((1, 2), 0.01))
        return float(likeliest_moves(found, np.array([0])).evidence[0])

    assert evidence(lost, gained) == pytest.approx(evidence(2 - lost, gained))
    assert evidence(lost, gained) == pytest.approx(evidence(lost, 2 - gained))
    assert evidence(lost, gained) <= evidence(1, 1)
