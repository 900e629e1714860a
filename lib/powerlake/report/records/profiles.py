"""Single customers across the departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Profile:
    """One row of gold.customer_profile; `values` by column, None where a department says nothing."""

    customer_id: str
    kind: str
    completeness: float
    missing: tuple[str, ...]
    as_of_date: date
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Profiles:
    """A few customers to look at, and how complete all of them are by department that says something."""

    items: tuple[Profile, ...]
    customers: int
    mean_completeness: float
    silent: tuple[tuple[str, int], ...]
    """(department, customers of whom it says nothing), most first."""
