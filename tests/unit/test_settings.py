"""Settings: base, environment and variables, one over the other; every fault in one line with its place."""

from dataclasses import asdict, fields
from pathlib import Path

import pytest
import yaml

from powerlake.errors import ConfigurationError
from powerlake.loadcurve.clock import Label, LayoutClock, LocalClock
from powerlake.loadcurve.rules import VeeRules
from powerlake.project import Project, find_project
from powerlake.settings import load_settings, overlaid

ROOT = Path(__file__).parents[2]

BASE = """\
home: lake
bucket_count: 4
layouts:
  long:
    timezone: Asia/Shanghai
    label: end
vee:
  jump_kw: 9.0
"""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POWERLAKE_HOME", "POWERLAKE_ENV", "POWERLAKE_PROJECT", "POWERLAKE_BUCKET_COUNT"):
        monkeypatch.delenv(name, raising=False)


def project(folder: Path, base: str = BASE, local: str = "") -> Project:
    (folder / "conf").mkdir()
    (folder / "conf" / "base.yaml").write_text(base)
    (folder / "conf" / "local.yaml").write_text(local)
    (folder / "pipelines.yaml").write_text("")
    return Project(folder)


def refusal(found: Project, env: str | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(found, env)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_environment_lies_over_the_base_and_variables_over_both(tmp_path, monkeypatch) -> None:
    found = project(
        tmp_path, local="bucket_count: 2\nspark: {spark.ui.enabled: false, spark.sql.shuffle.partitions: 1}\n"
    )
    settings = load_settings(found)
    assert (settings.env, settings.bucket_count, settings.vee) == ("local", 2, VeeRules(jump_kw=9.0))
    assert settings.spark == {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1"}
    assert settings.layouts["long"].clock == LayoutClock(LocalClock("Asia/Shanghai"), Label.END)
    monkeypatch.setenv("POWERLAKE_BUCKET_COUNT", "8")
    monkeypatch.setenv("POWERLAKE_VEE__JUMP_KW", "7")
    settings = load_settings(found)
    assert (settings.bucket_count, settings.vee.jump_kw) == (8, 7.0)


def test_home_counts_from_the_working_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = project(tmp_path)
    assert load_settings(found).home == tmp_path / "lake"
    monkeypatch.setenv("POWERLAKE_HOME", str(tmp_path / "elsewhere"))
    assert load_settings(found).home == tmp_path / "elsewhere"


@pytest.mark.parametrize(
    ("base", "local", "message"),
    [
        (BASE + "buckets: 3\n", "", "conf/base.yaml:9: buckets: unknown key"),
        (BASE, "vee:\n  jump_kv: 3\n", "conf/local.yaml:2: vee.jump_kv: unknown key"),
        (BASE, "vee:\n  jump_kw: high\n", "conf/local.yaml:2: vee.jump_kw: Input should be a valid number, "
         "unable to parse string as a number"),
        (BASE, "vee:\n  spike_ratio: -1\n", "conf/local.yaml:1: vee: validation rules spike_ratio must be above zero"),
        (BASE.replace("Asia/Shanghai", "China"), "",
         "conf/base.yaml:5: layouts.long.timezone: China is not a time zone, such as Asia/Shanghai"),
        (BASE.replace("label: end", "label: middle"), "", "conf/base.yaml:6: layouts.long.label: "
         "Input should be 'start' or 'end'"),
        (BASE.replace("bucket_count: 4\n", ""), "", "conf/local.yaml:1: bucket_count: missing"),
        (BASE, "bucket_count: 0", "conf/local.yaml:1: bucket_count: Input should be greater than or equal to 1"),
        (BASE + "home: again\n", "", "conf/base.yaml:9: home is there twice, first on line 1"),
        (BASE + "  - x\n", "", "conf/base.yaml:9: not valid YAML: expected <block end>, but found '-'"),
        (BASE, "- 1", "conf/local.yaml:1: a mapping of keys is expected at the top"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_line_and_key(tmp_path, base, local, message) -> None:
    assert refusal(project(tmp_path, base, local)) == message


def test_a_fault_in_a_variable_is_named_by_the_variable(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("POWERLAKE_BUCKET_COUNT", "many")
    assert refusal(project(tmp_path)) == (
        "POWERLAKE_BUCKET_COUNT: bucket_count: Input should be a valid integer, unable to parse string as an integer; "
        "correct or unset the variable"
    )


def test_an_unknown_environment_names_those_there_are(tmp_path) -> None:
    assert refusal(project(tmp_path), "prod") == "there is no environment prod; use one of: local"


def test_the_digest_changes_with_what_bears_on_contents_only(tmp_path, monkeypatch) -> None:
    found = project(tmp_path)
    digest = load_settings(found).digest()
    monkeypatch.setenv("POWERLAKE_HOME", "/elsewhere")
    monkeypatch.setenv("POWERLAKE_SPARK", '{"spark.ui.enabled": "true"}')
    assert load_settings(found).digest() == digest
    monkeypatch.setenv("POWERLAKE_VEE__JUMP_KW", "8.5")
    assert load_settings(found).digest() != digest


def test_overlaid_merges_mappings_and_replaces_the_rest() -> None:
    assert overlaid({"a": {"x": 1, "y": [1, 2]}, "b": 1}, {"a": {"y": [3]}, "c": 2}) == {
        "a": {"x": 1, "y": [3]},
        "b": 1,
        "c": 2,
    }


def test_the_project_s_own_conf_says_every_threshold_once() -> None:
    written = yaml.safe_load((ROOT / "conf" / "base.yaml").read_text())["vee"]
    assert set(written) == {field.name for field in fields(VeeRules)}
    assert written == asdict(VeeRules())


@pytest.mark.parametrize("env", ["local", "cluster"])
def test_the_project_s_own_environments_load(env) -> None:
    settings = load_settings(Project(ROOT), env)
    assert set(settings.layouts) == {"long", "wide", "sgsc"}


def test_the_keyring_lies_below_home_unless_it_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("POWERLAKE_HOME", str(tmp_path))
    usual = load_settings(Project(ROOT), "local")
    assert usual.keyring_path == tmp_path / "keys" / "keyring.json"
    monkeypatch.setenv("POWERLAKE_SECURITY__KEYRING", "/safe/keys.json")
    named = load_settings(Project(ROOT), "local")
    assert named.keyring_path == Path("/safe/keys.json")
    assert named.digest() == usual.digest(), "where keys lie does not bear on what the tables hold"


def test_the_project_is_found_from_below_and_by_variable(tmp_path, monkeypatch) -> None:
    found = project(tmp_path)
    below = tmp_path / "docs" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert find_project() == found
    elsewhere = tmp_path / "conf"
    monkeypatch.setenv("POWERLAKE_PROJECT", str(elsewhere))
    with pytest.raises(ConfigurationError, match=r"POWERLAKE_PROJECT is .*conf, which has no pipelines.yaml"):
        find_project()
    monkeypatch.setenv("POWERLAKE_PROJECT", str(tmp_path))
    monkeypatch.chdir("/")
    assert find_project() == found


def test_outside_any_project_the_checkout_is_used(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_project().root == ROOT
