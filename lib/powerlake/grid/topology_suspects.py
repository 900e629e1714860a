"""Meters that may hang on another transformer of their feeder than the records say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.grid.energy_balance import NOWHERE, Floats, Ints, balance, likeliest_moves
from powerlake.grid.feeder_curves import feeder_curves

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Names = npt.NDArray[np.str_]

SUSPECTS = pa.schema(
    [
        pa.field("meter_id", pa.string()),
        pa.field("feeder_id", pa.string()),
        pa.field("recorded_transformer_id", pa.string()),
        pa.field("likely_transformer_id", pa.string()),
        pa.field("evidence", pa.float64()),
        pa.field("is_suspect", pa.bool_()),
        pa.field("lost_share", pa.float64()),
        pa.field("gained_share", pa.float64()),
        pa.field("reason", pa.string()),
        pa.field("mean_kw", pa.float64()),
        pa.field("days", pa.int32()),
        pa.field("from_date", pa.date32()),
        pa.field("to_date", pa.date32()),
    ]
)
"""Columns of gold.topology_suspects less the run."""
CURVES = ("feeder_id", "meter_id", "transformer_id", "date", "kwh", "multiplier")
SUPPLY = ("feeder_id", "transformer_id", "date", "hour", "power_kw")


@dataclass(frozen=True)
class Comparison:
    """The local days compared, both included, and the evidence from which a meter is a suspect."""

    first: date
    last: date
    suspect_evidence: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def suspects_of_feeder(curves: pa.Table, supply: pa.Table, compared: Comparison) -> pa.Table:
    """SUSPECTS of one feeder: a row for each meter with another area to hang in. Columns come as CURVES, SUPPLY."""
    if not len(curves) or not len(supply):
        return SUSPECTS.empty_table()
    feeder = feeder_curves(curves, supply, np.datetime64(compared.first), compared.days)
    moves = likeliest_moves(balance(feeder.supplied_kw, feeder.use_kw, feeder.recorded), feeder.recorded_last)
    told = np.flatnonzero(moves.area != NOWHERE)
    areas, recorded = np.array(feeder.areas), feeder.recorded_last[told]
    lost, gained = moves.lost_share[told], moves.gained_share[told]
    columns = {
        "meter_id": np.array(feeder.meters)[told],
        "feeder_id": np.repeat(curves["feeder_id"][0].as_py(), len(told)),
        "recorded_transformer_id": areas[recorded],
        "likely_transformer_id": areas[moves.area[told]],
        "evidence": moves.evidence[told],
        "is_suspect": moves.evidence[told] >= compared.suspect_evidence,
        "lost_share": lost,
        "gained_share": gained,
        "reason": _reasons(areas, recorded, moves.area[told], (lost, gained)),
        "mean_kw": feeder.mean_kw[told],
        "days": feeder.days[told].astype(np.int32),
        "from_date": np.repeat(np.datetime64(compared.first), len(told)),
        "to_date": np.repeat(np.datetime64(compared.last), len(told)),
    }
    return pa.table({name: pa.array(columns[name]) for name in SUSPECTS.names}).cast(SUSPECTS)


def topology_suspects(curves: DataFrame, supply: DataFrame, compared: Comparison) -> DataFrame:
    """SUSPECTS of every feeder: each is compared by one task, so a feeder's curves must fit into a worker."""
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 - the kernel is used without Spark too

    def judge(left: pa.Table, right: pa.Table) -> pa.Table:
        return suspects_of_feeder(left, right, compared)

    left, right = _own(curves, CURVES).groupBy("feeder_id"), _own(supply, SUPPLY).groupBy("feeder_id")
    return left.cogroup(right).applyInArrow(judge, from_arrow_schema(SUSPECTS))


def _own(rows: DataFrame, columns: tuple[str, ...]) -> DataFrame:
    """The columns under identities of their own: both sides got their feeder from the same links."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - the kernel is used without Spark too

    return rows.select(*(F.col(name).alias(name) for name in columns))


def _reasons(areas: Names, recorded: Ints, likely: Ints, shares: tuple[Floats, Floats]) -> Names:
    """In words, how much of a meter's use is not found where it is recorded, and how much is found elsewhere."""
    lost, gained = (np.char.add(np.char.mod("%.0f", 100 * share), " % of its use is ") for share in shares)
    here = np.char.add(np.char.add(lost, "not in the balance of "), areas[recorded])
    return np.char.add(np.char.add(here, ", "), np.char.add(np.char.add(gained, "in that of "), areas[likely]))
