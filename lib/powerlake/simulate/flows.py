"""What flows through a block's transformers and line: power, current, voltage and loss, every quarter of an hour.

The line is radial, so what two transformers share of it is the way to the nearer one: with the matrix of those shared
lengths the voltage drop is linear in the powers and the line's loss quadratic in the currents (DistFlow without its
loss terms, Baran & Wu 1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from powerlake.simulate.equipment import FEEDER_KV
from powerlake.simulate.network import Network
from powerlake.simulate.utility import KINDS, Block, Bools, Customers, Floats, Use, Utility

QUARTERS = 96
QUARTERS_PER_HOUR = 4
NO_LOAD_PHASE_V = 231.0
"""Phase to neutral at the low side with 10 kV at the high side: a ratio of 10 to 0.4 kV."""
REACTANCE_PU = 0.038
"""Short-circuit reactance of a distribution transformer of 4 % impedance (GB 20052 types)."""
LOW_VOLTAGE_LOSS_PU = 0.03
"""Loss in the wires behind a transformer at its rated power; chosen."""
SET_POINT_PU = 1.02
"""Voltage the substation holds, in steps of its tap changer; chosen."""
TAP_STEP_PU = 0.0125

_TAN_PHI = {
    "residential": 0.25,
    "shop": 0.33,
    "office": 0.36,
    "industry": 0.48,
    "agriculture": 0.62,
    "public_lighting": 0.40,
}
"""Reactive ÷ active power of each kind of customer; chosen, cos φ 0.85 to 0.97."""

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Flows:
    """Arrays over k transformers and q quarters of an hour. Power is positive towards the customers."""

    power_kw: Singles
    """(k, 3, q) taken by the customers of each phase, less what they feed in."""
    reactive_kvar: Singles
    """(k, 3, q)"""
    loss_kw: Singles
    """(k, q) technical loss of the transformer and the wires behind it."""
    loading: Singles
    """(k, q) apparent ÷ rated power."""
    voltage_v: Singles
    """(k, 3, q) phase to neutral at the transformer's low side."""
    line_loss_kw: Singles
    """(q,) loss of the 10 kV line."""
    head_kv: Singles
    """(q,) voltage at the substation."""
    high_kv: Singles
    """(k, q) voltage at the transformers' high side."""

    @property
    def supplied_kw(self) -> Singles:
        """(k, q) power into the transformers."""
        return np.asarray(self.power_kw.sum(axis=1) + self.loss_kw)


def draw_flows(utility: Utility, block: Block, customers: Customers, network: Network, use: Use) -> Flows:
    """The flows that the true use of the block's customers makes, stolen energy too."""
    power, reactive = _transformer_powers(utility, customers, network, use)
    made = network.transformers
    rated = made.rated_kva[:, None].astype(np.float32)
    loading = np.hypot(power.sum(axis=1), reactive.sum(axis=1)) / rated
    full_load_kw = (made.load_loss_kw + LOW_VOLTAGE_LOSS_PU * made.rated_kva)[:, None]
    loss = made.no_load_kw[:, None] + full_load_kw * loading**2
    supplied = power.sum(axis=1) + loss
    head_kv = _substation_voltage(utility, block, supplied.sum(axis=0), network.feeder.rated_a)
    drop, line_loss = _line(network, supplied, reactive.sum(axis=1))
    return Flows(
        power_kw=power,
        reactive_kvar=reactive,
        loss_kw=loss.astype(np.float32),
        loading=loading,
        voltage_v=_low_voltage(network, power, reactive, head_kv / FEEDER_KV - drop),
        high_kv=np.asarray(head_kv - FEEDER_KV * drop, np.float32),
        line_loss_kw=line_loss.astype(np.float32),
        head_kv=head_kv.astype(np.float32),
    )


