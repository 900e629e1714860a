"""A simulated fleet of machines, as telemetry, alarms and work orders.

Its clock names no zone and is taken for UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.adapters.columns import instants, local_times, numbers, same
from powerlake.landing.adapters.model import Adapter, Piece
from powerlake.landing.adapters.source import first

MEANS = {
    "voltage_a_v": "mean_daily_voltage",
    "rotation": "mean_daily_rotation",
    "pressure": "mean_daily_pressure",
    "vibration": "mean_daily_vibration",
}
FILES = ("daily_plot_df.csv", "PdM_machines.csv", "PdM_errors.csv", "PdM_maintenance.csv", "PdM_failures.csv")
DAY = np.timedelta64(1, "D")


def pieces(folder: Path) -> Iterator[Piece]:
    """Daily means, errors as alarms, and component changes as work orders, corrective where the component failed."""
    yield Piece("metering/terminal_telemetry", "azure_pdm_daily_means.csv", _telemetry(folder))
    yield Piece("dispatch/alarms", "azure_pdm_errors.csv", _alarms(folder))
    yield Piece("assets/work_orders", "azure_pdm_components.csv", _work_orders(folder))


def _telemetry(folder: Path) -> pa.Table:
    """One row a machine and day, timed at the day's end: no mean is known before.

    No feed has machines, so what model one is and its age in years come as columns beyond the contract.
    """
    means = first(folder, FILES[0], "machineID", "date", *MEANS.values())
    machines = first(folder, FILES[1], "machineID", "model", "age")
    place = pc.index_in(means["machineID"], machines["machineID"])
    return pa.table(
        {
            "terminal_id": means["machineID"],
            "asset_kind": same("machine", len(means)),
            "asset_id": means["machineID"],
            "measured_at": instants(local_times(means["date"]) + DAY),
            **{name: numbers(means[source], digits=6) for name, source in MEANS.items()},
            "machine_model": machines["model"].take(place),
            "machine_age_years": machines["age"].take(place),
        }
    )


def _alarms(folder: Path) -> pa.Table:
    errors = _events(first(folder, FILES[2], "datetime", "machineID", "errorID"))
    return pa.table(
        {
            "alarm_id": errors["id"],
            "asset_kind": same("machine", len(errors)),
            "asset_id": errors["machine"],
            "raised_at": errors["at"],
            "alarm_code": errors["what"],
        }
    )


def _work_orders(folder: Path) -> pa.Table:
    """One row a component changed.

    A failure is the change of that machine and component at that time, or, where the maintenance file has none, a
    row of its own.
    """
    changes = _events(first(folder, FILES[3], "datetime", "machineID", "comp"))
    failures = _events(first(folder, FILES[4], "datetime", "machineID", "failure"))
    unrecorded = failures.filter(pc.invert(pc.is_in(failures["id"], changes["id"].combine_chunks())))
    orders = pa.concat_tables([changes, unrecorded])
    is_failure = pc.is_in(orders["id"], failures["id"].combine_chunks())
    return pa.table(
        {
            "work_order_id": orders["id"],
            "asset_kind": same("machine", len(orders)),
            "asset_id": orders["machine"],
            "work_kind": pc.if_else(is_failure, "corrective", "preventive"),
            "opened_at": orders["at"],
            "closed_at": orders["at"],
            "component": orders["what"],
            "is_failure": is_failure,
        }
    )


def _events(rows: pa.Table) -> pa.Table:
    """One row an event: `id` made of the rest, `at`, `machine` and `what` it was. `rows` has time, machine and what."""
    time, machine, what = rows.columns
    at = instants(local_times(pc.utf8_slice_codeunits(time, 0, 19)))
    identity = pc.binary_join_element_wise(machine, what, pc.utf8_slice_codeunits(at, 0, 13), "-")
    return pa.table({"id": identity, "at": at, "machine": machine, "what": what})


AZURE_PDM = Adapter("azure_pdm", "a simulated fleet: daily means, errors, failures", FILES, pieces, "UTC")
