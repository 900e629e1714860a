"""The adapters on the whole public sets: every row taken by the contract, and nothing lost or moved on the way."""

import gzip
from pathlib import Path

import holidays
import numpy as np
import pyarrow.compute as pc
import pytest
from pyarrow import csv

from powerlake.landing.adapters import ADAPTERS, adapt
from powerlake.landing.feed_check import check_files
from powerlake.tables.feeds import FEEDS

ROWS = {
    "sgsc_households": {"metering/load_curves": 2_132_099, "marketing/customers": 79, "metering/meters": 79},
    "lcl_london": {
        "external/prices": 17_518,  # of 17,520: two labels of 31 March are not on the clock
        "dispatch/feeder_load": 35_036,
        "external/weather": 21_165,
        "external/calendar": 1_096,
        "marketing/tariffs": 4,
        "marketing/customers": 5_566,
        "marketing/contracts": 6_689,
    },
    "zhejiang_daily_weather": {"external/weather": 11 * 854},
    "aemo_price_demand": {"external/prices": 25_920},
    "ett": {"dispatch/feeder_load": 3 * 17_420, "assets/transformers": 1},
    "uci_credit_default": {
        "marketing/customers": 24_000,
        "marketing/contracts": 24_000,
        "marketing/bills": 144_000,
        "marketing/payments": 114_664,
        "truth": 24_000,
    },
    "azure_pdm": {"metering/terminal_telemetry": 29_280, "dispatch/alarms": 3_116, "assets/work_orders": 2_643},
}


@pytest.fixture(scope="module", params=sorted(ADAPTERS))
def adapted(request, shared, tmp_path_factory):
    """A set's name, what was written, and where."""
    out = tmp_path_factory.mktemp(request.param)
    return request.param, adapt(request.param, shared(request.param), out), out


def test_the_contract_takes_every_row(adapted):
    name, written, out = adapted
    assert written.rows == ROWS[name]
    verdicts = check_files(out / "landing", FEEDS)
    assert len(verdicts) == len([file for file in written.files if "landing" in file.relative_to(out).parts])
    assert [verdict for verdict in verdicts if not verdict.is_taken or verdict.faults] == []
    assert sum(verdict.rows_kept for verdict in verdicts) == sum(ROWS[name].values()) - ROWS[name].get("truth", 0)


def test_the_energy_of_the_households_is_what_it_was(sgsc, tmp_path):
    file = "interval_readings_2012-08.csv.gz"
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / file).symlink_to(sgsc / file)
    adapt("sgsc_households", tmp_path / "set", tmp_path)
    before = _table(sgsc / file)
    after = _table(tmp_path / "landing" / "metering" / "load_curves" / file)
    parts = pc.add(pc.sum(before["general_supply_kwh"]), pc.sum(before["controlled_load_kwh"])).as_py()
    kept = pc.add(pc.sum(after["general_supply_kwh"]), pc.sum(after["controlled_load_kwh"])).as_py()
    assert kept == pytest.approx(parts, rel=1e-12)


def _table(file: Path):
    with gzip.open(file) as stream:
        return csv.read_csv(stream)


def test_bank_holidays_are_those_of_england(shared, tmp_path):
    """The library calls the substitute days otherwise, and adds nothing: the dates are the same."""
    adapt("lcl_london", shared("lcl_london"), tmp_path)
    days = csv.read_csv(tmp_path / "landing" / "external" / "calendar" / "lcl_calendar.csv")
    off = days.filter(pc.not_equal(days["holiday_name"], ""))["date"].to_pylist()
    expected = holidays.country_holidays("GB", subdiv="ENG", years=[2012, 2013, 2014])
    working_weekdays = [day for day in expected if np.is_busday(day)]
    assert sorted(off) == sorted(working_weekdays)
