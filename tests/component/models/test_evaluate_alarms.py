"""The clean and conflicts suites: counts are the textbook's, a clean utility raises no alarm, planted faults do."""

import gzip
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from powerlake.loadcurve.days import to_lists
from powerlake.loadcurve.rules import VeeRules
from powerlake.models.evaluate_clean import Alarms, Found, evaluate_clean
from powerlake.models.evaluate_conflicts import NAMES, evaluate_conflicts
from powerlake.models.shares import share_of
from powerlake.models.suites.clean import alarms_of_conflicts, alarms_of_curves, alarms_of_feed
from powerlake.models.suites.conflicts import COMPARED
from powerlake.models.suites.conformed_curves import conformed_curves
from powerlake.models.suites.conformed_feeds import Conformed, conformed_feeds
from powerlake.models.suites.planted_faults import FAULTS, found_faults
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate.run import simulate
from powerlake.simulate.utility import Utility
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.survivorship import Conflict


def test_the_interval_of_a_share_is_clopper_and_pearson_s() -> None:
    assert share_of(0, 10) == pytest.approx({"value": 0, "low": 0, "high": 0.3085}, abs=1e-4)
    assert share_of(5, 10) == pytest.approx({"value": 0.5, "low": 0.1871, "high": 0.8129}, abs=1e-4)
    assert share_of(0, 0) == {"value": 0, "low": 0, "high": 1}


def test_rules_above_the_limit_are_counted_and_told_by_name() -> None:
    alarms = [
        Alarms("curves", "jump", "flagged", 30, 1000),
        Alarms("curves", "spike", "flagged", 1, 1000),
        Alarms("bills", "", "refused", 0, 500),
        Alarms("tickets", "bad_date", "refused", 2, 500),
    ]
    result = evaluate_clean(alarms, [Found("dead", 9, 10), Found("spike", 4, 10)], 0)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["metrics"]["share_flagged"]["value"] == 31 / 1000
    assert result["metrics"]["share_refused"]["value"] == 2 / 1000
    assert result["metrics"]["rules_above_limit"]["value"] == 2
    assert result["metrics"]["recall_dead"]["value"] == 0.9
    assert result["metrics"]["faults_mostly_missed"]["value"] == 1
    assert result["tables"]["alarms"]["rows"][0] == ["curves", "flagged", "jump", 30, 1000, "3.000%"]


def test_recall_and_precision_of_conflicts_are_by_kind() -> None:
    def rows(*bills: str) -> pd.DataFrame:
        kind = Conflict.BILLED_BY_OTHER_TARIFF.value
        return pd.DataFrame([(kind, "bill", bill, "tariff_code") for bill in bills], columns=NAMES)

    result = evaluate_conflicts(rows("b1", "b2", "b9"), rows("b1", "b2", "b3", "b4"), dict.fromkeys(Conflict, 100), 0)
    found = {name: metric["value"] for name, metric in result["metrics"].items()}
    assert found["recall_billed_by_other_tariff"] == 2 / 4
    assert found["precision_billed_by_other_tariff"] == pytest.approx(2 / 3)
    assert found["false_alarms_billed_by_other_tariff"] == 1 / 100
    assert ["billed_by_other_tariff", 100, 4, 3, 2, 1, 2] in result["tables"]["conflicts"]["rows"]


def test_no_row_of_a_clean_utility_is_refused_or_edited(tmp_path) -> None:
    simulate(Utility(510, 40, 2, is_clean=True), tmp_path / "clean")
    feeds = conformed_feeds(tmp_path / "clean", load_settings(find_project()))
    assert len(feeds) > 25
    assert [alarm for feed in feeds.values() for alarm in alarms_of_feed(feed) if alarm.count] == []


