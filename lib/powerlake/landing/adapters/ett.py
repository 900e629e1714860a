"""Electricity Transformer Temperature: load of a transformer's windings and its oil temperature, as feeder load.

The set is licensed CC BY-ND: what this writes is for one's own use, not to be passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from powerlake.landing.adapters.columns import instants, local_times, numbers, same
from powerlake.landing.adapters.model import Adapter, Piece
from powerlake.landing.adapters.source import files_of, read

OFFSET = "+08:00"
PATTERN = "ETT*.csv"
KW_PER_UNIT = 1e3
"""The set names no unit. High = middle + low holds in it, and some 6 units go through the high winding of a
transformer for two counties: MW."""
WINDINGS = {"high": "H", "middle": "M", "low": "L"}
OIL = "OT"


def pieces(folder: Path) -> Iterator[Piece]:
    """Per file the load of three windings, and the transformer, named as the file.

    "Useful" load is taken for active, "useless" for reactive power. The oil temperature, one a time, stands with
    the high winding.
    """
    for file in files_of(folder, PATTERN):
        loads = [f"{letter}U{kind}L" for letter in WINDINGS.values() for kind in "FL"]
        measured = read(file, "date", *loads, OIL)
        at = instants(local_times(measured["date"]), OFFSET)
        windings = [_winding(measured, at, file.stem, winding) for winding in WINDINGS]
        yield Piece("dispatch/feeder_load", file.name, pa.concat_tables(windings))
        yield Piece("assets/transformers", file.name, _transformer(file.stem))


def _winding(measured: pa.Table, at: pa.Array, asset: str, winding: str) -> pa.Table:
    count, letter = len(measured), WINDINGS[winding]
    oil = numbers(measured[OIL], digits=4) if winding == "high" else pa.nulls(count, pa.float64())
    return pa.table(
        {
            "asset_kind": same("transformer", count),
            "asset_id": same(asset, count),
            "winding": same(winding, count),
            "measured_at": at,
            "active_power_kw": numbers(measured[f"{letter}UFL"], KW_PER_UNIT, 3),
            "reactive_power_kvar": numbers(measured[f"{letter}ULL"], KW_PER_UNIT, 3),
            "oil_temperature_c": oil,
        }
    )


def _transformer(asset: str) -> pa.Table:
    return pa.table({"transformer_id": [asset], "transformer_kind": ["power"]})


ETT = Adapter(
    "ett", "hourly winding loads and oil temperature of a Chinese transformer", (PATTERN,), pieces, "Asia/Shanghai"
)
