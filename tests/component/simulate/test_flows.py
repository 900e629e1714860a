from dataclasses import replace

import numpy as np
import pytest

from powerlake.simulate.ageing import ageing_acceleration, failure_shape, hot_spot_c, top_oil_c
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.flows import cut, draw_flows, hourly
from powerlake.simulate.network import draw_network
from powerlake.simulate.utility import Use, Utility

UTILITY = Utility(customers=40, days=3, seed=2)
BLOCK = UTILITY.blocks[0]
CUSTOMERS = draw_customers(UTILITY, BLOCK)
NETWORK = draw_network(UTILITY, BLOCK, CUSTOMERS)


def use(level=1.0, fed_in=0.0):
    shape = (40, UTILITY.days, 96)
    taken = np.broadcast_to(level * CUSTOMERS.mean_kw[:, None, None] / 4, shape).astype(np.float32)
    return Use(taken, np.full(shape, fed_in, np.float32))


def flows(level=1.0, fed_in=0.0):
    return draw_flows(UTILITY, BLOCK, CUSTOMERS, NETWORK, use(level, fed_in))


def test_power_into_transformers_is_use_and_loss():
    made = flows()
    assert made.power_kw.sum(axis=(0, 1)) == pytest.approx(CUSTOMERS.mean_kw.sum(), rel=1e-4)
    assert made.supplied_kw == pytest.approx(made.power_kw.sum(axis=1) + made.loss_kw)


def test_what_roofs_feed_in_flows_back():
    assert flows(level=0.0, fed_in=0.25).power_kw.sum(axis=(0, 1)) == pytest.approx(-40, rel=1e-4)


def test_without_use_only_the_iron_loses_and_the_voltage_is_that_of_the_line():
    made = flows(level=0.0)
    assert made.loss_kw == pytest.approx(np.broadcast_to(NETWORK.transformers.no_load_kw[:, None], made.loss_kw.shape))


def test_load_loss_grows_with_the_square():
    iron = NETWORK.transformers.no_load_kw[:, None]
    assert flows(2.0).loss_kw - iron == pytest.approx(4 * (flows(1.0).loss_kw - iron), rel=1e-3)


def test_voltage_falls_with_load_and_with_distance():
    ends = replace(NETWORK.transformers, position_km=np.linspace(0.1, 9, len(NETWORK.transformers)))
    light = draw_flows(UTILITY, BLOCK, CUSTOMERS, replace(NETWORK, transformers=ends), use(0.1))
    heavy = draw_flows(UTILITY, BLOCK, CUSTOMERS, replace(NETWORK, transformers=ends), use(3.0))
    assert np.all(np.diff(heavy.high_kv.mean(axis=1)) < 0)
    assert np.all(heavy.voltage_v.mean(axis=(1, 2)) < light.voltage_v.mean(axis=(1, 2)) + 5)
    assert (heavy.head_kv[None] - heavy.high_kv)[-1].mean() > (light.head_kv[None] - light.high_kv)[-1].mean()


def test_the_line_loses_the_squares_of_its_sections():
    """Two transformers at 1 and 3 km: 1 km carries both currents, 2 km the farther one alone."""
    pair = replace(NETWORK.transformers, position_km=np.array([1.0, 3.0] + [0.0] * (len(NETWORK.transformers) - 2)))
    network = replace(NETWORK, transformers=pair)
    made = draw_flows(UTILITY, BLOCK, CUSTOMERS, network, use())
    near, far = np.hypot(made.supplied_kw, made.reactive_kvar.sum(axis=1))[:2, 0]
    ohm = network.feeder.ohm_per_km[0]
    assert made.line_loss_kw[0] == pytest.approx(ohm * ((near + far) ** 2 + 2 * far**2) / 1e5, rel=1e-3)


def test_nothing_flows_through_a_transformer_that_is_out():
    served = np.ones((len(NETWORK.transformers), UTILITY.days * 96), bool)
    served[1, 10:20] = False
    made = cut(flows(), served)
    assert made.supplied_kw[1, 10:20].max() == made.voltage_v[1, :, 10:20].max() == 0
    assert np.all(made.supplied_kw[1, 20:] == flows().supplied_kw[1, 20:])
    assert hourly(np.arange(8.0)).tolist() == [1.5, 5.5]


@pytest.mark.parametrize(("spot", "expected"), [(110, 1.0), (117, 2.020), (98, 0.282)])
def test_ageing_acceleration_as_in_the_standard(spot, expected):
    assert ageing_acceleration(np.array(spot)) == pytest.approx(expected, abs=5e-4)


def test_top_oil_settles_at_the_rise_of_rated_load():
    oil = top_oil_c(np.concatenate([np.zeros(1), np.ones(100)]), np.full(101, 20.0))
    assert oil[0] < 35 and oil[-1] == pytest.approx(70) and np.all(np.diff(oil) > 0)
    assert hot_spot_c(np.array(1.0), oil[-1]) == pytest.approx(93)


def test_failure_shape_is_flat_up_to_four_then_a_cubic():
    assert failure_shape(np.array([0.5, 4.0])).tolist() == [1, 1]
    assert failure_shape(np.array([10.0]))[0] == pytest.approx(
        (1 + 10.87 + 10.87**2 / 2 + 10.87**3 / 6) / 28.50, rel=1e-3
    )
