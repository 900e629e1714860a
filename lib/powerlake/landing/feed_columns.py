"""The columns of one file, held against the contract of its feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from powerlake.landing.refusals import FileRefused
from powerlake.tables.feeds.model import KEPT, Feed, Field, Kind

MOST_COLUMNS = 10_000
MOST_NAMED = 100
"""New columns that are reported by name."""
CHANGED_AT = Field("changed_at", Kind.INSTANT, "When the department made the change")


@dataclass(frozen=True)
class FeedColumns:
    """A header, understood.

    `names` are the file's, without blanks around them. `places` says where the columns of the contract stand,
    `change` and `changed_at` included; `others` are the places beyond the contract.
    """

    names: tuple[str, ...]
    places: dict[str, int]
    others: tuple[int, ...]

    @property
    def new(self) -> tuple[str, ...]:
        """Columns beyond the contract, the first of them where they are many."""
        return tuple(self.names[place] for place in self.others[:MOST_NAMED])


def recognise(header: Sequence[str], feed: Feed) -> FeedColumns:
    """The columns of a file with this header, in any order and case.

    Raises FileRefused with `too_many_columns`, `duplicate_columns` or `missing_column`.
    """
    if len(header) > MOST_COLUMNS:
        raise FileRefused("too_many_columns", f"{len(header)} columns; {MOST_COLUMNS} are the limit")
    names = tuple(name.strip("\ufeff \t") for name in header)
    keys = [plain(name) for name in names]
    twice = sum(count > 1 for count in Counter(keys).values())
    if twice:
        raise FileRefused("duplicate_columns", f"{twice} column names appear more than once")
    known = names_of(feed)
    places = {key: place for place, key in enumerate(keys) if key in known}
    check_required(places, feed)
    return FeedColumns(names, places, tuple(place for place, key in enumerate(keys) if key not in known))


def plain(name: str) -> str:
    """A column's name as contracts write it."""
    return name.strip("\ufeff \t").lower()


def names_of(feed: Feed) -> frozenset[str]:
    """Every column a file of the feed may have by contract."""
    return frozenset((*(field.name for field in feed.fields), *KEPT))


def check_required(present: Collection[str], feed: Feed, names: Iterable[str] | None = None) -> None:
    """Raises FileRefused when a required column (or one of `names`) is absent."""
    required = [field.name for field in feed.fields if field.is_required] if names is None else names
    absent = [name for name in required if name not in present]
    if absent:
        raise FileRefused("missing_column", f"no column {', '.join(absent)}")


def missing_optional(present: Collection[str], feed: Feed) -> tuple[str, ...]:
    """Columns of the contract that a file may leave out, and did."""
    return tuple(field.name for field in feed.fields if not field.is_required and field.name not in present)
