"""What was made of a block as files: `landing/` as departments drop them, `later/<day>/` what comes after, `truth/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from powerlake.simulate.dirt import DUPLICATE_FILE_CHANCE as COPY_CHANCE
from powerlake.simulate.dirt import soiled
from powerlake.simulate.files import File, Form, as_text, conformed, encoded
from powerlake.simulate.odd_cells import with_odd_cells
from powerlake.simulate.soiled import DIRT_SCHEMA, Soiled, noted
from powerlake.simulate.utility import Made, Utility
from powerlake.tables.feeds import FEEDS

JSON_LINES = ("service/tickets", "dispatch/alarms", "external/policy_events")
PARQUET = ("metering/terminal_telemetry", "dispatch/feeder_load", "external/weather")
"""Feeds that are written so; the others are CSV."""
GB18030_SHARE = 0.25
GZIP_SHARE = 0.5
DATES = {"iso": 0.7, "slashes": 0.12, "digits": 0.08, "chinese": 0.1}
"""Share of the CSV files by the form of their dates."""


def joined(parts: Iterable[Made]) -> Made:
    """All parts as one; rows of the same feed or truth below one another."""
    feeds: dict[str, list[pa.Table]] = {}
    truth: dict[str, list[pa.Table]] = {}
    for part in parts:
        for path, table in part.feeds.items():
            feeds.setdefault(path, []).append(conformed(FEEDS[path], table))
        for name, table in part.truth.items():
            truth.setdefault(name, []).append(table)
    return Made(
        {path: pa.concat_tables(tables) for path, tables in feeds.items()},
        {name: pa.concat_tables(tables, promote_options="permissive") for name, tables in truth.items()},
    )


def files_of(utility: Utility, number: int, name: str, made: Made) -> Iterator[File]:
    """Files of all feeds but the load curves, and of the truth; `number` and `name` are the block's."""
    dirt = [made.truth["dirt"]] if "dirt" in made.truth else []
    for path, table in made.feeds.items():
        random = utility.rng(f"files {path}", number + 1)
        if not len(table):
            continue
        work = soiled(utility, number, FEEDS[path], table)
        yield from _feed_files(utility, work, name, _form(path, random), random)
        dirt += work.dirt
    truth = {**made.truth, "dirt": pa.concat_tables(dirt) if dirt else DIRT_SCHEMA.empty_table()}
    for kind, table in truth.items():
        yield File(f"truth/{kind}/{name}.parquet", encoded(table, Form("parquet")), len(table))


def _form(path: str, random: np.random.Generator) -> Form:
    """How the feed is written for this block, by lot."""
    kind = "jsonl" if path in JSON_LINES else "parquet" if path in PARQUET else "csv"
    is_gzip, is_chinese = random.random() < GZIP_SHARE, random.random() < GB18030_SHARE
    dates = str(random.choice(list(DATES), p=list(DATES.values())))
    if kind == "jsonl":
        return Form(kind, is_gzip=is_gzip)
    return Form(kind, "gb18030" if is_chinese else "utf-8", is_gzip, dates)


def _feed_files(utility: Utility, work: Soiled, name: str, form: Form, random: np.random.Generator) -> Iterator[File]:
    """What lands, unless every row is held back, and what comes later; a day's files have names of their own."""
    stem = f"{work.feed.path}/{work.feed.name}_{name}"
    if len(work.rows):
        yield from _landing_files(utility, work, f"landing/{stem}", form, random)
    for day, tables in work.later.items():
        for place, table in enumerate(tables):
            yield File(f"later/{day}/{stem}_{day}_{place}{form.ending}", encoded(table, form), len(table))


def _landing_files(
    utility: Utility, work: Soiled, stem: str, form: Form, random: np.random.Generator
) -> Iterator[File]:
    rows = work.rows
    if form.kind == "csv" and not utility.is_clean:
        rows = with_odd_cells(work, as_text(rows, form.dates), random)
    content = encoded(rows, form)
    yield File(f"{stem}{form.ending}", content, len(rows))
    if random.random() < COPY_CHANCE * utility.soil:
        copy = f"{stem}_again{form.ending}"
        work.dirt.append(noted(work.feed.path, "duplicate_file", pa.array([""]), "", copy))
        yield File(copy, content, len(rows))
