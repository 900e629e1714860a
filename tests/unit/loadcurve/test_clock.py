"""Local days, clock changes, and where a time label puts a reading."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.errors import ConfigurationError
from powerlake.loadcurve.clock import Label, LayoutClock, LocalClock

LONDON = "Europe/London"
SYDNEY = "Australia/Sydney"
ZONES = (LONDON, SYDNEY, "Asia/Shanghai", "America/Sao_Paulo", "America/Havana", "Africa/Cairo")


def dates(*days: str) -> np.ndarray:
    return np.array(days, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"), [(LONDON, "2013-03-31", "2013-10-27"), (SYDNEY, "2013-10-06", "2013-04-07")]
)
def test_points_of_days_with_a_clock_change(zone, spring, autumn):
    clock = LocalClock(zone)
    assert clock.points(dates(spring, "2013-06-03", autumn), 30).tolist() == [46, 48, 50]
    assert clock.points(dates(spring, autumn), np.array([15, 60])).tolist() == [92, 25]


def test_a_zone_without_changes_and_uniform_days_have_48_points_all_year():
    year = np.arange("2013-01-01", "2014-01-01", dtype="datetime64[D]")
    for clock in (LocalClock("Asia/Shanghai"), LocalClock(SYDNEY, uniform_days=True)):
        assert (clock.points(year, 30) == 48).all()


@settings(max_examples=50, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    instant=st.integers(
        int(datetime(2005, 1, 1, tzinfo=UTC).timestamp()) // 900,
        int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) // 900,
    ),
)
def test_a_point_begins_where_zoneinfo_says(zone, instant):
    """Every quarter of an hour has one date and point, and both lead back to its instant and wall clock."""
    moment = datetime.fromtimestamp(instant * 900, UTC)
    local = moment.astimezone(ZoneInfo(zone))
    clock, date = LocalClock(zone), np.datetime64(local.date(), "D")
    point = (instant * 900 - clock.days(np.array([date])).start) // 900
    assert 0 <= point[0] < clock.points(np.array([date]), 15)[0]
    assert clock.start_instants(np.array([date]), point, 15)[0].astype(datetime) == moment.replace(tzinfo=None)
    assert clock.minutes_of_day(date, 15)[point[0]] == local.hour * 60 + local.minute


@settings(max_examples=50, deadline=None)
@given(zone=st.sampled_from(ZONES), number=st.integers(12_784, 20_088), quarter=st.integers(0, 95))
def test_labels_without_offset_agree_with_zoneinfo(zone, number, quarter):
    clock = LayoutClock(LocalClock(zone))
    date = np.array([number]).astype("datetime64[D]")
    wall = datetime(1970, 1, 1) + timedelta(days=number, minutes=15 * quarter)
    both = [wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)]
    exists = both[0].astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    for moment, is_second in zip(both, (False, True), strict=True):
        elapsed, missing = clock.elapsed(date, np.array([quarter * 900]), np.array([is_second]))
        assert missing[0] == (not exists)
        if exists:
            assert clock.clock.days(date).start[0] + elapsed[0] == moment.timestamp()


@pytest.mark.parametrize("zone", ZONES)
def test_labels_are_time_elapsed_only_on_whole_days_after_whole_days(zone):
    """Also where the clock goes back from midnight to 23:00, 24 hours after the day began."""
    clock = LocalClock(zone)
    days = np.arange("2017-12-30", "2019-01-03", dtype="datetime64[D]")
    is_24_h = (np.diff(clock.days(days).start) == 86_400) & (clock.days(days[:-1]).wall == 0)
    assert clock.is_plain(days[1:-1]).tolist() == (is_24_h[1:] & is_24_h[:-1]).tolist()


def test_an_end_label_at_midnight_closes_the_day_before():
    clock = LayoutClock(LocalClock(LONDON), Label.END)
    day = dates("2013-04-01")  # the day after the 23-hour day
    elapsed, missing = clock.elapsed(day, np.array([0]), np.array([False]))
    shift, inside = clock.into_day(day, elapsed)
    assert (shift.tolist(), inside.tolist(), missing.tolist()) == ([-1], [23 * 3600], [False])


def test_an_end_label_at_midnight_exists_even_where_the_clock_skips_midnight():
    clock = LayoutClock(LocalClock("America/Sao_Paulo"), Label.END)
    elapsed, missing = clock.elapsed(dates("2012-10-21"), np.array([0, 1800]), np.array([False, False]))
    assert (elapsed[0], missing.tolist()) == (0, [False, True])


def test_an_offset_tells_the_doubled_hour_apart_and_moves_days():
    clock = LayoutClock(LocalClock(LONDON))
    autumn = dates("2013-10-27", "2013-10-27", "2013-07-01", "2013-07-01")
    second, offset = np.array([5400, 5400, 84600, 0]), np.array([60, 0, 0, 120])
    shift, inside = clock.into_day(autumn, clock.elapsed_from_offset(autumn, second, offset))
    assert shift.tolist() == [0, 0, 1, -1]  # 23:30 UTC is 00:30 in London; 00:00 at UTC+2 is 23:00
    assert inside.tolist() == [5400, 9000, 1800, 82800]


def test_an_unknown_zone_is_a_configuration_error():
    with pytest.raises(ConfigurationError, match="Europe/Londn"):
        LocalClock("Europe/Londn")
