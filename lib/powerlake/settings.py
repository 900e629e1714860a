"""The settings in force: conf/base.yaml, over it conf/<env>.yaml, over both the environment's POWERLAKE_… variables."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from powerlake.errors import ConfigurationError
from powerlake.external.source import Source
from powerlake.grid.rules import GridRules
from powerlake.loadcurve.clock import Label, LayoutClock, LocalClock
from powerlake.loadcurve.rules import VeeRules
from powerlake.project import Project
from powerlake.quality.drift_rules import DriftRules
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Kind
from powerlake.yamllines import Document, KeyPath, first_fault, read_document

PREFIX = "POWERLAKE_"
NESTING = "__"
ENV_VARIABLE = "POWERLAKE_ENV"
DEFAULT_ENV = "local"

_MACHINE_SECTIONS = frozenset({"env", "external_sources", "home", "security", "spark"})
"""Say where and how fast work is done, not what comes out."""


_timezones = cache(available_timezones)  # reads a folder of files


def _known_timezone(name: str) -> str:
    if name not in _timezones():
        raise ValueError(f"{name} is not a time zone, such as Asia/Shanghai")
    return name


def _declared_code_column(name: str) -> str:
    codes = {f"{feed.name}.{item.name}" for feed in FEEDS.values() for item in feed.fields if item.kind is Kind.CODE}
    if name not in codes:
        raise ValueError(f"{name} is not a column of codes, such as payments.method")
    return name


def _spark_text(value: object) -> object:
    """Spark's own spelling of a YAML scalar: true, not True."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Timezone = Annotated[str, AfterValidator(_known_timezone)]
SparkValue = Annotated[str, BeforeValidator(_spark_text)]
CodeColumn = Annotated[str, AfterValidator(_declared_code_column)]
SourceName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
"""Goes into the names of files."""


def _pointed_at(value: object, build: ValidatorFunctionWrapHandler) -> object:
    """Lets a dataclass refuse its values in its own words, and the error still name the file and line."""
    try:
        return build(value)
    except ConfigurationError as error:
        raise ValueError(str(error)) from error


class Section(BaseModel):
    """A part of the settings: no unknown keys, and nothing changes it after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LayoutTime(Section):
    """How to read the times of a landing layout, and where its meters are."""

    timezone: Timezone
    label: Label
    """Which end of its interval a time label names."""
    uniform_days: bool = False
    """Every day has the same number of points, clock changes or not."""
    southern_hemisphere: bool = False

    @property
    def clock(self) -> LayoutClock:
        """The same, as the load curve kernels take it."""
        return LayoutClock(LocalClock(self.timezone, self.uniform_days), self.label)


class SegmentSettings(Section):
    """How customers are put into load-shape segments."""

    history_days: Annotated[int, Field(ge=28)] = 730
    """Days before the latest curve that a typical shape rests on, to the begin of their first month."""
    refit_days: Annotated[int, Field(ge=1)] = 28
    """Days of new curves after which a challenger is fitted; in between the champion scores."""
    evaluated_customers: Annotated[int, Field(ge=25)] = 200
    """Customers, drawn at random, on whom a challenger is compared with the baseline: bounds the driver's work."""
    seed: int = 0


class ProfileSettings(Section):
    """How gold.customer_profile is made."""

    refit_days: Annotated[int, Field(ge=1)] = 28
    """Days after which the weather responses are fitted again: a fit takes a year of days of every customer."""


class SecuritySettings(Section):
    """Where keys come from."""

    keyring: Path | None = None
    """The file of keys; None for keys/keyring.json below home."""


