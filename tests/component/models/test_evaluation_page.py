"""The page of figures: made from results, a bad one shown as bad, words of people left alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from powerlake.cli import evaluating
from powerlake.models.all_suites import Judged, judged
from powerlake.report.evaluation_page import ALIKE, BETTER, WORSE, verdict, with_figures
from powerlake.simulate.run import simulate
from powerlake.simulate.utility import Utility


def metric(value: float, spread: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - spread, "high": value + spread}


def result(ours: float, theirs: float) -> dict[str, object]:
    return {
        "suite": "losses", "protocol": "areas against the truth", "seed": 0, "n_train": 1234, "n_test": 0,
        "metrics": {"mae_rate": metric(ours), "auc": metric(0.9)},
        "baselines": {"feeder_mean": {"mae_rate": metric(theirs)}},
        "tables": {"ends": {"columns": ["kind", "found"], "rows": [["late_row", 3]]}},
    }  # fmt: skip


def page_of(ours: float, page: str = "") -> str:
    made = [
        Judged("losses", "small, seed 1", result(ours, 0.1), "", 2.0),
        Judged("losses", "smaller, seed 2", None, "too few areas", 1.0),
    ]
    return with_figures(page, made, command="scripts/evaluate", at="2024-05-06")


def test_a_result_is_put_beside_its_baseline_with_both_intervals() -> None:
    page = page_of(0.02)
    assert "| mae rate | powerlake | 0.02 [0.01, 0.03] |" in page
    assert "| feeder mean | 0.100 [0.09, 0.110]; ours better |" in page
    assert "| n |  | 1,234 |" in page
    assert "| late_row | 3 |" in page
    assert "Not judged on smaller, seed 2: too few areas." in page
    assert "2024-05-06, by `scripts/evaluate`" in page


def test_a_bad_result_shows_as_bad() -> None:
    assert "ours **worse**" in page_of(0.4)
    assert "ours not told apart" in page_of(0.105)
    assert "better" not in page_of(0.4)


def test_figures_are_replaced_and_words_stay() -> None:
    first = page_of(0.02).replace("## Losses", "## Losses\n\nWhat was missed: nothing yet.")
    again = page_of(0.03, first)
    assert "What was missed: nothing yet." in again
    assert "0.02 [0.01, 0.03]" not in again
    assert "0.03 [0.02, 0.04]" in again
    assert page_of(0.03, again) == again


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "said"),
    [
        ("auc", 0.9, 0.5, BETTER), ("auc", 0.5, 0.9, WORSE), ("auc", 0.5, 0.51, ALIKE),
        ("mae_kwh", 0.5, 0.9, BETTER), ("flagged", 0.9, 0.5, WORSE), ("pairs_found", 9, 5, ""),
    ],
)  # fmt: skip
def test_less_of_an_error_is_better_and_only_where_intervals_are_apart(name, ours, theirs, said) -> None:
    assert verdict(name, metric(ours), metric(theirs)) == said


def test_two_figures_of_too_few_cases_are_not_told_apart() -> None:
    assert verdict("flag_recall", metric(0.7, 0), metric(1.0, 0)) == ALIKE


def test_each_suite_is_asked_of_the_utilities_it_is_for(monkeypatch, tmp_path: Path) -> None:
    for name, is_clean in (("soiled", False), ("clean", True)):
        simulate(Utility(3, 2, 1, is_clean=is_clean), tmp_path / name)
    suite = type(sys)("fake_suite")
    suite.evaluate = lambda train, test, seed: {**result(0.02, 0.1), "suite": train.name}
    monkeypatch.setitem(sys.modules, "fake_suite", suite)
    found = judged([tmp_path / "soiled", tmp_path / "clean"], dict.fromkeys(evaluating.SUITES, "fake_suite"), 0)
    asked = {(one.suite == "clean", one.utility) for one in found}
    assert asked == {(False, "3 × 2 d, seed 1"), (True, "3 × 2 d, seed 1, clean")}
