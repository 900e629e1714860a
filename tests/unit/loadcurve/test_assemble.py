"""One curve a meter's day: intervals, clock changes, duplicates, corrections, refused readings."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.errors import ConfigurationError
from powerlake.loadcurve.assemble import assemble
from powerlake.loadcurve.bronze_rows import BronzeRows
from powerlake.loadcurve.clock import Label, LayoutClock, LocalClock
from powerlake.loadcurve.quality import Refusal
from powerlake.loadcurve.whole_days import is_whole

SHANGHAI = LayoutClock(LocalClock("Asia/Shanghai"))
LONDON = LayoutClock(LocalClock("Europe/London"))
PLAIN = {"long": SHANGHAI, "wide": SHANGHAI}
BRITISH = {"long": LONDON, "wide": LONDON}
SPRING, AUTUMN = "2024-03-31", "2024-10-27"


def steps(minutes, first=0, last=86400):
    return list(range(first, last, minutes * 60))


def curve(assembly, day=0):
    days = assembly.days
    first = int(days.points[:day].sum())
    return days.kwh[first : first + days.points[day]].tolist()


def reasons(assembly):
    return [Refusal(code).reason for code in assembly.refused.refusal]


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_a_full_day_tells_its_interval(bronze, bronze_row, minutes):
    labels = steps(minutes)
    assembly = assemble(bronze(bronze_row(range(len(labels)), labels)), PLAIN)
    assert assembly.days.interval_minutes.tolist() == [minutes]
    assert curve(assembly) == list(range(1440 // minutes))
    assert assembly.counts == {
        "received": len(labels),
        "published": len(labels),
        "quarantined": 0,
        "duplicates": 0,
        "superseded": 0,
    }


def test_a_sparse_day_takes_the_interval_of_the_meters_full_days(bronze, bronze_row):
    full = bronze_row(range(96), steps(15), day="2024-03-05")
    sparse = bronze_row([1, 2], [3600, 7200], day="2024-03-06")
    other_meter = bronze_row([1, 2], [3600, 7200], meter="m2")
    days = assemble(bronze(full, sparse, other_meter), PLAIN).days
    assert days.interval_minutes.tolist() == [15, 15, 60]


def test_a_stray_label_does_not_change_the_grid(bronze, bronze_row):
    assembly = assemble(bronze(bronze_row([*range(48), 9, 9], [*steps(30), 900, 17])), PLAIN)
    assert assembly.days.interval_minutes.tolist() == [30]
    assert reasons(assembly) == ["off_grid", "off_grid"]


@pytest.mark.parametrize(("places", "minutes"), [(24, 60), (48, 30), (96, 15)])
def test_a_wide_row_tells_its_interval_by_its_length(bronze, bronze_row, places, minutes):
    assembly = assemble(bronze(bronze_row(range(places))), PLAIN)
    assert assembly.days.interval_minutes.tolist() == [minutes]
    assert curve(assembly) == list(range(places))


def test_empty_cells_of_a_wide_row_are_no_readings(bronze, bronze_row):
    assembly = assemble(bronze(bronze_row([None, *range(95)])), PLAIN)
    assert np.isnan(curve(assembly)[0])
    assert assembly.counts["received"] == assembly.counts["published"] == 95


@pytest.mark.parametrize(("day", "points"), [(SPRING, 92), (AUTUMN, 100), ("2024-03-05", 96)])
def test_wide_rows_must_have_as_many_values_as_the_day(bronze, bronze_row, day, points):
    """P1…P100 with empty cells at the end fit every day; more or fewer places do not."""
    fits = assemble(bronze(bronze_row([1.0] * points + [None] * (100 - points), day=day)), BRITISH)
    assert fits.days.points.tolist() == [points]
    for wrong in {92, 96, 100} - {points}:
        assembly = assemble(bronze(bronze_row([1.0] * wrong, day=day)), BRITISH)
        assert len(assembly.days) == 0
        assert set(reasons(assembly)) == {"wrong_point_count"}
        assert assembly.counts["quarantined"] == wrong


def test_the_skipped_hour_is_refused_and_the_rest_closes_up(bronze, bronze_row):
    assembly = assemble(bronze(bronze_row(range(48), steps(30), day=SPRING)), BRITISH)
    assert reasons(assembly) == ["skipped_hour", "skipped_hour"]
    assert curve(assembly) == [0, 1, *range(4, 48)]


@pytest.mark.parametrize("order", ["by label", "by time"])
def test_the_doubled_hour_is_summer_time_first(bronze, bronze_row, order):
    labels = [*steps(30, 0, 7200), *steps(30, 3600)]
    kwh = list(range(50))
    if order == "by label":
        kwh = [kwh[i] for i in np.argsort(labels, kind="stable")]
        labels = sorted(labels)
    assert curve(assemble(bronze(bronze_row(kwh, labels, day=AUTUMN)), BRITISH)) == list(range(50))


def test_the_hour_before_midnight_that_comes_twice_is_placed_twice(bronze, bronze_row):
    clocks = {"long": LayoutClock(LocalClock("America/Sao_Paulo"))}
    labels = [*steps(30), *steps(30, 23 * 3600)]
    assembly = assemble(bronze(bronze_row(range(50), labels, day="2018-02-17")), clocks)
    assert (curve(assembly), assembly.counts["published"]) == (list(range(50)), 50)


def test_a_doubled_label_that_came_once_leaves_winter_time_empty(bronze, bronze_row):
    found = curve(assemble(bronze(bronze_row(range(48), steps(30), day=AUTUMN)), BRITISH))
    assert found[:4] == [0, 1, 2, 3]
    assert np.isnan(found[4:6]).all()
    assert found[6:] == list(range(4, 48))


def test_offsets_tell_the_doubled_hour_apart_whatever_the_order(bronze, bronze_row):
    labels, offsets = [5400, 5400, 3600, 0], [0, 60, 60, 60]
    assembly = assemble(bronze(bronze_row([5, 3, 2, 0], labels, offsets=offsets, day=AUTUMN)), BRITISH)
    found = curve(assembly)
    at = 60 // assembly.days.interval_minutes[0]
    assert [found[int(hour * at)] for hour in (0, 1, 1.5, 2.5)] == [0, 2, 3, 5]


def test_end_labels_close_their_interval_and_midnight_the_day_before(bronze, bronze_row):
    clocks = {"long": LayoutClock(LocalClock("Asia/Shanghai"), Label.END)}
    rows = (
        bronze_row(range(48), steps(30), day="2024-03-06"),
        bronze_row([99], [86400], day="2024-03-06", file="b"),
    )
    days = assemble(bronze(*rows), clocks).days
    assert days.date.astype(str).tolist() == ["2024-03-05", "2024-03-06"]
    assert (days.kwh[47], days.kwh[48:].tolist()) == (0, [*range(1, 48), 99])


def test_end_labels_on_clock_changes(bronze, bronze_row):
    clocks = {"long": LayoutClock(LocalClock("Europe/London"), Label.END)}
    spring = [*steps(30, 1800, 3600), *steps(30, 7200)]
    rows = (
        bronze_row(range(46), [*spring, 86400], day=SPRING),
        bronze_row(range(50), [*steps(30, 1800, 7200), *steps(30, 3600), 86400], day=AUTUMN),
    )
    assembly = assemble(bronze(*rows), clocks)
    assert (curve(assembly, 0), curve(assembly, 1)) == (list(range(46)), list(range(50)))


def test_a_month_takes_what_belongs_to_it_and_leaves_the_rest(bronze, bronze_row):
    clocks = {"long": LayoutClock(LocalClock("Asia/Shanghai"), Label.END)}
    shard = bronze(
        bronze_row(range(48), steps(30), day="2024-03-31"), bronze_row(range(48), steps(30), day="2024-04-01")
    )
    march, april = (assemble(shard, clocks, month=month) for month in ("2024-03", "2024-04"))
    assert march.days.date.astype(str).tolist() == ["2024-03-30", "2024-03-31"]
    assert (march.counts["received"], april.counts["received"]) == (49, 47)


def test_the_latest_delivery_wins_and_the_others_are_counted(bronze, bronze_row):
    rows = [
        bronze_row([1.0, 5.0], [0, 900], batch=1),
        bronze_row([2.0, 5.0], [0, 900], batch=2),
        bronze_row([1.0], [0], batch=3),
        bronze_row([3.0, 4.0, 3.0], [0, 0, 0], batch=3, file="metering/load_curves/b.csv"),
    ]
    assembly = assemble(bronze(*rows), PLAIN)
    assert curve(assembly)[:2] == [3, 5]
    # Interval 0 saw 1, 2, 1, 3, 4, 3: three values in all but the last, 1 and 3 repeated. Interval 1 saw 5 twice.
    assert assembly.counts == {"received": 8, "published": 2, "quarantined": 0, "duplicates": 3, "superseded": 3}
    assert assembly.days.batch.tolist() == [3]


def test_row_numbers_decide_within_a_file(bronze, bronze_row):
    later = bronze_row([2.0, 7.0], [0, 0], row_number=[9, 8])
    earlier = bronze_row([1.0], [0], row_number=[3])
    for rows in ((later, earlier), (earlier, later)):
        assert curve(assemble(bronze(*rows), PLAIN))[0] == 2


def test_values_no_register_shows_are_refused(bronze, bronze_row):
    labels = steps(60)
    kwh = [float("nan"), float("inf"), -0.5, -float("inf"), *range(20)]
    assembly = assemble(bronze(bronze_row(kwh, labels)), PLAIN)
    assert reasons(assembly) == ["not_finite", "not_finite", "negative", "not_finite"]
    assert assembly.counts["published"] == 20


@pytest.mark.parametrize("labels", [None, steps(60)])
def test_a_value_too_large_for_a_curve_is_refused_and_does_not_become_infinite(bronze, bronze_row, labels):
    assembly = assemble(bronze(bronze_row([1e39, 3e38, *[1.0] * 22], labels)), PLAIN)
    assert reasons(assembly) == ["not_finite"]
    assert (np.isnan(curve(assembly)[0]), curve(assembly)[1]) == (True, np.float32(3e38))


def test_a_label_outside_the_day_is_refused_and_a_day_of_refusals_has_no_row(bronze, bronze_row):
    assembly = assemble(bronze(bronze_row([1, 2], [-60, 90000]), bronze_row([-1.0], [0], meter="m0")), PLAIN)
    assert sorted(reasons(assembly)) == ["negative", "not_a_time", "not_a_time"]
    assert len(assembly.days) == 0


def test_the_latest_wide_row_decides_the_days_interval(bronze, bronze_row):
    rows = (bronze_row([1.0] * 24, batch=1), bronze_row([2.0] * 48, batch=2), bronze_row([3.0], [1800], batch=3))
    assembly = assemble(bronze(*rows), PLAIN)
    assert assembly.days.interval_minutes.tolist() == [30]
    assert set(reasons(assembly)) == {"other_interval"}
    assert curve(assembly) == [2.0, 3.0] + [2.0] * 46
    assert assembly.counts == {"received": 73, "published": 48, "quarantined": 24, "duplicates": 0, "superseded": 1}


def test_a_layout_without_a_clock_is_a_configuration_error(bronze, bronze_row):
    with pytest.raises(ConfigurationError, match="long"):
        assemble(bronze(bronze_row([1.0], [0])), {"wide": SHANGHAI})


def test_no_rows_give_no_days(bronze):
    assembly = assemble(bronze(), PLAIN)
    assert (len(assembly.days), assembly.counts["received"]) == (0, 0)


@st.composite
def deliveries(draw):
    """Rows of a few meters over a clock change, with repeats, corrections, strays and nonsense."""
    kwh = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([-1.0, float("nan"), float("inf")]))
    second = st.one_of(st.integers(0, 95).map(lambda point: point * 900), st.sampled_from([-5, 17, 86400, 99999]))
    rows = []
    for number in range(draw(st.integers(1, 6))):
        place = {
            "meter": draw(st.sampled_from(["m1", "m2"])),
            "day": draw(st.sampled_from(["2024-10-26", AUTUMN, SPRING])),
            "batch": draw(st.integers(1, 3)),
            "file": f"file {number}",
        }
        if draw(st.booleans()):
            cells = draw(st.lists(st.one_of(st.none(), kwh), min_size=1, max_size=3))
            length = draw(st.sampled_from([24, 48, 50, 92, 96, 100, 7]))
            rows.append(((cells * length)[:length], None, place))
        else:
            readings = draw(st.lists(st.tuples(kwh, second), min_size=1, max_size=20))
            rows.append(([value for value, _ in readings], [label for _, label in readings], place))
    return rows


@settings(max_examples=25, deadline=None)
@given(rows=deliveries(), label=st.sampled_from(list(Label)), shuffle=st.randoms())
def test_every_reading_is_accounted_for_whatever_comes_in_whatever_order(bronze, bronze_row, rows, label, shuffle):
    clocks = dict.fromkeys(("long", "wide"), LayoutClock(LocalClock("Europe/London"), label))
    built = [bronze_row(kwh, seconds, **place) for kwh, seconds, place in rows]
    received = sum(row["readings"] for row in built)
    assembly = assemble(bronze(*built), clocks)
    counts = assembly.counts
    assert counts["received"] == received
    assert counts["published"] == np.count_nonzero(~np.isnan(assembly.days.kwh))
    assert counts["quarantined"] == len(assembly.refused)
    assert received == sum(counts.values()) - received
    shuffle.shuffle(built)
    again = assemble(bronze(*built), clocks)
    assert again.counts == counts
    np.testing.assert_array_equal(again.days.kwh, assembly.days.kwh)
    np.testing.assert_array_equal(again.days.batch, assembly.days.batch)


def taken_reading_by_reading(*args, **kwargs):
    with patch("powerlake.loadcurve.assemble.is_whole", lambda rows: np.zeros(len(rows.date), dtype=bool)):
        return assemble(*args, **kwargs)


@settings(max_examples=30, deadline=None)
@given(rows=deliveries(), label=st.sampled_from(list(Label)), month=st.sampled_from([None, "2024-10", "2024-03"]))
def test_whole_days_come_out_as_if_taken_reading_by_reading(bronze, bronze_row, rows, label, month):
    clocks = dict.fromkeys(("long", "wide"), LayoutClock(LocalClock("Europe/London"), label))
    shard = bronze(*(bronze_row(kwh, seconds, **place) for kwh, seconds, place in rows))
    one, other = assemble(shard, clocks, month=month), taken_reading_by_reading(shard, clocks, month=month)
    assert one.counts == other.counts
    assert reasons(one) == reasons(other)
    for name in ("meter", "date", "interval_minutes", "points", "batch", "kwh"):
        np.testing.assert_array_equal(getattr(one.days, name), getattr(other.days, name))


def test_a_whole_day_needs_no_reading_by_reading(bronze, bronze_row):
    rows = [
        bronze_row([1.0] * 96),
        bronze_row([1.0, None] * 48, day="2024-03-06"),
        bronze_row([-1.0] + [1.0] * 95, day="2024-03-07"),
        bronze_row([1.0] * 95, day="2024-03-08"),
        bronze_row([1.0] * 96, day="2024-03-09"),
        bronze_row([1.0] * 96, day="2024-03-09", batch=2),
        bronze_row([1.0] * 96, meter="m2"),
        bronze_row([1.0], [0], meter="m2", day="2024-03-06"),
    ]
    found = is_whole(BronzeRows.of(bronze(*rows), PLAIN))
    assert found.tolist() == [True, True, False, False, False, False, False, False]
