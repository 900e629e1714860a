"""A refused record as the page may show it: names of columns, and values of which nothing personal is left."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class How(enum.Enum):
    """What was done to a value before it may be shown."""

    SHOWN = "shown"
    """As it is: it says nothing of a person, and reads as its column should."""
    SHAPE = "shape"
    """Letters as `a`, digits as `0`: it says nothing of a person by its column, yet does not read as it should."""
    DOTS = "dots"
    """Only about how long it is."""
    SEALED = "sealed"
    """It was encrypted on its way in."""


@dataclass(frozen=True)
class Cell:
    """One value of a record; `column` is empty where it has no name that may be shown."""

    column: str
    how: How
    text: str
