"""Which meters draw most alike: the ten of greatest cosine similarity to each, over all pairs.

Task 4 of Liu, Golab, Golab, Ilyas, "Benchmarking Smart Meter Data Analytics", EDBT 2015. Definition used here: the
cosine of two meters is x·y / (|x| |y|) over all readings, an unknown reading counting as 0; a meter without any use
has cosine 0 with every other. Neighbours come by falling cosine, equal ones by rising place; a meter is no neighbour
of itself.

Single precision does the bulk, tile by tile of the upper half of the matrix product; tiles can be shared out among
tasks (`tiles`, `candidates`) and their finds put together (`settled`). Wherever rounding could change who is among
the ten or their order, the pair is computed again in double precision, so the ten and their order are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEIGHBOURS = 10
TILE = 512
"""Meters on the side of a tile."""
PAIRS_AT_A_TIME = 256
"""Pairs computed again at a time: 256 pairs of years of hours are 18 MB."""

_UNIT_ROUNDOFF = 2.0**-24
"""Of float32."""

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """Pairs of meters that may be among the ten: parallel arrays of place, place of the other, cosine."""

    place: Places
    other: Places
    cosine: Doubles

    def taken(self, chosen: npt.NDArray[np.bool_] | Places) -> Candidates:
        """Those pairs only, in that order."""
        return Candidates(self.place[chosen], self.other[chosen], self.cosine[chosen])


@dataclass(frozen=True)
class Neighbours:
    """The most similar meters of each meter; −1 and NaN at the end where there are fewer than ten others."""

    places: Places
    """(meters, 10) places of the neighbours, most similar first."""
    cosines: Doubles
    """(meters, 10), to single precision; to double where a near tie had to be settled."""


def most_similar(kwh: Floats) -> Neighbours:
    """The neighbours of each row of `kwh` (meters, readings) among all the others."""
    return settled(kwh, [candidates(unit_curves(kwh), tiles(len(kwh)))])


def unit_curves(kwh: Floats) -> Floats:
    """(meters, readings) curves of length 1 with unknown readings as 0; a curve without use stays 0."""
    known = _known(kwh)
    lengths = _lengths(known)
    return known / np.where(lengths > 0, lengths, 1).astype(np.float32)[:, None]


def tiles(meters: int) -> list[tuple[int, int]]:
    """First places (row, column) of the tiles on and above the diagonal."""
    starts = range(0, meters, TILE)
    return [(row, column) for row in starts for column in starts if row <= column]


def candidates(unit: Floats, some_tiles: Iterable[tuple[int, int]]) -> Candidates:
    """The pairs of `some_tiles` that may be among the ten of either meter.

    A pair is left out once ten others of its meter exceed it by more than rounding could explain.
    """
    tenth = np.full(len(unit), -np.inf, dtype=np.float32)
    found = [pairs for tile in some_tiles for pairs in _of_tile(unit, tile, tenth)]
    return _joined(found)


def settled(kwh: Floats, found: Sequence[Candidates]) -> Neighbours:
    """The neighbours out of the candidates of all tiles of `kwh` (meters, readings)."""
    known = _known(kwh)
    pairs = _in_order(_joined(found))
    slack = 2 * rounding_error(known.shape[1])
    tenth = np.full(len(kwh), -np.inf)
    rank = _rank(pairs)
    tenth[pairs.place[rank == NEIGHBOURS - 1]] = pairs.cosine[rank == NEIGHBOURS - 1]
    pairs = pairs.taken(pairs.cosine >= tenth[pairs.place] - slack)
    return _best(_in_order(_near_ties_settled(pairs, known, slack)), len(kwh))


def rounding_error(readings: int) -> float:
    """How far a single-precision cosine of non-negative readings can be off.

    √n · u, after the probabilistic bound of Higham and Mary (SIAM J. Sci. Comput. 41, 2019) for adding one after
    another. Matrix products add in blocks: at 8,760 readings the largest of 400,000 errors was a twelfth of this.
    """
    return float(np.sqrt(max(readings, 16)) * _UNIT_ROUNDOFF)


def _known(kwh: Floats) -> Floats:
    is_unknown = np.isnan(kwh)
    return np.where(is_unknown, np.float32(0), kwh) if is_unknown.any() else kwh


def _lengths(known: Floats) -> Doubles:
    lengths: Doubles = np.sqrt(np.einsum("mr,mr->m", known, known, dtype=np.float64))
    return lengths


def _of_tile(unit: Floats, tile: tuple[int, int], tenth: Floats) -> Iterator[Candidates]:
    """Candidates of the tile's rows and, off the diagonal, of its columns; raises `tenth` (meters,) on the way."""
    row, column = tile
    slack = np.float32(2 * rounding_error(unit.shape[1]))
    cosine = unit[row : row + TILE] @ unit[column : column + TILE].T
    if row == column:
        np.fill_diagonal(cosine, -np.inf)
    yield _above(cosine, tile, tenth, slack)
    if row != column:
        yield _above(np.ascontiguousarray(cosine.T), (column, row), tenth, slack)


