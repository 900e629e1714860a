"""Columns in the contract's form, whole columns at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.errors import ConfigurationError
from powerlake.landing.times import parse

Times = npt.NDArray[np.datetime64]
"""Local or UTC times in whole seconds, as the name of the array says."""


def same(value: str, count: int) -> pa.Array:
    """`value` in every row."""
    return pa.repeat(pa.scalar(value), count)


def numbers(column: pa.ChunkedArray, factor: float = 1.0, digits: int = 9) -> pa.Array:
    """The numbers of a text column times `factor`, rounded so that binary fractions leave no trace; empty → null.

    Raises ConfigurationError where a text is no number.
    """
    text = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    try:
        values = pc.if_else(pc.equal(text, ""), None, text).cast(pa.float64())
    except pa.ArrowInvalid as error:
        raise ConfigurationError(
            "a number of the set cannot be read", remedy="see whether the file is whole"
        ) from error
    return pc.round(pc.multiply(values, factor), digits)


def local_times(column: pa.ChunkedArray, form: str = "iso") -> Times:
    """What the labels say, in a form of `times.FORMATS`. Raises ConfigurationError where one cannot be read."""
    text = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    labels = parse(text, form)
    if not labels.is_valid.all():
        wrong = int((~labels.is_valid).sum())
        raise ConfigurationError(f"{wrong} times of the set are not in the form {form}", remedy="see the set's files")
    days = labels.day.astype("datetime64[D]").astype("datetime64[s]")
    return np.asarray(days + labels.second.astype("timedelta64[s]"))


def instants(times: Times, offset: str = "Z") -> pa.Array:
    """Times by a clock of that fixed offset, as text that carries it: 2013-01-01T00:30:00+10:00."""
    distinct = pa.array(times).dictionary_encode()
    text = pa.array(np.datetime_as_string(distinct.dictionary.to_numpy(), unit="s").tolist(), pa.string())
    return pc.binary_join_element_wise(text, offset, "").take(distinct.indices)


def utc_of(local: Times, zone: str) -> tuple[Times, npt.NDArray[np.bool_]]:
    """UTC of times by the wall clock of `zone`, and which exist there; of two equal hours the first is meant."""
    column = pa.array(local)
    placed = pc.assume_timezone(column, zone, ambiguous="earliest", nonexistent="latest")
    exists = np.asarray(pc.equal(pc.local_timestamp(placed), column), bool)
    return placed.cast(pa.timestamp("s")).to_numpy(), exists
