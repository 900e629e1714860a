"""What every section may hold: a wording, and a part that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Text(NamedTuple):
    """A wording in both languages of the page."""

    en: str
    zh: str


@dataclass(frozen=True)
class Absent:
    """A part of the page whose table nothing has written yet, or that holds no row."""

    table: str
