"""The clean and conflicts suites: counts are the textbook's, a clean utility raises no alarm by feed."""

import json

import pandas as pd
import pytest

from powerlake.models.evaluate_clean import Alarms, evaluate_clean
from powerlake.models.evaluate_conflicts import NAMES, evaluate_conflicts
from powerlake.models.shares import share_of
from powerlake.models.suites.clean import alarms_of_feed
from powerlake.models.suites.conformed_feeds import conformed_feeds
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate.run import simulate
from powerlake.simulate.utility import Utility
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
    result = evaluate_clean(alarms, 0)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["metrics"]["share_flagged"]["value"] == 31 / 1000
    assert result["metrics"]["share_refused"]["value"] == 2 / 1000
    assert result["metrics"]["rules_above_limit"]["value"] == 2
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
