from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest

from powerlake.simulate.customers import draw_customers
from powerlake.simulate.flows import QUARTERS
from powerlake.simulate.grid import draw_grid, grid_rows, live_grid, supplied
from powerlake.simulate.hazards import CAUSES
from powerlake.simulate.network import draw_network
from powerlake.simulate.outages import Outages, outage_rows, reach_of
from powerlake.simulate.utility import Use, Utility
from powerlake.tables.feeds import FEEDS

UTILITY = Utility(customers=280, days=150, seed=4)
BLOCK = UTILITY.blocks[1]
"""The last block, of 30 customers."""
CUSTOMERS = draw_customers(UTILITY, BLOCK)
NETWORK = draw_network(UTILITY, BLOCK, CUSTOMERS)


def use():
    shape = (len(CUSTOMERS), UTILITY.days, QUARTERS)
    taken = np.broadcast_to(CUSTOMERS.mean_kw[:, None, None] / 4, shape).astype(np.float32)
    return Use(taken, np.zeros_like(taken))


GRID = live_grid(UTILITY, BLOCK, CUSTOMERS, NETWORK, use())
MADE = grid_rows(UTILITY, CUSTOMERS, NETWORK, GRID)


def column(feed, name):
    return MADE.feeds[feed][name].to_numpy(zero_copy_only=False)


def test_the_same_seed_makes_the_same_rows():
    again = draw_grid(UTILITY, BLOCK, CUSTOMERS, NETWORK, use())
    assert all(again.feeds[name].equals(table) for name, table in MADE.feeds.items())
    assert all(again.truth[name].equals(table) for name, table in MADE.truth.items())


@pytest.mark.parametrize("path", sorted(MADE.feeds))
def test_rows_keep_the_contract(path):
    feed, table = FEEDS[path], MADE.feeds[path]
    assert set(table.column_names) <= {item.name for item in feed.fields} | {"changed_at"}
    for item in feed.fields:
        if item.is_required:
            assert table[item.name].null_count == 0, item.name
        if item.codes and item.name in table.column_names:
            assert set(table[item.name].drop_null().to_pylist()) <= set(item.codes), item.name
    if "changed_at" not in table.column_names:
        assert len(table.group_by(list(feed.key)).aggregate([])) == len(table)


def test_energy_into_transformers_is_used_or_lost():
    losses = MADE.truth["losses"]
    into, used, lost = (losses[name].to_numpy() for name in ("supplied_kwh", "used_kwh", "technical_loss_kwh"))
    assert into == pytest.approx(used + lost, abs=0.5)
    share = lost.sum() / into.sum()
    assert 0.005 < share < 0.08
    load = MADE.feeds["dispatch/feeder_load"]
    hours = load.filter(pc.equal(load["asset_kind"], "transformer"))["active_power_kw"].to_numpy()
    assert hours.sum() == pytest.approx(into.sum(), rel=1e-4)


def test_every_failure_is_an_outage_and_a_corrective_order():
    failed = set(MADE.truth["faults"]["asset_id"].to_pylist())
    orders = MADE.feeds["assets/work_orders"]
    assert failed == set(orders.filter(orders["is_failure"])["asset_id"].to_pylist()) != set()
    outages = MADE.feeds["dispatch/outages"]
    assert len(outages.filter(pc.invert(outages["is_planned"]))) == len(MADE.truth["faults"])


def test_without_supply_a_terminal_is_silent_and_nobody_uses():
    served = GRID.lives.outages.served(UTILITY)
    assert not served.all()
    unit = np.array([int(name[-2:]) for name in column("metering/terminal_telemetry", "asset_id")])
    quarter = (column("metering/terminal_telemetry", "measured_at") - UTILITY.dates[0]) // np.timedelta64(15, "m")
    assert served[unit, quarter.astype(int)].all()
    left = supplied(UTILITY, NETWORK, GRID, use())
    energy = left.taken.reshape(len(CUSTOMERS), -1)
    off = ~served[NETWORK.transformer] & (np.arange(energy.shape[1]) < NETWORK.move_day[:, None] * QUARTERS)
    assert energy[off].max() == 0 and left.taken.sum() < use().taken.sum()


