"""Feeds assets/feeders, transformers and switchgear of a block, with corrections where something was replaced."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.equipment import FEEDER_KV, MAKERS, PLACES, SWITCH_RATED_A, Feeder, Switchgear, Transformers
from powerlake.simulate.faults import History
from powerlake.simulate.hazards import Assets
from powerlake.simulate.network import Network
from powerlake.simulate.rows import instants
from powerlake.simulate.utility import Block, Ints, Made, Utility

_SWITCH_MODELS = {
    "circuit_breaker": "VS1-12",
    "ring_main_unit": "XGN15-12",
    "recloser": "ZCW-12",
    "disconnector": "GW9-12",
}
_MADE_BEFORE_DAYS = 90


def equipment_rows(utility: Utility, network: Network, assets: Assets, history: History) -> Made:
    """The registers of a block whose `assets` had that `history`."""
    transformers = _transformer_rows(network.block, network.transformers)
    switches = _switch_rows(network.block, network.switchgear)
    return Made(
        {
            "assets/feeders": _feeder_rows(network.block, network.feeder),
            "assets/transformers": with_renewals(utility, transformers, history, assets.places("transformer")),
            "assets/switchgear": with_renewals(utility, switches, history, assets.places("switchgear")),
        }
    )


def with_renewals(utility: Utility, table: pa.Table, history: History, place: Ints) -> pa.Table:
    """The rows of assets at `place` in the history, then a correction for each replacement: a new date of service."""
    row, day = np.nonzero(history.replaced[place])
    when = utility.dates[day]
    corrections = table.take(pa.array(row, pa.int64()))
    renewed = {
        "commissioned_date": when,
        "manufactured_date": when - _MADE_BEFORE_DAYS,
        "operations": np.zeros(len(row), np.int64),
    }
    for name, values in renewed.items():
        if name in table.column_names:
            column = pa.array(values).cast(table.schema.field(name).type)
            corrections = corrections.set_column(table.column_names.index(name), name, column)
    never = pa.nulls(len(table), pa.timestamp("us"))
    return pa.concat_tables(
        [table.append_column("changed_at", never), corrections.append_column("changed_at", instants(when))]
    )


def _feeder_rows(block: Block, feeder: Feeder) -> pa.Table:
    line = {
        "feeder_id": [block.feeder_id],
        "substation_id": [block.substation_id],
        "name": [f"{int(FEEDER_KV)} kV line {block.number % 1000:03d}"],
        "voltage_kv": [FEEDER_KV],
        "length_km": [feeder.length_km],
        "overhead_share": [feeder.overhead_share],
        "rated_a": [feeder.rated_a],
        "vegetation_share": [feeder.vegetation_share],
        "commissioned_date": pa.array(np.array([feeder.commissioned])),
    }
    return pa.table(line)


def _transformer_rows(block: Block, transformers: Transformers) -> pa.Table:
    count = len(transformers)
    return pa.table(
        {
            "transformer_id": list(transformers.transformer_id),
            "feeder_id": [block.feeder_id] * count,
            "transformer_kind": ["distribution"] * count,
            "rated_kva": transformers.rated_kva,
            "cooling": np.where(transformers.is_dry, "dry", "ONAN"),
            "manufacturer": MAKERS[transformers.maker],
            "model": np.where(transformers.is_dry, "SCB11", "S11-M"),
            "manufactured_date": pa.array(transformers.commissioned - 120),
            "commissioned_date": pa.array(transformers.commissioned),
            "location_kind": np.asarray(PLACES)[transformers.place],
            "is_coastal": np.zeros(count, bool),
        }
    )


def _switch_rows(block: Block, switchgear: Switchgear) -> pa.Table:
    count = len(switchgear)
    return pa.table(
        {
            "switchgear_id": list(switchgear.switchgear_id),
            "substation_id": [block.substation_id] * count,
            "feeder_id": [block.feeder_id] * count,
            "switchgear_kind": list(switchgear.kind),
            "rated_a": np.full(count, SWITCH_RATED_A),
            "operations": switchgear.operations,
            "manufacturer": MAKERS[switchgear.maker],
            "model": [_SWITCH_MODELS[kind] for kind in switchgear.kind],
            "commissioned_date": pa.array(switchgear.commissioned),
        }
    )
