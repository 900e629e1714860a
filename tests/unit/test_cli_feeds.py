"""`powerlake feeds` and `feeds check`: what is said, to a person and to a program, and the exit codes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from powerlake.cli import main
from powerlake.lake.publication import append, publish
from powerlake.lake.staging import stage_rows
from powerlake.lake.store import Lake
from powerlake.tables.ops.landing_files import LANDING_FILES

CUSTOMERS = "customer_id,customer_kind,region_code,opened_date,shoe\nc1,shop,r1,2020-01-01,42\nc2,shop,r1,soon,43\n"


@pytest.fixture
def powerlake(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Calls the command on a lake of the test's own; returns exit code, stdout and stderr."""
    monkeypatch.setenv("POWERLAKE_PROJECT", str(repository))
    monkeypatch.setenv("POWERLAKE_HOME", str(tmp_path / "lake"))
    monkeypatch.setattr("os.fsync", lambda handle: None)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return call


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    folder = tmp_path / "sent" / "marketing" / "customers"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(CUSTOMERS)
    return tmp_path / "sent"


def test_feeds_lists_each_with_its_last_delivery_and_lateness(powerlake, rows, stamp, tmp_path) -> None:
    lake = Lake(tmp_path / "lake", lambda: None)
    old = datetime.now(UTC) - timedelta(days=40)
    counts = {"rows_received": 5, "rows_kept": 4, "rows_quarantined": 1}
    given = [
        {"file": "a", "feed": "marketing/customers", "outcome": "taken", "seen_at": old, **counts},
        {"file": "b", "feed": "metering/meters", "outcome": "taken", "seen_at": datetime.now(UTC), **counts},
    ]
    staged = stage_rows(LANDING_FILES, lake.home, rows(LANDING_FILES, *given), stamp)
    publish(lake, [append(lake, LANDING_FILES, staged)], "run-1")
    code, out, _ = powerlake("feeds")
    found = {line.split()[0]: line.split() for line in out.splitlines()}
    assert code == 0
    assert found["marketing/customers"][4:] == ["yes", "1", "0", "0", "4", "1"]
    assert found["metering/meters"][4] == "no"
    assert found["external/weather"] == ["external/weather"]
    told = {item["feed"]: item for item in json.loads(powerlake("feeds", "--json")[1])}
    assert (told["marketing/customers"]["is_late"], told["marketing/customers"]["rows_quarantined"]) == (True, 1)
    assert told["external/weather"] == {"feed": "external/weather", "files": 0}


def test_feeds_of_an_empty_lake_names_them_all(powerlake) -> None:
    code, out, _ = powerlake("feeds")
    assert code == 0
    assert {"metering/load_curves", "marketing/customers"} <= set(out.split())


def test_check_says_what_would_become_of_each_file(powerlake, sent) -> None:
    code, out, _ = powerlake("feeds", "check", str(sent))
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "✓ marketing/customers/a.csv as marketing/customers: 1 rows taken, 1 refused"
    assert lines[1] == "    1 × bad_date, column opened_date; row 2"
    assert lines[2] == "    beyond the contract, kept: shoe"
    assert lines[3].startswith("    optional and not there: ")


def test_a_file_that_would_be_refused_is_exit_1(powerlake, sent) -> None:
    (sent / "marketing" / "customers" / "b.csv").write_text("customer_id\nc1\n")
    code, out, _ = powerlake("feeds", "check", str(sent))
    assert code == 1
    assert "✗ marketing/customers/b.csv as marketing/customers: refused, missing_column: no column " in out
    verdicts = json.loads(powerlake("feeds", "check", str(sent), "--json")[1])
    assert [verdict["rejected"] for verdict in verdicts] == [None, "missing_column"]


def test_a_folder_that_is_not_there_is_exit_2(powerlake, tmp_path) -> None:
    code, out, err = powerlake("feeds", "check", str(tmp_path / "nowhere"))
    assert (code, out) == (2, "")
    assert err.startswith("error: there is no ")
