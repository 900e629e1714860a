"""How the page writes values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from powerlake.loadcurve.quality import Flag, Quality
from powerlake.report import words
from powerlake.report.data import Text


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (None, "–"),
        (0.0, "0.0\u00a0%"),
        (1.0, "100.0\u00a0%"),
        (0.12345, "12.3\u00a0%"),
        (0.0001, "<\u202f0.1\u00a0%"),
        (0.99999, ">\u202f99.9\u00a0%"),
    ],
)
def test_a_share_never_rounds_to_all_or_nothing(share: float | None, written: str) -> None:
    assert words.percent(share) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.85, "850\u00a0ms"), (12.34, "12.3\u00a0s"), (245, "4\u00a0min 05\u00a0s"), (7380, "2\u00a0h 03\u00a0min")],
)
def test_durations(seconds: float, written: str) -> None:
    assert words.duration(seconds) == written


@pytest.mark.parametrize(("seconds", "written"), [(0.9996, "1.0\u00a0s"), (59.97, "1\u00a0min 00\u00a0s")])
def test_a_duration_that_rounds_up_to_the_next_unit_is_written_in_it(seconds: float, written: str) -> None:
    assert words.duration(seconds) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [(0, "0\u00a0B"), (999, "999\u00a0B"), (1500, "1.5\u00a0kB"), (2_500_000_000_000, "2.5\u00a0TB")],
)
def test_sizes(count: int, written: str) -> None:
    assert words.size(count) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0123, "+1.2\u00a0%"), (-0.5, "\u221250.0\u00a0%"), (-0.0004, "0.0\u00a0%"), (0.0, "0.0\u00a0%"), (None, "–")],
)
def test_changes_carry_a_sign_unless_they_round_to_nothing(share: float | None, written: str) -> None:
    assert words.signed(share) == written


def test_numbers_times_and_hours() -> None:
    assert words.number(1234567.891, 1, "kWh") == "1,234,567.9\u00a0kWh"
    assert words.number(None) == "–"
    sydney = timezone(timedelta(hours=11))
    assert words.moment(datetime(2014, 3, 1, 13, 5, tzinfo=sydney)) == "2014-03-01 02:05\u00a0UTC"
    assert words.moment(datetime(2014, 3, 1, 2, 5, tzinfo=UTC)) == "2014-03-01 02:05\u00a0UTC"
    assert words.hours((18, 7)) == "18:00, 07:00"
    assert words.hours(()) == "–"


def test_every_quality_code_and_flag_has_a_wording() -> None:
    assert set(words.QUALITY) == set(Quality) - {Quality.RECEIVED}
    assert set(words.FLAGS) == set(Flag)
    assert words.quality_name(99) == Text("code 99", "代码 99")
    assert words.flag_name("spike") == words.FLAGS[Flag.SPIKE]
    assert words.flag_name("new_rule").zh == "new_rule"


def test_both_wordings_are_escaped() -> None:
    assert words.both(Text("a<b", "<i>")) == (
        '<span class="en" lang="en">a&lt;b</span><span class="zh" lang="zh-Hans">&lt;i&gt;</span>'
    )