def _above(cosine: Floats, tile: tuple[int, int], tenth: Floats, slack: np.float32) -> Candidates:
    """Pairs less than `slack` below the tenth-greatest cosine that a row of `cosine` has met so far."""
    row, column = tile
    limit = tenth[row : row + len(cosine)]  # a view: what is written here stays
    if cosine.shape[1] >= NEIGHBOURS:
        np.maximum(limit, np.partition(cosine, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS], out=limit)
    place, other = np.nonzero(cosine >= (limit - slack)[:, None])
    value = cosine[place, other].astype(np.float64)
    is_pair = value > -np.inf  # not the meter with itself
    return Candidates(place + row, other + column, value).taken(is_pair)


def _joined(parts: Sequence[Candidates]) -> Candidates:
    if not parts:
        return Candidates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    return Candidates(
        np.concatenate([part.place for part in parts]),
        np.concatenate([part.other for part in parts]),
        np.concatenate([part.cosine for part in parts]),
    )


def _in_order(pairs: Candidates) -> Candidates:
    """By meter, falling cosine, rising place of the other."""
    return pairs.taken(np.lexsort((pairs.other, -pairs.cosine, pairs.place)))


def _rank(pairs: Candidates) -> Places:
    """(pairs,) 0 for the first pair of each meter, 1 for the next; `pairs` in order."""
    return np.arange(len(pairs.place)) - np.searchsorted(pairs.place, pairs.place)


def _near_ties_settled(pairs: Candidates, known: Floats, slack: float) -> Candidates:
    """`pairs`, in order, with every cosine that rounding could have put in the wrong place computed exactly."""
    is_near = (pairs.place[1:] == pairs.place[:-1]) & (pairs.cosine[:-1] - pairs.cosine[1:] <= slack)
    unsure = np.flatnonzero(np.append(is_near, False) | np.append(False, is_near))
    cosine, lengths = pairs.cosine.copy(), _lengths(known)
    for start in range(0, len(unsure), PAIRS_AT_A_TIME):
        some = unsure[start : start + PAIRS_AT_A_TIME]
        place, other = pairs.place[some], pairs.other[some]
        product = np.einsum("pr,pr->p", known[place], known[other], dtype=np.float64)
        scale = lengths[place] * lengths[other]
        cosine[some] = product / np.where(scale > 0, scale, 1)
    return Candidates(pairs.place, pairs.other, cosine)


def _best(pairs: Candidates, meters: int) -> Neighbours:
    """The first ten pairs of each meter; `pairs` in order."""
    best = Neighbours(np.full((meters, NEIGHBOURS), -1, dtype=np.int64), np.full((meters, NEIGHBOURS), np.nan))
    rank = _rank(pairs)
    kept, rank = pairs.taken(rank < NEIGHBOURS), rank[rank < NEIGHBOURS]
    best.places[kept.place, rank] = kept.other
    best.cosines[kept.place, rank] = kept.cosine
    return best
