"""What marketing, billing and service make keeps the contract of its feeds."""

import numpy as np
import pyarrow as pa
import pytest

from powerlake.simulate.accounts import customer_rows
from powerlake.simulate.billing import draw_billing
from powerlake.simulate.campaigns import campaign_commons, draw_marketing
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.service import draw_service
from powerlake.simulate.tariffs import tariff_commons
from powerlake.simulate.utility import Utility
from powerlake.tables.feeds import FEEDS


class Meters:
    """Stands in for `metering.Metering`: one kWh a period and day."""

    def __init__(self, size: int) -> None:
        self.billed_kwh = np.ones((size, 100, 4), np.float32)
        self.estimated_days = np.zeros((size, 100), bool)


def tables(size: int) -> dict[str, pa.Table]:
    utility = Utility(customers=size, days=100, seed=4)
    block = utility.blocks[0]
    customers = draw_customers(utility, block)
    parts = (
        tariff_commons(utility),
        campaign_commons(utility),
        customer_rows(utility, block, customers),
        draw_billing(utility, block, customers, Meters(size)),
        draw_marketing(utility, block, customers),
        draw_service(utility, block, customers, Meters(size)),
    )
    return {name: table for part in parts for name, table in part.feeds.items()}


TABLES = tables(80)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_contract_is_kept(name: str) -> None:
    feed, table = FEEDS[name], TABLES[name]
    assert set(table.column_names) <= {field.name for field in feed.fields}
    assert table.num_rows > 0
    for field in feed.fields:
        if field.is_required:
            assert table[field.name].null_count == 0, field.name
        if field.codes:
            assert set(table[field.name].drop_null().to_pylist()) <= set(field.codes), field.name
    keys = list(zip(*(table[column].to_pylist() for column in feed.key), strict=True))
    assert len(set(keys)) == len(keys)


def test_one_customer_gives_the_same_types() -> None:
    assert {name: table.schema for name, table in tables(1).items()} == {
        name: table.schema for name, table in TABLES.items()
    }


def test_all_feeds_are_there() -> None:
    expected = {name for name in FEEDS if name.startswith(("marketing/", "service/"))} | {"external/tariff_book"}
    assert set(TABLES) == expected
