"""Names of segments: from their centres, unique, in two languages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.customers.segment_names import UNUSUAL_NAME, describe, name_segments
from powerlake.customers.segments import SHAPE_LIMIT, SegmentModel
from powerlake.customers.shape_features import SHARE_OF_DAY

AVERAGE = [0.67, 1.10, 1.03, 1.20]


def model_of(*levels: list[float], average: list[float] = AVERAGE) -> SegmentModel:
    """A model whose segments have these levels at night, in the morning, in the daytime, in the evening."""
    root = np.sqrt(SHARE_OF_DAY)
    return SegmentModel(np.array(levels) * root, np.ones((len(levels), 48)), np.array(average) * root, SHAPE_LIMIT)


@pytest.mark.parametrize(
    ("levels", "en", "zh"),
    [
        ([0.58, 0.82, 0.95, 1.51], "evening peak", "晚高峰型"),
        ([0.54, 1.49, 0.96, 1.16], "morning peak", "早高峰型"),
        ([0.50, 1.03, 1.27, 1.14], "daytime use", "日间用电型"),
        ([1.60, 0.80, 0.60, 1.00], "night use", "夜间用电型"),
        ([0.86, 1.03, 1.03, 1.07], "steady day and night", "昼夜平稳型"),
        ([0.50, 1.40, 0.70, 1.50], "morning and evening peaks", "早晚双峰型"),
        (AVERAGE, "average day", "普通型"),
    ],
)
def test_a_name_says_what_stands_out(levels: list[float], en: str, zh: str) -> None:
    (name,) = name_segments(model_of(levels))
    assert (name.en, name.zh) == (en, zh)


def test_two_evening_segments_get_two_names_the_stronger_keeps_the_plain_one() -> None:
    weaker, stronger = name_segments(model_of([0.66, 0.90, 1.08, 1.35], [0.4, 0.7, 0.8, 1.9]))
    assert (stronger.en, stronger.zh) == ("evening peak", "晚高峰型")
    assert (weaker.en, weaker.zh) == ("evening peak, more in the daytime", "晚高峰型（日间偏高）")


level = st.floats(0.05, 3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(level, level, level, level), min_size=1, max_size=8))
def test_names_are_unique_in_both_languages_and_never_the_unusual(levels: list[tuple[float, ...]]) -> None:
    names = name_segments(model_of(*[list(own) for own in levels * 2][:8]))
    for language in ("en", "zh"):
        given_names = [getattr(name, language) for name in names]
        assert len({*given_names, getattr(UNUSUAL_NAME, language)}) == len(names) + 1


def test_a_description_compares_with_all_customers() -> None:
    words = describe(model_of([0.58, 0.82, 0.95, 1.51]), 0, 19, daily_kwh=12.4, average_kwh=10.8)
    assert words.en == (
        "44% of its energy falls in 17:00–24:00 (all customers 35%); 14% of its energy falls in 06:00–10:00 "
        "(all customers 18%). Highest use around 19:00. 12.4 kWh a day, 15% more than all customers."
    )
    assert words.zh == (
        "17:00–24:00用电占44%（全体客户35%）；06:00–10:00用电占14%（全体客户18%）。"
        "用电最高约在19:00。日均12.4千瓦时，比全体客户高15%。"
    )


def test_a_small_difference_in_energy_is_not_made_much_of() -> None:
    words = describe(model_of(AVERAGE), 0, 8, daily_kwh=10.0, average_kwh=10.2)
    assert words.en.endswith("10.0 kWh a day, about as much as all customers.")
