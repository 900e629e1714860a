"""The watch over time: a planted shift or drop is found, and weeks in which nothing happens are left in peace."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerlake.errors import ConfigurationError
from powerlake.quality.day_parts import CODES_KEPT, OTHER, DayPart, by_day, day_parts, together
from powerlake.quality.deliveries import judged_feeds, judged_landing
from powerlake.quality.drift import binned, chance_psi, judged_days, last_complete, psi, volume
from powerlake.quality.drift_rules import DriftRules
from powerlake.quality.judged import Judged
from powerlake.quality.watched import HAS_BUSINESS_DAY, LATENESS, WATCHED, Watched, department_of
from powerlake.tables.feeds import FEEDS

RULES = DriftRules()
FIRST = date(2024, 3, 1)
LATER = date(2025, 1, 1)

EVENTS = Watched(WATCHED["silver.alarms"].table, "day", ("size",), ("code",))
Change = Callable[[dict[str, np.ndarray], np.random.Generator], dict[str, np.ndarray]]


def events(days: int = 40, a_day: int = 400, seed: int = 0, change: Change | None = None) -> pa.Table:
    """So many events a day of three codes and log-normal sizes, one in fifty without size, and a few of the day after.

    Days have a level of their own, as weather gives them. `change` is of the last whole day.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(days + 1):
        count = rng.poisson(a_day) if number < days else 3
        size = rng.lognormal(rng.normal(0, 0.1), 1, count)
        own = {
            "size": np.where(rng.random(count) < 0.02, np.nan, size),
            "code": rng.choice(["a", "b", "c"], count, p=[0.7, 0.25, 0.05]),
        }
        if change and number == days - 1:
            own = change(own, rng)
        own["day"] = np.full(len(own["size"]), np.datetime64(FIRST) + number)
        parts.append(pa.table({name: pa.array(values, from_pandas=True) for name, values in own.items()}))
    rows = pa.concat_tables(parts)
    return rows.set_column(rows.column_names.index("day"), "day", rows["day"].cast(pa.date32()))


def judged(rows: pa.Table, today: date = LATER) -> dict[str, Judged]:
    days = day_parts(rows, "day", EVENTS.numbers, EVENTS.codes, 500)
    return {one.rule: one for one in judged_days(EVENTS, days, today, RULES)}


def broken(rows: pa.Table) -> set[str]:
    return {rule for rule, one in judged(rows).items() if one.outcome != "held"}


