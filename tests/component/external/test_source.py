"""What conf may say of a source."""

from pathlib import Path

import pytest

from powerlake.errors import ConfigurationError
from powerlake.external.source import Source
from powerlake.project import Project
from powerlake.settings import load_settings

CONF = """\
home: lake
bucket_count: 4
layouts: {}
external_sources:
  met:
    feed: external/weather
    url: https://example.org/a.csv
    format: csv
    tries: 2
"""


def project(folder: Path, base: str) -> Project:
    (folder / "conf").mkdir()
    (folder / "conf" / "base.yaml").write_text(base)
    (folder / "conf" / "local.yaml").write_text("")
    return Project(folder)


def test_conf_describes_a_source(tmp_path: Path) -> None:
    sources = load_settings(project(tmp_path, CONF), "local").external_sources
    assert sources == {"met": Source("external/weather", "https://example.org/a.csv", "csv", tries=2)}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tries: 2", "attempts: 2", "conf/base.yaml:9"),
        ("external/weather", "external/tides", "external/tides is no external feed"),
        ("external/weather", "metering/meters", "metering/meters is no external feed"),
        ("https:", "ftp:", "no http or https address"),
        ("https://", "https://me:pw@", "no user or password"),
        ("https://", "ftp://me:pw@", "no http or https address"),
        ("format: csv", "format: xls", "xls is no format"),
        ("tries: 2", "tries: 0", "above 0"),
        ("tries: 2", "sha256: abc", "64 hexadecimal digits"),
        ("tries: 2", "records: data", "belong to the format json_api"),
        ("met:", "../met:", "conf/base.yaml"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=r"conf/base\.yaml") as caught:
        load_settings(project(tmp_path, CONF.replace(old, new, 1)), "local")
    assert told in str(caught.value)
    assert "pw@" not in str(caught.value)
