"""`powerlake fetch`, `powerlake calendar` and `powerlake adapt` as a person meets them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from powerlake.cli import fetching, main
from powerlake.errors import ConfigurationError
from powerlake.external.source import Source


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Source]:
    """The sources of conf, none yet, for a home in the test's folder."""
    sources: dict[str, Source] = {}
    settings = SimpleNamespace(home=tmp_path, external_sources=sources)
    monkeypatch.setattr(fetching, "load_settings", lambda *_: settings)
    return sources


def test_a_source_that_fails_does_not_keep_the_rest(server: Any, conf, capsys, tmp_path: Path) -> None:
    conf["bad"] = Source("external/weather", server.at("/bad", server.reply(404)), "csv")
    conf["good"] = Source("external/weather", server.at("/good", server.reply(body=b"a,b\n")), "csv")
    assert fetching.run(None, None) == 3
    told = capsys.readouterr()
    assert told.out.startswith("good: new, external/weather/good_")
    assert told.err.startswith("error: bad: http://127.0.0.1:")
    assert len([path for path in (tmp_path / "landing").rglob("*") if path.is_file()]) == 1
    assert fetching.run("good", None) == 0
    assert capsys.readouterr().out.startswith("good: as before, external/weather/good_")


def test_a_source_that_conf_does_not_have(conf) -> None:
    for name in (None, "tides"):
        with pytest.raises(ConfigurationError, match="external_sources"):
            fetching.run(name, None)


def test_a_calendar_is_written_into_landing(tmp_path: Path, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["calendar", "--country", "CN", "--years", "2024,2090", "--out", str(tmp_path)])
    assert ended.value.code == 0
    assert "no make-up days of 2090" in capsys.readouterr().out
    file = tmp_path / "landing" / "external" / "calendar" / "calendar_CN_2024-2090.csv"
    assert '"CN",2024-02-04,true,,true' in file.read_text().splitlines()


@pytest.mark.parametrize(
    "line", [["calendar", "--country", "CN", "--years", "soon", "--out", "x"], ["adapt", "tides", "x", "--out", "y"]]
)
def test_a_wrong_line_ends_with_2(line: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        main(line)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("error: ")
