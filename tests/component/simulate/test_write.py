"""What a feed of a block leaves: a file in landing unless all of it is held back, and files of later days."""

from datetime import date

import pyarrow as pa
import pytest

from powerlake.simulate import write
from powerlake.simulate.files import File, conformed
from powerlake.simulate.soiled import Soiled
from powerlake.simulate.utility import Made, Utility
from powerlake.tables.feeds import FEEDS

COUPONS = FEEDS["marketing/coupons"]
ROWS = conformed(COUPONS, pa.table({"coupon_id": ["a", "b", "c"], "customer_id": ["x", "y", "z"]}))
DAYS = (date(2024, 2, 1), date(2024, 2, 9))


def written(monkeypatch: pytest.MonkeyPatch, on_time: int) -> list[File]:
    """Files of three coupons, of which the first `on_time` are not held back; the others come on both DAYS."""
    work = Soiled(COUPONS, ROWS.slice(0, on_time), {day: [ROWS.slice(on_time)] for day in DAYS})
    monkeypatch.setattr(write, "soiled", lambda *_: work)
    made = Made(feeds={COUPONS.path: ROWS})
    return [file for file in write.files_of(Utility(3, 60, 1), 0, "00000", made) if not file.path.startswith("truth")]


def test_files_of_two_days_do_not_overwrite_one_another_in_landing(monkeypatch: pytest.MonkeyPatch) -> None:
    files = written(monkeypatch, on_time=1)
    below = [file.path.split("/", 2 if file.path.startswith("later") else 1)[-1] for file in files]
    assert len(set(below)) == len(below) == 3
    assert [file.rows for file in files] == [1, 2, 2]


def test_a_feed_that_is_held_back_whole_leaves_no_empty_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [file.path.split("/")[:2] for file in written(monkeypatch, on_time=0)] == [
        ["later", str(day)] for day in DAYS
    ]
