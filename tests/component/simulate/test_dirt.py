"""Dirt on feeds: what is put down is what befell the rows, and nothing else changed."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from powerlake.simulate import dirt
from powerlake.simulate.dirt import soiled
from powerlake.simulate.files import conformed
from powerlake.simulate.soiled import Soiled, key_of
from powerlake.simulate.utility import Utility
from powerlake.tables.feeds import FEEDS

UTILITY = Utility(10, 60, 3)
COUNT = 600
SHARES = ("FULL_WIDTH_SHARE", "DANGLING_SHARE", "DUPLICATE_SHARE", "CORRECTED_SHARE", "DELETED_SHARE")


def at(count: int) -> list[datetime]:
    return [datetime(2024, 1, 1) + timedelta(days=place * UTILITY.days / count) for place in range(count)]


TABLES = {
    "marketing/payments": {"payment_id": "Y{}", "customer_id": "C{}", "bill_id": "B{:08d}", "paid_at": at,
                           "amount_cny": 10.5, "method": "app"},
    "service/channel_usage": {"usage_id": "U{}", "customer_id": "C{:08d}", "used_at": at, "channel": "wechat"},
    "service/tickets": {"ticket_id": "T{}", "phone": "138{:08d}", "opened_at": at, "text": "停电",
                        "category_code": "c{}"},
    "metering/terminal_telemetry": {"terminal_id": "X{:.1}", "measured_at": at, "active_power_kw": 12.5},
    "metering/register_reads": {"meter_id": "M{}", "register_code": "00010000", "read_at": at, "reading_kwh": 7.25},
}  # fmt: skip


def table(path: str) -> pa.Table:
    columns = {
        name: value(COUNT) if callable(value)
        else [value.format(f"{n}" if ":.1" in value else n) if isinstance(value, str) else value for n in range(COUNT)]
        for name, value in TABLES[path].items()
    }  # fmt: skip
    return conformed(FEEDS[path], pa.table(columns))


@pytest.fixture
def much(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SHARES:
        monkeypatch.setattr(dirt, name, 0.1)
    monkeypatch.setattr(dirt, "WRONG_UNIT_SHARE", 0.6)
    monkeypatch.setattr(dirt, "LATE_CHANCE", 1.0)


def noted(work: Soiled, kind: str) -> dict[str, str]:
    rows = [row for part in work.dirt for row in part.to_pylist() if row["kind"] == kind]
    return {row["key"]: row["detail"] for row in rows}


def by_key(work: Soiled, rows: pa.Table) -> dict[str, dict[str, object]]:
    return dict(zip(key_of(work.feed, rows).to_pylist(), rows.to_pylist(), strict=True))


@pytest.mark.usefixtures("much")
@pytest.mark.parametrize("path", TABLES)
def test_no_row_is_lost_and_what_is_not_named_is_as_it_was(path: str) -> None:
    clean = table(path)
    work = soiled(UTILITY, 0, FEEDS[path], clean)
    held = [part for parts in work.later.values() for part in parts]
    changed = [part for part in held if "change" in part.column_names]
    late = noted(work, "late_row")
    doubles = noted(work, "duplicate_row")
    assert len(work.rows) - len(doubles) + len(late) == COUNT
    assert len(late) > 0
    named = {key for part in work.dirt for key in part["key"].to_pylist()}
    before, after = by_key(work, clean), by_key(work, work.rows)
    column_renamed = dirt.RENAMED.get(path, ("",))[0]
    for key, row in after.items():
        if key not in named:
            same = {name: value for name, value in row.items() if name != column_renamed}
            assert same == {name: before[key][name] for name in same}
    for part in changed:
        assert set(part["change"].to_pylist()) == {"delete"}
        assert set(key_of(work.feed, part).to_pylist()) == set(noted(work, "deletion"))


@pytest.mark.usefixtures("much")
def test_corrections_bring_back_what_was_right() -> None:
    clean = table("metering/register_reads")
    work = soiled(UTILITY, 0, FEEDS["metering/register_reads"], clean)
    corrected = noted(work, "correction")
    right = {}
    for parts in work.later.values():
        for part in parts:
            right |= by_key(work, part)
    wrong = by_key(work, work.rows)
    assert len(corrected) > 20
    for key in corrected:
        assert right[key]["reading_kwh"] == 7.25
        assert wrong[key]["reading_kwh"] != 7.25


@pytest.mark.usefixtures("much")
def test_each_kind_does_what_it_says() -> None:
    payments = soiled(UTILITY, 0, FEEDS["marketing/payments"], table("marketing/payments"))
    rows = by_key(payments, payments.rows)
    dangling = noted(payments, "dangling_key")
    assert all(old.startswith("B0") and rows[key]["bill_id"] > "B97" for key, old in dangling.items() if key in rows)
    assert len(dangling) > 20
    middle = datetime(2024, 1, 31)
    assert {row["method"] for row in rows.values() if row["paid_at"] < middle} == {"app"}
    assert {row["method"] for row in rows.values() if row["paid_at"] >= middle} == {"mobile_app"}
    telemetry = soiled(UTILITY, 0, FEEDS["metering/terminal_telemetry"], table("metering/terminal_telemetry"))
    power = by_key(telemetry, telemetry.rows)
    wrong = noted(telemetry, "wrong_unit").keys() & power.keys()
    assert wrong
    assert {row["active_power_kw"] for key, row in power.items() if key in wrong} == {12_500.0}
    assert {row["active_power_kw"] for key, row in power.items() if key not in wrong} == {12.5}
    tickets = soiled(UTILITY, 0, FEEDS["service/tickets"], table("service/tickets"))
    wide = noted(tickets, "full_width")
    texts = by_key(tickets, tickets.rows)
    assert all(texts[key]["phone"].startswith("１３８") for key in wide if key in texts)
    assert any(key in texts for key in wide)


def test_rows_stand_in_the_order_of_their_keys_and_dirt_is_repeatable_and_rare() -> None:
    clean = table("marketing/payments")
    shuffled = clean.take(np.random.default_rng(0).permutation(COUNT))
    first, second = (soiled(UTILITY, 4, FEEDS["marketing/payments"], rows) for rows in (clean, shuffled))
    assert first.rows.equals(second.rows)
    keys = first.rows["payment_id"].to_pylist()[: COUNT - 30]
    assert keys == sorted(keys)
    assert sum(map(len, first.dirt)) < 0.1 * COUNT
