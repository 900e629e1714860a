"""Batches of a Parquet file that are known to decode."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa

from powerlake.landing.refusals import FileRefused
from powerlake.landing.text_file import Limits


def checked(batches: Callable[[], Iterator[pa.RecordBatch]], limits: Limits) -> Iterator[pa.RecordBatch]:
    """What `batches` gives, decoded to the last before the first is handed on.

    They are read a second time where all of them are more than `limits.held_bytes`. Raises FileRefused for more than
    `limits.decoded_bytes`, and what decoding raises.
    """
    held: list[pa.RecordBatch] | None = []
    size = 0
    for batch in batches():
        batch.validate(full=True)  # a flipped bit may leave text that is no UTF-8
        size += batch.nbytes
        if size > limits.decoded_bytes:
            raise FileRefused("too_large", f"more than {limits.decoded_bytes} bytes decoded")
        if size > limits.held_bytes:
            held = None
        elif held is not None:
            held.append(batch)
    return iter(held) if held is not None else batches()