def test_a_row_that_gives_way_is_an_alarm_unless_its_department_dated_the_change() -> None:
    def feed(changed_at: str | None) -> Conformed:
        rows = {"key": ["G1", "G1", "G2"], "fate": ["superseded", "published", "published"]}
        none = pa.nulls(3, pa.string())
        cells = pa.table({"key": rows["key"], "changed_at": pa.array([None, changed_at, None], pa.string())})
        silver = pa.table({"edits": pa.nulls(2, pa.list_(pa.string()))})
        made = pa.table({**rows, "reason": none})
        return Conformed(FEEDS["assets/switchgear"], made, cells, silver, frozenset(), {})

    alarms = {when: [one for one in alarms_of_feed(feed(when)) if one.count] for when in (None, "2024-04-14 00:00:00")}
    assert alarms[None] == [Alarms("assets/switchgear", "superseded", "refused", 1, 3)]
    assert alarms["2024-04-14 00:00:00"] == []


def test_a_reading_that_bronze_refuses_is_an_alarm(tmp_path) -> None:
    simulate(Utility(3, 2, 2, is_clean=True), tmp_path)
    file = min((tmp_path / "landing/metering/load_curves").rglob("*.csv.gz"))
    settings = load_settings(find_project())
    (before,) = conformed_curves(tmp_path, settings)
    head, first, *others = gzip.decompress(file.read_bytes()).decode().splitlines()
    spoilt = first.rpartition(",")[0] + ",#VALUE!"
    file.write_bytes(gzip.compress("\n".join([head, spoilt, *others, ""]).encode()))
    (after,) = conformed_curves(tmp_path, settings)
    assert not before.refused
    assert after.refused.total() + after.counts["received"] == before.counts["received"]
    alarms, _ = alarms_of_curves(tmp_path, settings, 0)
    told = {one.rule: one for one in alarms if one.count and one.did == "refused"}
    assert {rule: one.count for rule, one in told.items()} == dict(after.refused)
    assert {one.of for one in alarms if one.did == "refused"} == {before.counts["received"]}


def test_rows_compared_are_counted_once_a_feed_also_where_two_have_as_many() -> None:
    kind = Conflict.UNKNOWN_TARIFF.value
    result = evaluate_clean(list(alarms_of_conflicts([kind, kind], dict.fromkeys(Conflict, 100))), [], 0)
    assert result["n_train"] == 100 * len(set(COMPARED.values()))
    assert result["metrics"]["share_told"]["value"] == 2 / result["n_train"]


def sound_curves(meters: int, days: int) -> pa.Table:
    """Half-hours between 0.4 and 1 kW with an hour at about 3 in the evening."""
    random = np.random.default_rng(3)
    kwh = random.uniform(0.2, 0.5, (meters * days, 48)).astype(np.float32)
    kwh[:, 36:38] += 1
    return pa.table(
        {
            "meter_id": np.repeat([f"M{number}" for number in range(meters)], days),
            "date": pa.array(np.tile(np.datetime64("2024-01-01") + np.arange(days), meters)),
            "interval_minutes": pa.array(np.full(meters * days, 30, np.int16)),
            "kwh": to_lists(kwh),
        }
    )


def test_faults_planted_in_sound_curves_are_found_where_the_rules_allow() -> None:
    curves = sound_curves(meters=12, days=40)
    before = curves["kwh"].to_pylist()
    found = {one.fault: (one.count, one.of) for one in found_faults(curves, VeeRules(), np.random.default_rng(1))}
    assert set(found) == {fault.name for fault in FAULTS}
    assert {of for _, of in found.values()} == {12}
    for name in ("spike_of_10", "step_of_10", "day_times_10", "dead", "day_in_wh"):
        assert found[name] == (12, 12), name
    deaf = VeeRules(
        spike_floor_kw=90,
        jump_kw=90,
        high_floor_kw=90,
        zero_run_hours=25,
        history_days_least=28,
        wrong_unit_floor_kw=9e3,
    )
    found = {one.fault: one.count for one in found_faults(curves, deaf, np.random.default_rng(1))}
    assert found["spike_of_10"] == found["step_of_3"] == found["day_times_10"] == 0
    assert curves["kwh"].to_pylist() == before


def test_faults_need_four_weeks_before_and_ten_days_behind() -> None:
    for days, meters in ((37, 0), (38, 5)):
        found = list(found_faults(sound_curves(5, days), VeeRules(), np.random.default_rng(1)))
        assert {one.of for one in found} == {meters}