def cut(flows: Flows, served: Bools) -> Flows:
    """The flows with nothing through transformers while they are not `served` (k, q)."""
    on = served[:, None, :]
    return Flows(
        power_kw=flows.power_kw * on,
        reactive_kvar=flows.reactive_kvar * on,
        loss_kw=flows.loss_kw * served,
        loading=flows.loading * served,
        voltage_v=flows.voltage_v * on,
        line_loss_kw=flows.line_loss_kw * served.mean(axis=0, dtype=np.float32) ** 2,
        head_kv=flows.head_kv,
        high_kv=flows.high_kv * served,
    )


def hourly(values: Singles | Floats) -> Floats:
    """(…, hours) means of (…, q)."""
    return np.asarray(values.reshape(*values.shape[:-1], -1, QUARTERS_PER_HOUR).mean(axis=-1, dtype=float))


def _transformer_powers(utility: Utility, customers: Customers, network: Network, use: Use) -> tuple[Singles, Singles]:
    """(k, 3, q) active and reactive power of each transformer's phases, piecewise between reconfigurations."""
    tan_phi = np.array([_TAN_PHI[kind] for kind in KINDS], np.float32)[customers.kind]
    edges = np.unique(np.concatenate([[0], network.move_day, [utility.days]]))
    powers: list[Singles] = []
    reactives: list[Singles] = []
    for first, last in pairwise(edges.tolist()):
        weights = network.weights(first).astype(np.float32).reshape(-1, len(customers)) * QUARTERS_PER_HOUR
        taken = use.taken[:, first:last].reshape(len(customers), -1)
        fed_in = use.fed_in[:, first:last].reshape(len(customers), -1)
        powers.append(np.asarray(weights @ taken - weights @ fed_in, np.float32))
        reactives.append(np.asarray((weights * tan_phi) @ taken, np.float32))
    shape = (len(network.transformers), 3, utility.days * QUARTERS)
    power = np.concatenate(powers, axis=1).reshape(shape)
    return power, np.concatenate(reactives, axis=1).reshape(shape)


def _line(network: Network, supplied_kw: Floats, reactive_kvar: Singles) -> tuple[Floats, Floats]:
    """(k, q) voltage drop per unit of 10 kV, and (q,) loss in kW."""
    km = network.transformers.position_km
    shared_km = np.minimum.outer(km, km)
    ohm, reactance = network.feeder.ohm_per_km
    per_unit = 1e3 * FEEDER_KV**2
    drop = shared_km @ (ohm * supplied_kw + reactance * reactive_kvar) / per_unit
    apparent = np.hypot(supplied_kw, reactive_kvar)
    loss = ohm / per_unit * np.einsum("iq,ij,jq->q", apparent, shared_km, apparent, optimize=True)
    return drop, loss


def _low_voltage(network: Network, power: Singles, reactive: Singles, high_pu: Floats) -> Singles:
    """(k, 3, q) phase voltages: of the high side less the drop in the transformer, phase by phase."""
    made = network.transformers
    resistance = (made.load_loss_kw / made.rated_kva)[:, None, None]
    drop = 3 * (resistance * power + REACTANCE_PU * reactive) / made.rated_kva[:, None, None]
    return np.asarray(NO_LOAD_PHASE_V * (high_pu[:, None, :] - drop), np.float32)


def _substation_voltage(utility: Utility, block: Block, total_kw: Floats, rated_a: float) -> Floats:
    """(q,) kV at the head of the line: stepped by the tap changer as the hour's load asks, and unsteady in between."""
    rng = utility.rng("substation voltage", block.number)
    ask = 0.02 * hourly(total_kw) / (rated_a * FEEDER_KV * np.sqrt(3))
    steps = np.round((SET_POINT_PU - 1 + ask) / TAP_STEP_PU) * TAP_STEP_PU
    drift = np.cumsum(rng.normal(0, 0.0015, len(steps)))
    drift = drift - np.round(drift / TAP_STEP_PU) * TAP_STEP_PU
    noise = rng.normal(0, 0.0012, len(total_kw))
    return np.asarray(FEEDER_KV * (1 + np.repeat(steps + drift, QUARTERS_PER_HOUR) + noise))
