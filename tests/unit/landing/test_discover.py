"""Files found in landing, and paths that are not followed."""

import hashlib
import os
from pathlib import Path

import pytest

from powerlake.errors import ConfigurationError
from powerlake.landing.discover import RefusedPath, discover, time_of


def put(landing: Path, file: str, content: bytes = b"x") -> Path:
    path = landing / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_files_come_sorted_with_size_and_hash(tmp_path: Path) -> None:
    put(tmp_path, "metering/load_curves/b.csv", b"two")
    put(tmp_path, "metering/load_curves/2024/a.csv", b"one")
    put(tmp_path, "metering/meters/c.csv")
    found = discover(tmp_path, "metering", "load_curves")
    assert [(file.file, file.size) for file in found.files] == [
        ("metering/load_curves/2024/a.csv", 3),
        ("metering/load_curves/b.csv", 3),
    ]
    assert found.files[0].sha256 == hashlib.sha256(b"one").hexdigest()
    assert {file.feed for file in found.files} == {"metering/load_curves"}
    assert found.refused == ()


def test_hidden_and_unfinished_files_are_passed_over(tmp_path: Path) -> None:
    for name in (".a.csv", "a.csv.tmp", "a.PART", "a.csv~", ".hidden/a.csv"):
        put(tmp_path, f"metering/load_curves/{name}")
    assert discover(tmp_path, "metering", "load_curves") == discover(tmp_path, "metering", "nothing")


def test_links_and_pipes_are_refused_and_not_read(tmp_path: Path) -> None:
    secret = put(tmp_path, "outside/secret.csv")
    landing = tmp_path / "landing"
    folder = put(landing, "metering/load_curves/a.csv").parent
    (folder / "file.csv").symlink_to(secret)
    (folder / "folder").symlink_to(secret.parent)
    (folder / "gone.csv").symlink_to(tmp_path / "gone")
    os.mkfifo(folder / "pipe.csv")
    found = discover(landing, "metering", "load_curves")
    assert [file.path.name for file in found.files] == ["a.csv"]
    assert found.refused == (
        RefusedPath("metering/load_curves/file.csv", "symbolic_link"),
        RefusedPath("metering/load_curves/folder", "symbolic_link"),
        RefusedPath("metering/load_curves/gone.csv", "symbolic_link"),
        RefusedPath("metering/load_curves/pipe.csv", "not_a_file"),
    )


@pytest.mark.parametrize("linked", ["metering", "metering/load_curves"])
def test_a_linked_feed_is_refused_as_a_whole(tmp_path: Path, linked: str) -> None:
    put(tmp_path, "outside/load_curves/a.csv")
    target = tmp_path / "outside" if linked == "metering" else tmp_path / "outside/load_curves"
    link = tmp_path / "landing" / linked
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    found = discover(tmp_path / "landing", "metering", "load_curves")
    assert found.files == ()
    assert found.refused == (RefusedPath("metering/load_curves", "symbolic_link"),)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = put(tmp_path, "metering/load_curves/a.csv").parent
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.csv")).write_bytes(b"x")
    found = discover(tmp_path, "metering", "load_curves")
    assert found.refused == (RefusedPath("metering/load_curves/\\udcff.csv", "bad_name"),)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "metering/load_curves/a.csv")

    def forbid(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("powerlake.landing.discover.sha256_of", forbid)
    found = discover(tmp_path, "metering", "load_curves")
    assert found.refused == (RefusedPath("metering/load_curves/a.csv", "not_readable"),)


@pytest.mark.parametrize("name", ["..", "a/b", "", ".hidden", "/etc"])
def test_a_feed_cannot_lead_out_of_landing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError):
        discover(tmp_path, name, "load_curves")
    with pytest.raises(ConfigurationError):
        discover(tmp_path, "metering", name)


@pytest.mark.parametrize("closed", ["2024", "."])
def test_a_folder_that_does_not_open_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str) -> None:
    folder = put(tmp_path, "metering/load_curves/2024/a.csv").parents[1] / closed
    scandir = os.scandir

    def forbid(path: str) -> object:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", forbid)
    found = discover(tmp_path, "metering", "load_curves")
    assert found.files == ()
    assert found.refused == (RefusedPath(folder.relative_to(tmp_path).as_posix(), "not_readable"),)


@pytest.mark.parametrize(("seconds", "year"), [(1e12, 2200), (-1e12, 1900), (1.7e9, 2023)])
def test_a_time_of_change_that_no_clock_can_have_had(seconds: float, year: int) -> None:
    assert time_of(int(seconds * 1e9)).year == year
