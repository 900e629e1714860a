"""Meter faults: each form records what it says while it lasts, and meters without one record the truth."""

import numpy as np
import pytest

from powerlake.simulate import meter_faults
from powerlake.simulate.meter_faults import FORMS, LEAST_DAYS, MeterFaults, draw_meter_faults
from powerlake.simulate.points import Points
from powerlake.simulate.theft import Curves
from powerlake.simulate.utility import Utility

UTILITY = Utility(60, 60, 5)
BLOCK = UTILITY.blocks[0]
N, DAYS = 60, 60


@pytest.fixture
def reported() -> Curves:
    return np.random.default_rng(1).lognormal(-2, 0.7, (N, DAYS, 96)).astype(np.float32)


def points(gone: int = -1) -> Points:
    exists = np.arange(N) != gone
    return Points(np.arange(N), exists, np.zeros(N, np.int64), np.full(N, DAYS))


@pytest.fixture
def faulty(reported: Curves, monkeypatch: pytest.MonkeyPatch) -> MeterFaults:
    """A block where nearly every meter goes wrong; three phases for the even ones."""
    monkeypatch.setattr(meter_faults, "SHARE", 5.5)
    return draw_meter_faults(UTILITY, BLOCK, points(gone=7), np.arange(N) % 2 == 0, reported)


def spell(faults: MeterFaults, place: int, curves: Curves) -> Curves:
    return curves[faults.point[place], faults.from_day[place] : faults.to_day[place]]


def test_records_differ_in_the_spell_alone(faulty: MeterFaults, reported: Curves) -> None:
    day = np.arange(DAYS)
    is_wrong = np.zeros((N, DAYS), bool)
    is_wrong[faulty.point] = (day >= faulty.from_day[:, None]) & (day < faulty.to_day[:, None])
    assert np.array_equal(faulty.recorded[~is_wrong], reported[~is_wrong])
    assert (faulty.to_day - faulty.from_day >= LEAST_DAYS).all()
    assert 7 not in faulty.point, "no meter stands there"
    assert len(set(faulty.point.tolist())) == len(faulty.point)


def test_every_form_records_as_it_says(faulty: MeterFaults, reported: Curves) -> None:
    assert set(faulty.form) == set(FORMS)
    for place, form in enumerate(faulty.form):
        true, seen = spell(faulty, place, reported), spell(faulty, place, faulty.recorded)
        size = faulty.size[place]
        match form:
            case "stuck":
                assert np.ptp(seen) == 0
                assert seen[0, 0] in reported[faulty.point[place]]
            case "dead":
                assert not seen.any()
            case "slow":
                share = 1 - seen.sum(axis=1) / true.sum(axis=1)
                assert (np.diff(share) > -1e-6).all()
                assert size * 0.85 < share[-1] <= size
            case "lost_phase":
                assert seen == pytest.approx(true * (1 - size), rel=1e-4)
                assert faulty.point[place] % 2 == 0, "single-phase meters have no phase to lose"
            case "clock_shift":
                shift = round(size * 4)
                assert np.array_equal(seen.ravel()[shift:], true.ravel()[: true.size - shift])
            case "spikes":
                assert (seen >= true).all()
            case "silent":
                assert 0.5 < np.isnan(seen).all(axis=1).mean() <= 1
                assert np.array_equal(seen[~np.isnan(seen)], true[~np.isnan(seen)])


def test_few_go_wrong_by_default(reported: Curves) -> None:
    counts = [
        len(draw_meter_faults(Utility(N, DAYS, seed), BLOCK, points(), np.ones(N, bool), reported[:, :, :1]).point)
        for seed in range(8)
    ]
    assert sum(counts) < 0.03 * 8 * N
