"""The invented sample: the same from the same seed, readable, with its planted troubles and shapes."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from powerlake.landing.synthetic import KINDS, POINTS, Sample, write_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sample]:
    landing = tmp_path_factory.mktemp("landing")
    return landing, write_sample(landing, meters=24, days=70, seed=3)


def test_the_same_seed_gives_the_same_bytes(sample: tuple[Path, Sample], tmp_path: Path) -> None:
    landing, written = sample
    again = write_sample(tmp_path, meters=24, days=70, seed=3)
    assert again == written
    assert all((landing / file).read_bytes() == (tmp_path / file).read_bytes() for file in written.files)
    write_sample(tmp_path, meters=24, days=70, seed=4)
    assert any((landing / file).read_bytes() != (tmp_path / file).read_bytes() for file in written.files)


def test_every_file_but_the_cut_one_is_taken_whole(sample: tuple[Path, Sample], outcome) -> None:
    landing, written = sample
    outcomes = {file.rpartition("/")[2]: outcome(landing / file) for file in written.files}
    assert {name for name, found in outcomes.items() if found.rejected} == {"readings_2024-01_cut.csv.gz"}
    assert sum(found.refused.num_rows for found in outcomes.values()) == 1
    layouts = {name: set(found.rows["layout"].to_pylist()) for name, found in outcomes.items() if not found.rejected}
    assert {name for name, layout in layouts.items() if layout == {"wide"}} == {"wide_2024-02.csv.gz"}


def test_late_days_are_not_in_their_month_and_corrections_differ_from_it(sample: tuple[Path, Sample], outcome) -> None:
    landing, _ = sample
    folder = landing / "metering/load_curves"
    first, late, correction, copy = (
        {reading[:3]: reading[3] for reading in outcome(folder / f"readings_2024-01{end}.csv.gz").readings}
        for end in ("", "_late", "_correction", "_copy")
    )
    assert copy == first
    assert late and not late.keys() & first.keys()
    assert correction.keys() <= first.keys()
    changed = sum(first[key] != kwh for key, kwh in correction.items())
    assert 0.5 * len(correction) < changed


def test_kinds_have_the_shapes_they_are_named_for(sample: tuple[Path, Sample], outcome) -> None:
    landing, written = sample
    profiles: dict[str, list[np.ndarray]] = defaultdict(list)
    table = outcome(landing / "metering/load_curves/wide_2024-02.csv.gz").rows
    for row in table.to_pylist():
        if row["date"].weekday() < 5:
            profiles[written.kinds[row["meter_id"]]].append(np.array(row["kwh"], float))
    assert set(profiles) == {kind.name for kind in KINDS}
    peak = {name: np.nanmean(days, axis=0).argmax() / 2 for name, days in profiles.items()}
    assert 18 <= peak["evening"] <= 21
    assert 10 <= peak["daytime"] <= 16
    assert peak["night storage"] <= 3 or peak["night storage"] >= 23
    assert 11 <= peak["odd: pumping at noon"] <= 13


def test_gaps_and_zeros_are_there_but_few(sample: tuple[Path, Sample], outcome) -> None:
    landing, _ = sample
    found = outcome(landing / "metering/load_curves/wide_2024-02.csv.gz")
    values = np.array(found.rows["kwh"].to_pylist(), float)
    assert values.shape[1] == POINTS
    assert 0.001 < np.isnan(values).mean() < 0.02
    assert 0.001 < (values == 0).mean() < 0.04
    assert found.rows.num_rows < 24 * 29


@pytest.mark.parametrize(("meters", "days"), [(9, 70), (24, 39)])
def test_too_small_a_sample_is_refused(tmp_path: Path, meters: int, days: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        write_sample(tmp_path, meters=meters, days=days, first_date=date(2024, 1, 1))
