"""The `linkage` suite on records whose duplicates are known."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from powerlake.errors import ConfigurationError
from powerlake.linkage.compared import COMPARED, PSEUDONYMS, RECORDS
from powerlake.models.evaluate_linkage import evaluate_linkage, scores, spoilt
from powerlake.models.suites.linkage import customer_records, evaluate

PEOPLE, TWICE = 300, 30
PLANTED = {frozenset((f"C{n:03d}", f"D{n:03d}")) for n in range(TWICE)}
SUCCESSORS = {frozenset((f"C{n:03d}", f"C{n + 1:03d}")) for n in range(100, 200, 2)}


@pytest.fixture(scope="module")
def records() -> pa.Table:
    """Customers of whom some are in twice, every third of these with another identity number; some share an address."""
    people = [{"customer_id": f"C{n:03d}", **dict.fromkeys(COMPARED, n)} for n in range(PEOPLE)]
    for one in people:
        one |= {"customer_kind": 1, "region_code": one["opened_date"] % 2, "address_pseudonym": one["opened_date"] // 2}
    again = [one | {"customer_id": f"D{n:03d}", "opened_date": 1} for n, one in enumerate(people[:TWICE])]
    again = [one | ({} if n % 3 else {"id_number_pseudonym": 900 + n}) for n, one in enumerate(again)]
    return pa.Table.from_pylist(people + again, RECORDS)


def test_duplicates_are_found_and_successors_are_not_among_them(records: pa.Table) -> None:
    result = evaluate_linkage(records, PLANTED, SUCCESSORS, seed=0)
    ours, by_number = result["metrics"], result["baselines"]["same_id_number"]
    assert [ours[name]["value"] for name in ("precision", "recall", "successors_linked")] == [1, 1, 0]
    assert by_number["recall"]["value"] == pytest.approx(2 / 3)
    assert by_number["recall"]["low"] < 2 / 3 < by_number["recall"]["high"]
    assert by_number["recall_spoilt"]["value"] < ours["recall_spoilt"]["value"] < 1
    assert result["n_train"] == len(records)


def test_figures_are_shares_of_pairs() -> None:
    found = {frozenset(pair) for pair in ("ab", "cd", "ef", "gh")}
    measured = scores(found, {frozenset("ab"), frozenset("xy")}, {frozenset("cd")}, seed=0)
    values = {name: measure["value"] for name, measure in measured.items()}
    assert values == {"precision": 0.25, "recall": 0.5, "f1": 1 / 3, "pairs_found": 4, "successors_linked": 1}
    assert scores(set(), set(), set(), seed=0)["f1"] == {"value": 0, "low": 0, "high": 1}
    nothing_found = scores(set(), {frozenset("ab")}, set(), seed=0)
    assert nothing_found["precision"] == {"value": 0, "low": 0, "high": 1}
    assert nothing_found["recall"] == {"value": 0, "low": 0, "high": 0}


def test_only_one_of_each_pair_is_spoilt_and_with_values_nobody_has(records: pa.Table) -> None:
    worse = spoilt(records, PLANTED, seed=0)
    assert worse.schema == RECORDS
    for column in COMPARED:
        changed = pc.not_equal(worse[column], records[column])
        assert pc.all(pc.starts_with(records["customer_id"].filter(changed), "D")).as_py() in {True, None}
        assert (pc.sum(changed).as_py() > 0) == (column in PSEUDONYMS)
        new = worse[column].filter(changed)
        assert len(pc.unique(new)) == len(new)


def test_records_come_from_the_files_of_a_folder(tmp_path: Path) -> None:
    files = tmp_path / "landing/marketing/customers"
    files.mkdir(parents=True)
    head = "customer_id,name,phone,customer_kind,region_code,opened_date\n"
    (files / "a.csv.gz").write_bytes(gzip.compress(f"{head}C1,王伟,154 0000 0001,shop,R1,2024-01-05\n".encode()))
    (files / "b.csv").write_text(f"{head}C2,王伟,+86 15400000001,shop,R2,2024年1月5日\nC1,x,,shop,R1,2024-01-05\n")
    first, second = customer_records(tmp_path).to_pylist()
    assert (first["customer_id"], second["customer_id"], first["email_pseudonym"]) == ("C1", "C2", None)
    same = [name for name in COMPARED if first[name] is not None and first[name] == second[name]]
    assert same == ["name_pseudonym", "phone_pseudonym", "customer_kind", "opened_date"]
    for name, other in (("duplicates", "duplicate_of"), ("moves", "successor_id")):
        (tmp_path / "truth" / name).mkdir(parents=True)
        pq.write_table(pa.table({"customer_id": ["C1"], other: ["C2"]}), tmp_path / "truth" / name / "0.parquet")
    assert evaluate(tmp_path, None, 0)["metrics"]["recall"]["value"] == 0


def test_a_folder_without_what_it_takes_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="truth of duplicates"):
        evaluate(tmp_path, None, 0)
    with pytest.raises(ConfigurationError, match="no second folder"):
        evaluate(tmp_path, tmp_path, 0)