class Settings(BaseSettings):
    """All settings. Build it with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTING, extra="forbid", frozen=True, validate_default=True
    )

    env: str
    home: Path
    """The lake, its MLflow database, its logs and the state of its runs."""
    bucket_count: Annotated[int, Field(ge=1, le=4096)]
    utility_clock: Timezone = "Asia/Shanghai"
    """The clock of times that a department sends without a UTC offset."""
    code_aliases: dict[CodeColumn, dict[str, str]] = {}
    """Other names of a feed's codes, by feed.column: what a department calls it → the contract's code."""
    layouts: dict[str, LayoutTime]
    """By the name of the landing layout: long, wide, sgsc."""
    vee: Annotated[VeeRules, WrapValidator(_pointed_at)] = VeeRules()
    segments: SegmentSettings = SegmentSettings()
    profile: ProfileSettings = ProfileSettings()
    grid: Annotated[GridRules, WrapValidator(_pointed_at)] = GridRules()
    quality: Annotated[DriftRules, WrapValidator(_pointed_at)] = DriftRules()
    security: SecuritySettings = SecuritySettings()
    external_sources: dict[SourceName, Annotated[Source, WrapValidator(_pointed_at)]] = {}
    """What `powerlake fetch` brings into landing, by name."""
    spark: dict[str, SparkValue] = {}

    @property
    def keyring_path(self) -> Path:
        """The file of keys in force."""
        return (self.security.keyring or self.home / "keys" / "keyring.json").expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment comes before what the files say, which arrives as arguments."""
        return env_settings, init_settings

    def digest(self) -> str:
        """Twelve hex digits that change when a setting that bears on the tables' contents does."""
        text = self.model_dump_json(exclude=set(_MACHINE_SECTIONS))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def chosen_env(asked: str | None = None) -> str:
    """The environment to use: the one asked for, else POWERLAKE_ENV, else `local`."""
    return asked or os.environ.get(ENV_VARIABLE) or DEFAULT_ENV


def load_settings(project: Project, env: str | None = None) -> Settings:
    """The settings of an environment. `home` comes back absolute: a relative one counts from the working folder.

    Raises ConfigurationError that names file, line and key, or the variable, of the first fault.
    """
    env = chosen_env(env)
    documents = _documents(project, env)
    merged: dict[str, Any] = {}
    for document in documents:
        merged = overlaid(merged, document.data)
    try:
        settings = Settings(**{**merged, "env": env})
    except ValidationError as error:
        raise _explained(error, documents) from error
    except SettingsError as error:
        raise ConfigurationError(f"a {PREFIX}… variable cannot be read: {error}", remedy="write it as JSON") from error
    return settings.model_copy(update={"env": env, "home": settings.home.expanduser().absolute()})


def _documents(project: Project, env: str) -> tuple[Document, ...]:
    """base.yaml, then the environment's file."""
    envs = sorted(path.stem for path in project.conf.glob("*.yaml") if path.stem != "base")
    if env not in envs:
        raise ConfigurationError(f"there is no environment {env}", remedy=f"use one of: {', '.join(envs)}")
    return tuple(read_document(project.conf / f"{name}.yaml", f"conf/{name}.yaml") for name in ("base", env))


def overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the keys of `over` put on top; mappings are merged key by key, anything else is replaced."""
    both = {**base, **over}
    for key in base.keys() & over.keys():
        if isinstance(base[key], dict) and isinstance(over[key], dict):
            both[key] = overlaid(base[key], over[key])
    return both


def _explained(error: ValidationError, documents: tuple[Document, ...]) -> ConfigurationError:
    path, problem = first_fault(error)
    key = ".".join(str(part) for part in path)
    for variable in _variables_of(path):
        if variable in os.environ:
            return ConfigurationError(f"{variable}: {key}: {problem}", remedy="correct or unset the variable")
    place = max(reversed(documents), key=lambda document: document.depth(path)).place(path)
    return ConfigurationError(f"{place}: {key}: {problem}")


def _variables_of(path: KeyPath) -> Iterator[str]:
    """The variables that can have set the value at `path`, the closest first."""
    for length in range(len(path), 0, -1):
        yield PREFIX + NESTING.join(str(part) for part in path[:length]).upper()
