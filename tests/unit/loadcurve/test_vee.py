"""Validation, estimation and editing of a shard's days, rule by rule."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.errors import ConfigurationError
from powerlake.loadcurve.estimate import interpolated
from powerlake.loadcurve.history import History, MeasuredDays
from powerlake.loadcurve.meter_days import Days
from powerlake.loadcurve.quality import MEASURED, Flag, Quality, is_one_of
from powerlake.loadcurve.reference import is_beyond, usual_kw
from powerlake.loadcurve.rules import VeeRules
from powerlake.loadcurve.vee import FLAGS, validated
from powerlake.loadcurve.zero_runs import zero_runs

RULES = VeeRules()
MONDAY = np.datetime64("2024-03-04")
R, LINE, S, M = Quality.RECEIVED, Quality.INTERPOLATED, Quality.SIMILAR_DAY, Quality.MISSING
GAP = np.nan


def days(*curves, start=MONDAY, meter=0, interval=60):
    """Consecutive days of one meter; None for a day without a row."""
    there = [number for number, curve in enumerate(curves) if curve is not None]
    kept = [np.asarray(curves[number], dtype=np.float32) for number in there]
    count = len(kept)
    return Days(
        meter=np.full(count, meter),
        date=start + np.array(there, dtype="timedelta64[D]"),
        interval_minutes=np.full(count, interval),
        points=np.array([len(curve) for curve in kept]),
        batch=np.ones(count, dtype=np.int64),
        row=np.zeros(count, dtype=np.int64),
        kwh=np.concatenate(kept),
    )


def nothing():
    return MeasuredDays.before(None, None, MONDAY)


def checked(*curves, rules=RULES, before=None, **kind):
    """Curves and codes as matrices of hours, flags as sets of names."""
    result = validated(days(*curves, **kind), before or nothing(), rules)
    flags = [{FLAGS[place] for place in np.flatnonzero(row)} for row in result.flags]
    return result.kwh.reshape(-1, len(curves[-1])), result.quality.reshape(-1, len(curves[-1])), flags, result


def flat(kwh=1.0, **points):
    """A day of 24 hours at `kwh`, but for the hours given by name, as in h7=2.0."""
    curve = np.full(24, kwh)
    for hour, value in points.items():
        curve[int(hour[1:])] = value
    return curve


def gap(curve, *hours):
    curve = np.array(curve, dtype=float)
    curve[list(hours)] = GAP
    return curve


def test_a_complete_plausible_day_is_left_alone():
    kwh, quality, flags, result = checked(flat(h18=6.0))
    assert (kwh[0].tolist(), set(quality[0]), flags) == (flat(h18=6.0).tolist(), {R}, [set()])
    assert not result.is_edited.any()


def test_a_gap_of_two_hours_is_interpolated_and_a_longer_one_is_not():
    kwh, quality, _, result = checked(gap(flat(h10=4.0), 8, 9))
    assert kwh[0, 7:11].tolist() == [1, 2, 3, 4]
    assert quality[0, 7:11].tolist() == [R, LINE, LINE, R]
    assert result.is_edited.tolist() == [True]
    kwh, quality, _, result = checked(gap(flat(), 8, 9, 10))
    assert np.isnan(kwh[0, 8:11]).all()
    assert quality[0, 8:11].tolist() == [M, M, M]
    assert result.is_edited.tolist() == [False]


def test_a_gap_at_midnight_uses_the_day_before_but_never_the_day_after():
    kwh, quality, _, _ = checked(flat(3.0), gap(flat(1.0), 0, 23), flat(9.0))
    assert (kwh[1, 0], quality[1, 0]) == (2.0, LINE)
    assert (kwh[1, 23], quality[1, 23]) == (3.0, S)  # Monday's 23:00, not halfway to Wednesday


def test_no_line_is_drawn_from_a_day_with_another_interval():
    found = interpolated(np.array([[GAP, 1.0]]), np.array([GAP]), 2)
    assert np.isnan(found).all()
    half_hours, hours = days(np.ones(48), interval=30), days(gap(flat(), 0), start=MONDAY + 1)
    history = History(MeasuredDays.of(half_hours), MeasuredDays.of(hours))
    assert np.isnan(history.last_kwh_before(history.own)).all()


def test_similar_days_are_the_latest_four_of_the_same_type_with_the_point_measured():
    week = [flat(kwh) for kwh in (10, 20, 30, 40, 50, 6, 7)]  # Monday to Sunday
    monday = gap(flat(), *range(8, 14))
    kwh, quality, _, _ = checked(*week, monday)
    assert kwh[7, 8] == np.mean([20, 30, 40, 50])
    assert set(quality[7, 8:14]) == {S}
    saturday = gap(flat(), *range(8, 14))
    kwh, _, _, _ = checked(*week, None, None, None, None, None, saturday)
    assert kwh[-1, 8] == 6.5
    kwh, _, _, _ = checked(*week[:4], gap(week[4], *range(8, 14)), *week[5:], monday)
    assert kwh[7, 8] == np.mean([20, 30, 40])  # the estimate of Friday is no source
    assert kwh[7, 14] == 1.0


def test_similar_days_look_no_further_back_than_the_history():
    curves = [flat(5.0), *[None] * 27, gap(flat(), *range(8, 14))]
    assert checked(*curves)[0][1, 8] == 5.0
    assert np.isnan(checked(curves[0], None, *curves[1:])[0][1, 8])


def test_more_similar_days_may_be_asked_for_than_there_are_days_to_look_at():
    kwh, *_ = checked(*[flat(2.0)] * 4, gap(flat(), *range(8, 14)), rules=replace(RULES, similar_days=40))
    assert kwh[4, 8] == 2.0


def test_days_of_another_length_are_no_similar_days():
    spring = days(np.ones(23), start=MONDAY)
    kwh, *_ = checked(gap(flat(), *range(8, 14)), start=MONDAY + 1, before=MeasuredDays.of(spring))
    assert np.isnan(kwh[0, 8])


def test_an_impossible_reading_is_replaced_and_its_code_says_how():
    _, quality, flags, result = checked(flat(h8=150.0))
    assert quality[0, 7:10].tolist() == [R, Quality.REPLACED_INTERPOLATED, R]
    assert Flag.IMPOSSIBLE in flags[0]
    assert result.is_edited.tolist() == [True]
    high = {f"h{hour}": 150.0 for hour in range(8, 12)}
    kwh, quality, _, _ = checked(flat(2.0), flat(**high))
    assert (kwh[1, 8], set(quality[1, 8:12])) == (2.0, {Quality.REPLACED_SIMILAR_DAY})
    kwh, quality, _, _ = checked(flat(**high))
    assert np.isnan(kwh[0, 8])
    assert set(quality[0, 8:12]) == {Quality.REMOVED}


def test_the_maximum_is_a_power_so_it_scales_with_the_interval():
    quarter = np.full(96, 1.0)
    quarter[10] = 26.0  # 104 kW
    assert checked(quarter, interval=15)[1][0, 10] == Quality.REPLACED_INTERPOLATED
    assert checked(flat(h10=26.0))[1][0, 10] == R


def test_a_day_in_wh_is_divided_by_a_thousand():
    week = [flat(0.5)] * 7
    kwh, quality, flags, result = checked(*week, gap(flat(450.0), 8))
    assert kwh[7, 7] == np.float32(0.45)
    assert (set(quality[7, [7, 9]]), quality[7, 8]) == ({Quality.RESCALED}, LINE)
    assert kwh[7, 8] == pytest.approx(0.45)
    assert flags[7] == {Flag.WRONG_UNIT}
    assert result.is_edited.tolist() == [False] * 7 + [True]


def test_a_day_in_wh_is_not_guessed_without_a_week_of_history():
    _, _, flags, _ = checked(*[flat(0.05)] * 6, flat(50.0))
    assert Flag.WRONG_UNIT not in flags[6]


def test_a_pump_that_starts_after_weeks_of_rest_is_not_taken_for_wh():
    """As far above its usual as Wh would be, in kWh with decimals."""
    kwh, quality, flags, _ = checked(*[flat(0.04)] * 7, gap(flat(40.0, h3=39.513), 8))
    assert (kwh[7, 7], quality[7, 7]) == (40.0, R)
    assert Flag.WRONG_UNIT not in flags[7]


def test_days_in_wh_are_converted_however_long_they_come():
    """The days before count as converted, or after as many days in Wh as in kWh they would be the usual."""
    week, in_wh = [flat(0.5)] * 7, [flat(450.0)] * 28
    assert flags_after(week, *in_wh) == [{Flag.WRONG_UNIT}] * 28
    kwh, quality, *_ = checked(*week, None, *in_wh)
    assert (set(kwh[7:].ravel()), set(quality[7:].ravel())) == ({np.float32(0.45)}, {Quality.RESCALED})


def test_an_impossible_day_is_no_measure_of_what_came_in_wh():
    """Eight days of nonsense would outvote the seven that were measured, and do not make up for days that lack."""
    broken = flat(99_000.5)
    assert flags_after([flat(0.5)] * 4 + [broken] * 4, flat(450.0)) == [{Flag.IMPOSSIBLE}]
    found = flags_after([flat(0.5)] * 7 + [broken] * 8, flat(450.0))
    assert found == [{Flag.WRONG_UNIT}]


def test_a_high_day_is_flagged_and_kept():
    kwh, quality, flags, _ = checked(*[flat(1.0)] * 7, flat(6.0), flat(4.0))
    assert flags[7:] == [{Flag.HIGH_AGAINST_HISTORY}, set()]
    assert (kwh[7, 0], quality[7, 0]) == (6.0, R)


def flags_after(before, *curves, rules=RULES, **kind):
    """Flags of the days that follow the days `before`."""
    return checked(*before, *curves, rules=rules, **kind)[2][len(before) :]


WEEK = [flat(h18=3.0)] * 7


def test_a_spike_towers_over_its_day_and_over_the_days_before_and_is_kept():
    assert Flag.SPIKE in flags_after(WEEK, flat(h8=12.0, h9=11.0))[0]
    assert Flag.SPIKE not in flags_after(WEEK, flat(h8=12.0, h9=11.0, h10=4.5))[0]  # the third-highest is near
    assert Flag.SPIKE not in flags_after(WEEK, flat(0.1, h8=4.9))[0]  # low
    assert Flag.SPIKE not in flags_after([*WEEK, flat(h18=7.0), flat(h18=7.0)], flat(h8=12.0))[0]  # twice 6 in use
    kwh, quality, _, _ = checked(*WEEK, flat(h8=12.0))
    assert (kwh[7, 8], quality[7, 8]) == (12.0, R)


def test_a_jump_is_more_than_twice_what_the_meter_showed_and_between_neighbours():
    assert Flag.JUMP in flags_after(WEEK, flat(h8=9.5))[0]
    assert Flag.JUMP not in flags_after(WEEK, np.linspace(1.0, 20.0, 24))[0]
    assert Flag.JUMP not in flags_after([flat(h8=6.0)] * 7, flat(h8=10.5))[0]
    firm = [flat(5.0, h12=30.0)] * 7
    assert flags_after(firm, flat(5.0, h12=50.0), flat(5.0, h12=56.0)) == [set(), {Flag.JUMP}]


def test_one_odd_day_does_not_hide_the_next_and_two_do():
    odd = flat(h8=12.0)
    assert [Flag.JUMP in day for day in flags_after(WEEK, odd, flat(), odd, flat(), odd)] == [
        True,
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("odd", [flat(h8=30.0), flat(20.0), flat(0.0)])
def test_without_a_week_of_history_nothing_is_judged(odd):
    assert flags_after(WEEK[:6], odd) == [set()]
    assert flags_after(WEEK, odd) != [set()]
    assert checked(*WEEK, *[None] * 21, odd)[2][-1] != set()
    assert checked(*WEEK, *[None] * 22, odd)[2][-1] == set()


def test_a_meter_that_dies_is_flagged_that_day_and_two_more():
    dies = flat(**{f"h{hour}": 0.0 for hour in range(12, 24)})
    assert flags_after(WEEK, dies, *[flat(0.0)] * 4) == [{Flag.ZERO_RUN}] * 3 + [set()] * 2
    late = flat(**{f"h{hour}": 0.0 for hour in range(20, 24)})
    assert flags_after(WEEK, late, *[flat(0.0)] * 3) == [set(), *[{Flag.ZERO_RUN}] * 2, set()]
    returns = flat(**{f"h{hour}": 0.0 for hour in range(14)})
    assert flags_after(WEEK, dies, returns, returns) == [{Flag.ZERO_RUN}] * 2 + [set()]
    longer = replace(RULES, zero_run_days=28)
    found = flags_after([*WEEK] * 4, dies, *[flat(0.0)] * 28, rules=longer)
    assert [len(names) for names in found] == [1] * 23 + [0] * 6  # by then fewer than seven days with use are left


def test_days_that_did_not_come_in_do_not_end_a_rest():
    found = checked(*WEEK, flat(0.0), None, flat(0.0), flat(0.0))[2]
    assert found[7:] == [{Flag.ZERO_RUN}] * 2 + [set()]


def test_zeros_that_a_meter_always_has_are_nothing_new():
    def dark(first, last):
        return flat(**{f"h{hour}": 0.0 for hour in range(first, last)})

    lights = [dark(6, 18)] * 7
    assert flags_after(lights, dark(5, 19), dark(0, 21)) == [set(), set()]
    assert flags_after(lights, flat(0.0)) == [{Flag.ZERO_RUN}]
    assert flags_after([dark(6, 21)] * 7, flat(0.0)) == [{Flag.ZERO_RUN}]  # not ten hours more, but no use at all
    pump = [flat(0.0), flat(5.0)] * 4
    assert flags_after(pump, flat(0.0), flat(5.0), flat(0.0)) == [set()] * 3
    assert flags_after(WEEK, dark(3, 13), dark(3, 12)) == [{Flag.ZERO_RUN}, set()]
    assert flags_after(WEEK, gap(dark(3, 13), 6)) == [set()]


def test_zeros_are_counted_in_hours_whatever_the_interval():
    def zeros(points):
        return np.r_[np.zeros(points), np.ones(96 - points)]

    assert flags_after([np.ones(96)] * 7, zeros(40), interval=15) == [{Flag.ZERO_RUN}]
    assert flags_after([np.ones(96)] * 7, zeros(39), interval=15) == [set()]


def test_a_run_of_zeros_is_measured_in_the_day_and_at_its_ends():
    curves = np.array([[0, 0, 1, 0, 0, 0, 1, 0], [0] * 8, [1] * 8, [0, GAP, 0, 0, 0, 0, 0, 0], [GAP] * 8])
    assert zero_runs(curves)[:3].tolist() == [[3, 3, 2, 1, 0], [8, 0, 8, 8, 1], [0, 0, 0, 0, 0]]
    assert zero_runs(curves)[3].tolist() == [6, 1, 1, 6, 1]
    assert np.isnan(zero_runs(curves)[4]).all()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.one_of(st.just(GAP), st.sampled_from([0.1, 1.0, 1.9, 2.1, 5.0])), min_size=2, max_size=12), st.data()
)
def test_beyond_is_above_a_multiple_of_the_second_highest_before(values, data):
    own = MeasuredDays.of(days(*[flat()] * len(values)))
    history = History(nothing(), own)
    rules = replace(RULES, history_days_least=data.draw(st.integers(2, 7)))
    found = is_beyond(history, np.array(values), history.own, rules)
    for place, value in enumerate(values):
        known = sorted(one for one in values[:place] if not np.isnan(one))
        expected = len(known) >= rules.history_days_least and value > 2 * known[-2]
        assert found[place] == expected


def test_a_week_of_mostly_estimated_days_is_flagged():
    poor = gap(flat(), *range(4, 24))
    flags = checked(*[poor] * 8)[2]
    assert [Flag.ESTIMATED_TOO_LONG in names for names in flags] == [False] * 6 + [True] * 2
    flags = checked(*[poor] * 3, None, *[poor] * 6)[2]
    assert not any(Flag.ESTIMATED_TOO_LONG in names for names in flags)


def test_history_may_lie_before_the_shard():
    before = MeasuredDays.of(days(*[flat(1.0)] * 7))
    kwh, _, flags, _ = checked(gap(flat(6.0), 0), start=MONDAY + 7, before=before)
    assert flags == [{Flag.HIGH_AGAINST_HISTORY}]
    assert kwh[0, 0] == 3.5


@pytest.mark.parametrize(("means", "expected"), [(range(1, 8), 4), (range(1, 9), 4.5), (range(1, 7), np.nan)])
def test_usual_is_the_median_of_at_least_a_week(means, expected):
    own = MeasuredDays.of(days(*[flat(kwh) for kwh in means], flat(99.0)))
    history = History(nothing(), own)
    assert usual_kw(history, own.mean_kw(), history.own[-1:], RULES)[0] == pytest.approx(expected, nan_ok=True)


def test_rules_that_cannot_be_are_refused():
    for change in (
        {"maximum_kw": 0},
        {"wrong_unit_low": 5000},
        {"mostly_estimated_days": 29},
        {"history_days_least": 29},
        {"history_days": 29},
    ):
        with pytest.raises(ConfigurationError):
            replace(RULES, **change)


cells = st.one_of(st.just(GAP), st.floats(0, 3, width=32), st.sampled_from([0.0, 12.0, 150.0, 700.0]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.lists(cells, min_size=24, max_size=24)), min_size=1, max_size=8), st.data())
def test_what_quality_calls_received_is_as_received_and_later_days_change_nothing(curves, data):
    if all(curve is None or np.isnan(curve).all() for curve in curves):
        return
    shard = days(*curves)
    result = validated(shard, nothing(), RULES)
    is_received = result.quality == Quality.RECEIVED
    np.testing.assert_array_equal(result.kwh[is_received], shard.kwh[is_received])
    assert np.isnan(shard.kwh[np.isin(result.quality, [LINE, S, M])]).all()
    has_value = ~np.isin(result.quality, [M, Quality.REMOVED])
    np.testing.assert_array_equal(has_value, ~np.isnan(result.kwh))
    cut = data.draw(st.integers(1, len(curves)))
    if all(curve is None for curve in curves[:cut]):
        return
    shorter = validated(days(*curves[:cut]), nothing(), RULES)
    np.testing.assert_array_equal(shorter.kwh, result.kwh[: len(shorter.kwh)])
    np.testing.assert_array_equal(shorter.quality, result.quality[: len(shorter.kwh)])
    np.testing.assert_array_equal(shorter.flags, result.flags[: len(shorter.flags)])


shapes = st.sampled_from(
    [flat(0.0), flat(), flat(9.0), flat(h8=12.0), flat(h8=30.0), flat(h3=0.0, h20=0.0), flat(900.0), flat(900.0)]
) | st.builds(
    lambda first, last: flat(**{f"h{hour}": 0.0 for hour in range(first, last)}),
    st.integers(0, 14),
    st.integers(11, 24),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.none() | shapes | shapes, min_size=9, max_size=16).filter(lambda all_: any(map(np.any, all_))),
    st.data(),
)
def test_a_month_judged_after_the_one_before_is_flagged_as_both_at_once(curves, data):
    rules = replace(RULES, history_days=8, history_days_least=3)
    cut = data.draw(st.integers(1, len(curves) - 1))
    if not any(curve is not None for curve in curves[:cut]) or not any(curve is not None for curve in curves[cut:]):
        return
    whole = validated(days(*curves), nothing(), rules)
    first = days(*curves[:cut])
    made = validated(first, nothing(), rules)
    measured = replace(first, kwh=np.where(is_one_of(made.quality, *MEASURED), made.kwh, GAP).astype(np.float32))
    later = validated(days(*curves[cut:], start=MONDAY + cut), MeasuredDays.of(measured), rules)
    np.testing.assert_array_equal(later.flags, whole.flags[len(whole.flags) - len(later.flags) :])
