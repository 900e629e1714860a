from dataclasses import replace

import numpy as np
import pytest

from powerlake.simulate.customers import draw_customers, draw_moves
from powerlake.simulate.network import THREE_PHASE, draw_network, topology_rows
from powerlake.simulate.utility import Utility

UTILITY = Utility(customers=60, days=40, seed=5)
BLOCK = UTILITY.blocks[0]
CUSTOMERS = draw_customers(UTILITY, BLOCK)


def network(**changes):
    return replace(draw_network(UTILITY, BLOCK, CUSTOMERS), **changes)


def plain(**changes):
    """Everyone on the first transformer, rightly recorded and never moved."""
    zeros = np.zeros(60, np.int64)
    never = np.full(60, UTILITY.days)
    return network(**{"transformer": zeros, "moved_to": zeros, "move_day": never, "recorded": zeros, **changes})


def links(net, customer, from_day, to_day):
    names = [f"M{number}" for number in range(len(customer))]
    made = topology_rows(UTILITY, net, *(np.array(customer), names, np.array(from_day), np.array(to_day)))
    rows = made.feeds["assets/topology"].select(["child_id", "parent_id", "valid_from_date", "valid_to_date"])
    told = [
        (
            row["child_id"],
            row["parent_id"],
            str(row["valid_from_date"]),
            row["valid_to_date"] and str(row["valid_to_date"]),
        )
        for row in rows.to_pylist()
    ]
    return told, made.truth["topology_errors"].to_pylist()


def test_the_same_seed_draws_the_same_network():
    assert np.array_equal(network().transformer, network().transformer)
    assert network().transformers.transformer_id == network().transformers.transformer_id


def test_every_transformer_feeds_someone_and_large_customers_have_three_phases():
    net = network()
    assert set(net.transformer) == set(range(len(net.transformers)))
    assert np.all(net.phase[CUSTOMERS.contracted_kw >= 8] == THREE_PHASE)


def test_who_takes_over_a_point_hangs_where_the_one_before_did():
    utility = Utility(customers=250, days=365, seed=9)
    customers = draw_customers(utility, utility.blocks[0])
    moves = draw_moves(utility, utility.blocks[0], customers.kind)
    place = draw_network(utility, utility.blocks[0], customers).transformer
    assert len(moves.came) > 2
    assert place[moves.came].tolist() == place[moves.left].tolist()


def test_each_customer_is_carried_once_whole_on_each_day():
    net = network(move_day=np.full(60, 20), moved_to=np.zeros(60, np.int64))
    for day in (0, 19, 20, 39):
        assert net.weights(day).sum(axis=(0, 1)) == pytest.approx(1)
    assert net.weights(20)[1:].sum() == 0 < net.weights(19)[1:].sum()


def test_a_meter_that_stays_has_one_open_link():
    told, errors = links(plain(), [3], [-100], [40])
    assert told == [("M0", "T0000000", "2023-09-23", None)]
    assert errors == []


def test_a_replaced_meter_hands_over_the_day_after_its_last():
    told, _ = links(plain(), [3, 3], [0, 10], [10, 40])
    assert told == [
        ("M0", "T0000000", "2024-01-01", "2024-01-10"),
        ("M1", "T0000000", "2024-01-11", None),
    ]


def test_a_reconfiguration_splits_the_link_of_meters_that_stand_then():
    net = plain(moved_to=np.ones(60, np.int64), move_day=np.full(60, 20))
    told, _ = links(net, [3, 4, 5], [0, 0, 20], [40, 20, 40])
    assert told == [
        ("M0", "T0000000", "2024-01-01", "2024-01-20"),
        ("M0", "T0000001", "2024-01-21", None),
        ("M1", "T0000000", "2024-01-01", "2024-01-20"),
        ("M2", "T0000001", "2024-01-21", None),
    ]


def test_a_wrong_record_is_in_the_feed_and_the_right_one_in_the_truth():
    told, errors = links(plain(recorded=np.where(np.arange(60) == 3, 2, 0)), [3, 4], [0, 0], [40, 40])
    assert [row[1] for row in told] == ["T0000002", "T0000000"]
    assert [(row["meter_id"], row["recorded_transformer_id"], row["true_transformer_id"]) for row in errors] == [
        ("M0", "T0000002", "T0000000")
    ]


def test_about_one_record_in_a_hundred_is_wrong():
    utility = Utility(customers=5000, days=40, seed=1)
    wrong = [
        draw_network(utility, block, draw_customers(utility, block)).is_recorded_wrong.mean()
        for block in utility.blocks[:8]
    ]
    assert 0.002 < np.mean(wrong) < 0.025
