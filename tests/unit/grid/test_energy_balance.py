"""A meter's use is found where it hangs: planted moves are found, theft and small numbers are not mistaken for one."""

import numpy as np
import pytest

from powerlake.grid.energy_balance import NOWHERE, Floats, Ints, balance, likeliest_moves

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