def test_a_switch_takes_along_what_lies_behind_it():
    km = np.linspace(0.05, 1.0, len(NETWORK.transformers)) * NETWORK.feeder.length_km
    network = replace(NETWORK, transformers=replace(NETWORK.transformers, position_km=km))
    assets = GRID.lives.assets
    reach = reach_of(network, assets)
    assert reach[: len(km), 0].tolist() == np.eye(len(km), dtype=bool).tolist()
    breaker, _, _, recloser, _ = reach[assets.places("switchgear"), 0]
    assert breaker.all() and recloser.tolist() == (km >= 0.5 * NETWORK.feeder.length_km).tolist()
    near, far = reach[-1]
    assert near.all() and far.tolist() == recloser.tolist()


def test_an_outage_counts_customers_in_supply_behind_it_and_the_energy_they_lack():
    """Two hours without the first transformer, which feeds all but one; one more has left before."""
    transformer = np.where(np.arange(30) == 5, 1, 0)
    network = replace(NETWORK, transformer=transformer, moved_to=transformer, move_day=np.full(30, UTILITY.days))
    left = np.where(np.arange(30) == 7, 9, UTILITY.days)
    customers = replace(CUSTOMERS, from_day=np.zeros(30, int), to_day=left)
    started = np.array(["2024-01-10T09:10:00"], "datetime64[s]")
    off = np.arange(len(NETWORK.transformers))[None] == 0
    outages = Outages(np.array([0]), started, started + np.timedelta64(2, "h"), np.array([-1]), off)
    flowing = np.full((len(NETWORK.transformers), UTILITY.days * QUARTERS), 100.0, np.float32)
    rows = outage_rows(UTILITY, 1, network, customers, GRID.lives.assets, outages, flowing)
    assert rows["customers_interrupted"].to_pylist() == [28]
    assert rows["lost_energy_kwh"][0].as_py() == pytest.approx(200, rel=0.6)


def test_measured_values_are_plausible():
    volts = column("metering/terminal_telemetry", "voltage_a_v")
    assert np.nanquantile(volts, 0.001) > 190 and np.nanmax(volts) < 250
    frequency = column("metering/terminal_telemetry", "frequency_hz")
    assert 49.8 < np.nanmin(frequency) < 49.98
    assert 50.02 < np.nanmax(frequency) < 50.2


def test_only_the_first_block_of_a_substation_makes_its_rows():
    assert "assets/substations" not in MADE.feeds
    first = UTILITY.blocks[0]
    customers = draw_customers(UTILITY, first)
    nothing = np.zeros((len(customers), UTILITY.days, QUARTERS), np.float32)
    made = draw_grid(UTILITY, first, customers, draw_network(UTILITY, first, customers), Use(nothing, nothing))
    assert made.feeds["assets/substations"]["substation_id"].to_pylist() == ["S0000"]
    kinds = made.feeds["assets/transformers"]["transformer_kind"].to_pylist()
    assert kinds.count("power") >= 2
    power = [name for name in made.truth["fault_hazard"]["asset_id"].to_pylist() if name.startswith("TS")]
    assert set(power) == {"TS00000", "TS00001"}


def test_weekly_hazards_add_up_to_the_daily():
    truth = MADE.truth["fault_hazard"]
    expected = -np.log(1 - truth["failure_probability"].to_numpy()).sum()
    assert expected == pytest.approx(GRID.lives.history.hazard.sum())
    assert truth["days"].to_numpy().sum() == UTILITY.days * len(GRID.lives.assets)


def test_recorded_causes_are_known_ones():
    assert set(column("dispatch/outages", "cause_code")) <= {*CAUSES, "maintenance", "unknown"}
