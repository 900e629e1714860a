"""Dirt of every kind is followed to its end, and ends where it should; nothing that was planted is lost."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from powerlake.models.evaluate_dirt import EXPECTED, LOST, UNCHANGED, evaluate_dirt
from powerlake.models.suites.dirt import traced
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate import curve_files, dirt, odd_cells, write
from powerlake.simulate.run import simulate
from powerlake.simulate.utility import Utility

OFTEN = {
    dirt: {"FULL_WIDTH_SHARE": 0.05, "DANGLING_SHARE": 0.05, "DELETED_SHARE": 0.02, "CORRECTED_SHARE": 0.05},
    odd_cells: {"ODD_DATE_SHARE": 0.01, "UNREADABLE_SHARE": 0.01},
    curve_files: {"WRONG_UNIT_SHARE": 0.05, "LATE_CHANCE": 0.9, "DUPLICATE_FILE_CHANCE": 0.5},
    write: {"COPY_CHANCE": 0.3},
}
"""So that a small utility has every kind."""


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    out: Path = tmp_path_factory.mktemp("soiled") / "utility"
    with pytest.MonkeyPatch.context() as patch:
        for module, shares in OFTEN.items():
            for name, value in shares.items():
                patch.setattr(module, name, value)
        simulate(Utility(510, 40, 1), out)
    return traced(out, load_settings(find_project()))


def test_every_kind_is_there_and_no_piece_is_lost(followed: pd.DataFrame) -> None:
    assert set(followed["kind"]) == set(EXPECTED)
    assert not (followed["end"] == LOST).any()


@pytest.mark.parametrize("kind", EXPECTED)
def test_dirt_ends_where_it_should(followed: pd.DataFrame, kind: str) -> None:
    """Or other dirt on the same row decides, and then it is in quarantine or taken back; a few Wh go unseen."""
    ends = followed.loc[followed["kind"] == kind, "end"]
    is_right = ends.str.startswith(EXPECTED[kind])
    other = ends[~is_right & ~ends.str.startswith(("quarantined: ", "withdrawn: "))]
    assert is_right.mean() > (0.5 if kind == "wrong_unit" else 0.8)
    unseen = other.str.startswith((UNCHANGED, "taken out: impossible")) & (kind == "wrong_unit")
    assert other[~unseen].to_list() == []


def test_what_ends_elsewhere_is_told() -> None:
    rows = [("a/b", "deletion", "withdrawn: deletion"), ("a/b", "deletion", UNCHANGED), ("a/b", "late_row", LOST)]
    result = evaluate_dirt(pd.DataFrame(rows, columns=["feed", "kind", "end"]), 0)
    assert result["metrics"]["as_expected_deletion"]["value"] == 0.5
    assert result["metrics"]["as_expected_late_row"]["value"] == 0
    assert result["metrics"]["lost"]["value"] == 1
    assert ["deletion", EXPECTED["deletion"], 2, UNCHANGED, 1] in result["tables"]["ends"]["rows"]
    with pytest.raises(KeyError):
        evaluate_dirt(pd.DataFrame([("a/b", "graffiti", LOST)], columns=["feed", "kind", "end"]), 0)
