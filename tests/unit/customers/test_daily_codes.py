"""Codes of daily shapes and their entropy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.customers.daily_codes import (
    FIRST_CODES,
    MAX_CODES,
    SPLIT_LIMIT,
    Codebook,
    code_counts,
    day_sample,
    entropy_bits,
    fit_codebook,
)


def days_with_peaks_at(hours: list[int]) -> np.ndarray:
    kwh = np.full((len(hours), 24), 0.1)
    kwh[np.arange(len(hours)), hours] = 5.0
    return kwh


def test_codes_are_split_until_every_day_is_close_to_its_code() -> None:
    hours = np.repeat(np.arange(12) * 2, 5)
    days = days_with_peaks_at(hours.tolist())
    book = fit_codebook(days, seed=0)
    assert FIRST_CODES < len(book.centres) <= MAX_CODES
    shares = days / days.sum(axis=1, keepdims=True)
    centres = book.centres[book.encode(days)]
    assert (((shares - centres) ** 2).sum(axis=1) <= SPLIT_LIMIT * (centres**2).sum(axis=1)).all()


def test_there_are_never_more_codes_than_allowed() -> None:
    days = np.random.default_rng(0).gamma(0.05, size=(400, 24)) + 1e-6
    assert len(fit_codebook(days, seed=0).centres) == MAX_CODES


def test_the_nearest_code_is_found_whatever_the_size_and_idle_days_have_their_own() -> None:
    book = Codebook(days_with_peaks_at([3, 20]) / days_with_peaks_at([3, 20]).sum(axis=1, keepdims=True))
    days = np.vstack([days_with_peaks_at([20, 3]) * [[7], [0.1]], np.zeros((1, 24))])
    assert book.encode(days).tolist() == [1, 0, 2]
    assert book.codes == 3
    np.testing.assert_array_equal(Codebook.from_dict(book.to_dict()).centres, book.centres)


@pytest.mark.parametrize("days", [np.zeros((0, 24)), np.zeros((9, 24))])
def test_days_without_energy_make_no_code(days: np.ndarray) -> None:
    book = fit_codebook(days, seed=0)
    assert len(book.centres) == 0
    assert book.encode(days).tolist() == [0] * len(days)


def test_counts_are_by_meter_and_add_up_to_its_days(households) -> None:
    curves = households(["morning", "evening", "morning"], days=30)
    book = fit_codebook(day_sample(curves, at_most=60, seed=0), seed=0)
    counts = code_counts(curves.take(pa.array(np.random.default_rng(0).permutation(len(curves)))), book)
    assert counts["meter_id"].to_pylist() == ["m000", "m001", "m002"]
    table = np.array(counts["counts"].to_pylist())
    assert table.sum(axis=1).tolist() == [30, 30, 30]
    assert (table[0] * table[1] == 0).all()  # a morning and an evening household share no code


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_entropy_lies_between_none_and_that_of_equal_shares(counts: list[int]) -> None:
    (bits,) = entropy_bits(np.array([counts]))
    if sum(counts):
        assert -1e-12 <= bits <= np.log2(max(np.count_nonzero(counts), 1)) + 1e-9
    else:
        assert np.isnan(bits)


def test_entropy_of_known_counts() -> None:
    np.testing.assert_allclose(entropy_bits(np.array([[9, 0, 0, 0], [1, 1, 1, 1], [2, 1, 1, 0]])), [0, 2, 1.5])