def with_code(own: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    own["code"] = np.where(rng.random(len(own["code"])) < 0.4, "new", own["code"])
    return own


def without_sizes(own: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    own["size"] = np.where(rng.random(len(own["size"])) < 0.2, np.nan, own["size"])
    return own


PLANTED: list[tuple[str, Change, set[str]]] = [
    ("nothing", lambda own, rng: own, set()),
    ("sizes doubled and more", lambda own, rng: own | {"size": own["size"] * 2.5}, {"drift(size)"}),
    ("sizes in thousandths", lambda own, rng: own | {"size": own["size"] / 1000}, {"drift(size)"}),
    ("a code that was never there", with_code, {"drift(code)"}),
    ("sizes missing", without_sizes, {"nulls(size)"}),
    ("half the rows", lambda own, rng: {name: v[: len(v) // 2] for name, v in own.items()}, {"volume"}),
    ("twice the rows", lambda own, rng: {name: np.tile(v, 2) for name, v in own.items()}, {"volume"}),
]


@pytest.mark.parametrize(("change", "rules"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED])
def test_what_was_planted_is_found_and_nothing_else(change: Change, rules: set[str]) -> None:
    rows = events(change=change)
    assert broken(rows) == rules
    assert set(judged(rows)) == {"volume", "drift(size)", "drift(code)", "nulls(size)", "nulls(code)"}
    assert all(judged(rows)[rule].found for rule in rules)


@pytest.mark.parametrize("a_day", [2, 30, 400])
def test_weeks_in_which_nothing_happens_are_left_in_peace(a_day: int) -> None:
    """Of 120 days with a level each, at most one in a hundred verdicts is a false alarm, however few the rows."""
    told = [one for seed in range(3) for one in judged(events(40, a_day, seed)).values()]
    told += [one for seed in range(3) for one in judged(events(38, a_day, 10 + seed)).values()]
    assert told
    assert sum(one.outcome != "held" for one in told) <= len(told) / 100


def test_few_rows_a_day_count_together_and_too_few_are_not_judged_by_shape() -> None:
    assert "drift(size)" in judged(events(60, 20))
    assert set(judged(events(60, 3))) <= {"volume"}


def test_a_short_history_says_nothing() -> None:
    assert judged(events(10)) == {}
    assert judged(events(1)) == {}
    assert judged_days(EVENTS, {}, LATER, RULES) == []


def test_a_day_is_judged_once_another_follows() -> None:
    """The last day with rows may still fill, or be what other clocks count to the next day; a day to come is none."""
    last = FIRST + timedelta(days=39)
    days = day_parts(events(), "day", (), (), 1)
    assert days[last + timedelta(days=1)].rows == 3
    assert last_complete(days, LATER) == last
    assert last_complete(days, last) == last - timedelta(days=1)
    assert last_complete({last: days[last]}, LATER) is None
    assert last_complete({}, LATER) is None


def with_rows_on(days: set[int], a_day: int = 400) -> dict[date, DayPart]:
    return {FIRST + timedelta(days=day): DayPart(a_day) for day in days}


@pytest.mark.parametrize(
    ("days", "outcome", "observed"),
    [
        ({*range(41)}, "held", 400),
        ({*range(41)} - {39}, "warned", 0),
        ({*range(41)} - {37, 38, 39}, "warned", 0),
        ({*range(41)} - {30}, "held", 400),
        ({day for day in range(32) if (FIRST + timedelta(days=day)).weekday() < 5}, "held", 400),
    ],
    ids=["every day", "none yesterday", "none for three days", "none ten days ago", "never at a weekend"],
)
def test_a_day_without_rows_is_told_once_another_follows(days: set[int], outcome: str, observed: int) -> None:
    """The last day is a Wednesday, and a Monday of the feed that rests at weekends."""
    nothing = Watched(EVENTS.table, "day", (), ())
    (found,) = judged_days(nothing, with_rows_on(days), LATER, RULES)
    assert (found.rule, found.outcome, found.observed) == ("volume", outcome, observed)


@pytest.mark.parametrize(
    ("others", "outcome"),
    [((), "warned"), ((30,), "warned"), ((20, 30), "held")],
    ids=["the first", "one does not hide the next", "it happens now and then"],
)
def test_a_day_without_any_value_is_told(others: tuple[int, ...], outcome: str) -> None:
    rows = events()
    empty = pa.array([FIRST + timedelta(days=day) for day in (*others, 39)], pa.date32())
    sizes = pc.if_else(pc.is_in(rows["day"], empty), pa.scalar(None, pa.float64()), rows["size"])
    found = judged(rows.set_column(rows.column_names.index("size"), "size", sizes))["nulls(size)"]
    assert (found.outcome, found.observed) == (outcome, 1)


def counts(weekday: int, weekend: int, last: int) -> dict[date, int]:
    days = [FIRST + timedelta(days=number) for number in range(29)]
    found = {day: weekend if day.weekday() >= 5 else weekday for day in days}
    return found | {days[-1]: last}


@pytest.mark.parametrize(
    ("weekday", "weekend", "last", "outcome"),
    [
        (1000, 100, 1000, "held"),
        (1000, 100, 100, "warned"),
        (1000, 1000, 750, "held"),
        (1000, 1000, 500, "warned"),
        (1000, 1000, 0, "warned"),
        (4, 4, 0, "held"),
        (100, 100, 145, "held"),
        (100, 100, 165, "warned"),
    ],
)
def test_a_day_is_compared_with_its_like(weekday: int, weekend: int, last: int, outcome: str) -> None:
    """The 29th day is a Friday. What chance gives of a handful, or of a hundred, says nothing."""
    found = volume("silver.alarms", counts(weekday, weekend, last), FIRST + timedelta(days=28), RULES)
    assert found is not None
    assert (found.outcome, found.observed, found.severity) == (outcome, last, "warn")


@pytest.mark.parametrize(
    ("before", "last", "outcome"),
    [
        ({3: 0}, 0, "warned"),
        ({3: 0, 9: 0}, 0, "held"),
        ({3: 9000}, 9000, "held"),
        ({3: 9000}, 9900, "warned"),
    ],
    ids=["one outage does not hide the next", "a day off now and then", "a peak as before", "a higher peak"],
)
def test_what_the_weeks_before_have_shown_is_not_unusual(before: dict[int, int], last: int, outcome: str) -> None:
    given = counts(1000, 1000, last) | {FIRST + timedelta(days=day): rows for day, rows in before.items()}
    found = volume("silver.alarms", given, FIRST + timedelta(days=28), RULES)
    assert found is not None
    assert found.outcome == outcome


def test_a_feed_that_does_not_come_daily_has_no_usual_day() -> None:
    weekly = {FIRST + timedelta(days=7 * number): 100 for number in range(5)}
    assert volume("x", weekly, FIRST + timedelta(days=28), RULES) is None


bins = st.lists(st.floats(0, 1e6), min_size=2, max_size=12)


@given(bins, st.floats(1, 50))
def test_the_index_is_nothing_for_the_same_shares_and_never_below(rows: list[float], times: float) -> None:
    reference = np.array(rows) + 1.0
    assert psi(reference, reference) == pytest.approx(0)
    assert psi(reference, reference[::-1] * times) >= 0


def test_the_index_is_that_of_the_textbook() -> None:
    """(0.6 − 0.5) ln(0.6 ÷ 0.5) + (0.4 − 0.5) ln(0.4 ÷ 0.5); half a row in a million changes nothing."""
    assert psi(np.array([5e5, 5e5]), np.array([6e5, 4e5])) == pytest.approx(
        0.1 * np.log(1.2) - 0.1 * np.log(0.8), abs=1e-5
    )


def test_chance_alone_stays_under_what_chance_gives() -> None:
    rng = np.random.default_rng(3)
    found = [psi(*(rng.multinomial(rows, [0.1] * 10).astype(float) for rows in (3000, 300))) for _ in range(2000)]
    assert np.mean(np.array(found) > chance_psi(3000, 300, 10)) < 0.004
    assert max(found) > 0.5 * chance_psi(3000, 300, 10)


@given(st.lists(st.floats(-1e9, 1e9) | st.none(), max_size=300), st.integers(1, 7))
def test_summaries_of_parts_stand_for_the_rows_of_the_whole(values: list[float | None], cut: int) -> None:
    days = [FIRST + timedelta(days=number % 3) for number in range(len(values))]
    rows = pa.table({"day": pa.array(days, pa.date32()), "size": pa.array(values, pa.float64())})
    whole = day_parts(rows, "day", ("size",), (), 20)
    parts = by_day(
        day_parts(rows.slice(start, cut * 10), "day", ("size",), (), 20) for start in range(0, len(rows), cut * 10)
    )
    assert {day: part.rows for day, part in whole.items()} == {day: part.rows for day, part in parts.items()}
    for day, part in parts.items():
        size, one = part.columns["size"], whole[day].columns["size"]
        assert size.nulls == one.nulls
        assert size.weights.sum() == pytest.approx(part.rows - size.nulls) == pytest.approx(one.weights.sum())
        assert len(one.values) <= 20
        assert set(size.values) <= {value for value in values if value is not None}


def test_bins_hold_a_tenth_of_the_reference_each() -> None:
    rows = events(10, 3000)
    part = together(day_parts(rows, "day", ("size",), (), 2000).values()).columns["size"]
    (own,) = binned(part, [part])
    assert own[[0, -1]].tolist() == [0, 0], "nothing lies far beyond itself"
    assert len(own) == 12
    np.testing.assert_allclose(own[1:-1] / own.sum(), 0.1, atol=0.002)


def test_a_number_of_few_values_is_binned_by_value_so_that_both_ways_show() -> None:
    def part(values: list[float]) -> object:
        rows = pa.table({"day": pa.array([FIRST] * len(values), pa.date32()), "size": values})
        return day_parts(rows, "day", ("size",), (), 100)[FIRST].columns["size"]

    usual, lower = part([96.0] * 90 + [95.0] * 10), part([95.0] * 100)
    (own, other) = binned(usual, [usual, lower])  # type: ignore[arg-type,list-item]
    assert (own.tolist(), other.tolist()) == ([10, 90, 0], [100, 0, 0])


def test_codes_beyond_the_most_frequent_count_as_one() -> None:
    codes = [f"c{number:03d}" for number in range(CODES_KEPT + 20) for _ in range(2)]
    rows = pa.table({"day": pa.array([FIRST] * len(codes), pa.date32()), "code": codes})
    part = day_parts(rows, "day", (), ("code",), 1)[FIRST].columns["code"]
    assert len(part.values) == CODES_KEPT + 1
    assert dict(zip(part.values, part.weights, strict=True))[OTHER] == 40
    assert part.weights.sum() == len(codes)


def file(feed: str, seen_at: datetime, **changes: object) -> dict[str, object]:
    usual = {"feed": feed, "outcome": "taken", "seen_at": seen_at, "rows_received": 10, "rows_kept": 10}
    return usual | {"rows_quarantined": 0} | changes


NOW = datetime(2024, 4, 1, 20, tzinfo=UTC)
CLOCK = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(("days", "outcome"), [(6.9, "held"), (7.1, "warned")])
def test_a_feed_is_late_when_its_contract_says_so(days: float, outcome: str) -> None:
    """meter_events may come seven days late."""
    taken = file("metering/meter_events", NOW - timedelta(days=days))
    rejected = file("metering/meter_events", NOW, outcome="rejected")
    (found,) = judged_feeds([taken, rejected], NOW, CLOCK, RULES)
    assert (found.rule, found.outcome, found.high) == ("freshness", outcome, 7)
    assert found.observed == pytest.approx(days)


def test_the_day_of_the_last_delivery_is_by_the_utility_s_clock() -> None:
    """At 20:00 UTC it is the next day in Shanghai."""
    (found,) = judged_feeds([file("metering/meter_events", NOW - timedelta(days=10))], NOW, CLOCK, RULES)
    assert found.found.startswith("nothing came since 2024-03-23, 10.0 days ago")


def test_rows_without_a_day_of_their_own_are_counted_by_delivery() -> None:
    daily = [file("marketing/customers", NOW - timedelta(days=day), rows_kept=500) for day in range(1, 29)]
    few = [*daily, file("marketing/customers", NOW, rows_kept=5)]
    found = {one.rule: one for one in judged_feeds(few, NOW, CLOCK, RULES)}
    assert (found["volume"].outcome, found["volume"].observed) == ("warned", 5)
    as_usual = [*daily, file("marketing/customers", NOW, rows_kept=480)]
    assert {one.outcome for one in judged_feeds(as_usual, NOW, CLOCK, RULES)} == {"held"}


def test_what_landing_refused_is_told_by_feed() -> None:
    files = [
        file("a/x", NOW, rows_received=9, rows_quarantined=2),
        file("a/x", NOW, outcome="rejected", rows_received=1, rows_quarantined=1),
        file("a/y", NOW),
    ]
    found = {(one.table, one.rule): (one.checked, one.failing, one.outcome) for one in judged_landing(files)}
    assert found == {
        ("a/x", "files_taken"): (2, 1, "warned"),
        ("a/x", "rows_kept"): (10, 3, "warned"),
        ("a/y", "files_taken"): (1, 0, "held"),
        ("a/y", "rows_kept"): (10, 0, "held"),
    }


def test_every_feed_has_a_lateness_and_every_growing_one_is_watched() -> None:
    assert set(LATENESS) == {"metering/load_curves", *FEEDS}
    growing = {f"silver.{feed.name}" for feed in FEEDS.values() if feed.month_of}
    assert set(WATCHED) == growing | {"silver.load_curves", "gold.daily_load_features"}
    assert {path.split("/")[1] for path in HAS_BUSINESS_DAY} == {name.split(".")[1] for name in WATCHED} - {
        "daily_load_features"
    }
    for watched in WATCHED.values():
        assert {watched.day, *watched.numbers, *watched.codes} <= set(watched.table.column_names)
        assert "month" in watched.table.partitioned_by


@pytest.mark.parametrize(
    ("name", "department"),
    [("metering/meters", "metering"), ("silver.bills", "marketing"), ("gold.dim_date", None)],
)
def test_a_department_is_told_where_one_delivers(name: str, department: str | None) -> None:
    assert department_of(name) == department


@pytest.mark.parametrize("day", range(7))
def test_a_week_is_enough_to_compare_any_weekday_with_its_like(day: int) -> None:
    rules = DriftRules(reference_days=7, reference_days_least=1)
    last = FIRST + timedelta(days=7 + day)
    found = volume("x", {last - timedelta(days=back): 100 + 900 * ((day - back) % 2) for back in range(8)}, last, rules)
    assert found is not None


def test_thresholds_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="days are counted"):
        DriftRules(reference_days=7, reference_days_least=14)
    with pytest.raises(ConfigurationError, match="a week or more"):
        DriftRules(reference_days=6, reference_days_least=1)
    with pytest.raises(ConfigurationError, match="above zero"):
        DriftRules(psi=0)
