"""Public data sets in the contract's form: each from a few rows as published, and what comes out in full."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.landing.adapters import ADAPTERS, adapt
from powerlake.landing.adapters.lcl_london import holiday_dates
from powerlake.landing.adapters.zhejiang_daily_weather import condition, degrees
from powerlake.landing.feed_check import check_files
from powerlake.tables.feeds import FEEDS

Rows = list[dict[str, str]]
Adapted = Callable[..., dict[str, Rows]]


@pytest.fixture
def adapted(tmp_path: Path) -> Adapted:
    """Put a set's files, by name, into the contract's form: the rows of each feed, all of them taken by it."""

    def run(name: str, **files: str) -> dict[str, Rows]:
        source, out = tmp_path / "source", tmp_path / "out"
        source.mkdir()
        for file, text in files.items():
            content = text.encode()
            (source / file).write_bytes(gzip.compress(content) if file.endswith(".gz") else content)
        adapt(name, source, out)
        verdicts = check_files(out / "landing", FEEDS)
        assert all(verdict.is_taken and not verdict.faults for verdict in verdicts)
        return _rows(out)

    return run


def _rows(out: Path) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        feed = path.parent.relative_to(out).as_posix().removeprefix("landing/")
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        found.setdefault(feed, []).extend(csv.DictReader(text.splitlines()))
    return found


def picked(rows: Rows, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_sgsc_readings_stay_as_they_are_and_a_label_is_the_end_of_its_half_hour(adapted: Adapted) -> None:
    head = "customer_id,reading_datetime,event_key,general_supply_kwh,controlled_load_kwh,gross_generation_kwh\n"
    found = adapted(
        "sgsc_households",
        **{
            "interval_readings_2013-01.csv.gz": head + "7,2013-01-01 00:00:00,0,0.1,0.2,0.0\n"
            "8,2013-01-31 23:30:00,0,1.5,0.0,0.0\n",
            "interval_readings_2013-02.csv.gz": head + "8,2013-02-01 00:00:00,0,0.3,0.0,0.4\n",
        },
    )
    columns = ("customer_id", "reading_datetime", "general_supply_kwh", "controlled_load_kwh")
    assert picked(found["metering/load_curves"], *columns) == [
        ("7", "2013-01-01 00:00:00", "0.1", "0.2"),
        ("8", "2013-01-31 23:30:00", "1.5", "0.0"),
        ("8", "2013-02-01 00:00:00", "0.3", "0.0"),
    ]
    assert picked(found["marketing/customers"], "customer_id", "opened_date", "has_pv") == [
        ("7", "2012-12-31", "false"),
        ("8", "2013-01-31", "true"),
    ]
    assert picked(found["metering/meters"], "meter_id", "interval_minutes") == [("7", "30"), ("8", "30")]


LONDON = {
    "Tariffs.csv": "TariffDateTime,Tariff\n31-03-2013 00:30,Low\n31-03-2013 01:00,Low\n31-03-2013 02:00,High\n"
    "27-10-2013 01:30,Normal\n",
    "dtou_group_2013.csv": "DateTime,Price,Temperature,mean_flex,mean_noflex,mean_all,sum_flex,sum_noflex,sum_all\n"
    "2013-07-01 12:00:00,0.1176,10.0,0.25,0.5,0.4,10.0,150.0,160.0\n",
    "informations_households.csv": "LCLid,stdorToU,Acorn,Acorn_grouped,file\nM1,Std,ACORN-E,Affluent,b\n"
    "M2,ToU,ACORN-Q,Adversity,b\n",
    "weather_hourly_darksky.csv": "visibility,windBearing,temperature,time,dewPoint,pressure,apparentTemperature,"
    "windSpeed,precipType,icon,humidity,summary\n5,1,10.24,2013-07-01 01:00:00,8.8,,10,2.77,rain,i,0.91,Partly Cloudy\n"
    "5,1,9.5,2013-07-01 00:00:00,8.8,1016.7,10,2.77,rain,i,0.57,Clear\n",
    "uk_bank_holidays.csv": "Bank holidays,Type,\n12/26/2012,Boxing Day,\n9/4/2012,Easter Monday,\n"
    "1/1/2013,New Year?s Day,\n",
}


def test_london_labels_are_by_its_wall_clock(adapted: Adapted) -> None:
    """01:00 on 31 March does not exist there; 01:30 on 27 October is taken for the first of two."""
    found = adapted("lcl_london", **LONDON)
    assert picked(found["external/prices"], "starts_at", "price_per_kwh", "currency", "price_level") == [
        ("2013-03-31T00:30:00Z", "0.0399", "GBP", "low"),
        ("2013-03-31T01:00:00Z", "0.672", "GBP", "high"),
        ("2013-10-27T00:30:00Z", "0.1176", "GBP", "normal"),
    ]
    columns = ("asset_id", "measured_at", "active_power_kw", "households")
    assert picked(found["dispatch/feeder_load"], *columns) == [
        ("lcl_flex", "2013-07-01T11:30:00Z", "20", "40"),
        ("lcl_noflex", "2013-07-01T11:30:00Z", "300", "300"),
    ]


def test_london_weather_is_in_utc_and_order(adapted: Adapted) -> None:
    weather = adapted("lcl_london", **LONDON)["external/weather"]
    assert picked(weather, "observed_at", "temperature_c", "humidity_pct", "pressure_hpa") == [
        ("2013-07-01T00:00:00Z", "9.5", "57", "1016.7"),
        ("2013-07-01T01:00:00Z", "10.24", "91", ""),
    ]


def test_london_households_have_a_tariff_at_each_time(adapted: Adapted) -> None:
    found = adapted("lcl_london", **LONDON)
    assert picked(found["marketing/customers"], "customer_id", "consumer_group") == [
        ("M1", "ACORN-E"),
        ("M2", "ACORN-Q"),
    ]
    assert picked(found["marketing/contracts"], "customer_id", "tariff_code", "start_date", "end_date") == [
        ("M1", "lcl_flat", "2011-11-01", ""),
        ("M2", "lcl_flat", "2011-11-01", "2012-12-31"),
        ("M2", "lcl_dtou", "2013-01-01", "2013-12-31"),
    ]
    assert picked(found["marketing/tariffs"], "tariff_code", "period", "price_cny") == [
        ("lcl_flat", "all", "1.3801"),
        ("lcl_dtou", "valley", "0.387"),
        ("lcl_dtou", "flat", "1.1407"),
        ("lcl_dtou", "peak", "6.5184"),
    ]


def test_london_calendar_has_every_day_of_its_years(adapted: Adapted) -> None:
    days = {row["date"]: row for row in adapted("lcl_london", **LONDON)["external/calendar"]}
    assert len(days) == 366 + 365
    off = {day for day, row in days.items() if row["is_working_day"] == "false"}
    assert {"2012-12-26", "2012-04-09", "2013-01-01", "2013-01-05"} <= off
    assert days["2013-01-01"]["holiday_name"] == "New Year's Day"
    assert "2012-09-04" not in off


def test_the_list_of_bank_holidays_mixes_two_orders() -> None:
    text = pa.chunked_array([["12/26/2012", "6/4/2012", "4/21/2014", "1/1/2014"]])
    expected = [date(2012, 12, 26), date(2012, 4, 6), date(2014, 4, 21), date(2014, 1, 1)]
    assert holiday_dates(text).tolist() == expected


@settings(max_examples=20, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_date_in_either_order_of_the_list_is_found(day: date) -> None:
    """The list has the month first just where the day is above 12."""
    text = f"{day.month}/{day.day}/{day.year}" if day.day > 12 else f"{day.day}/{day.month}/{day.year}"
    assert holiday_dates(pa.chunked_array([[text]])).tolist() == [day]


def test_chinese_weather(adapted: Adapted) -> None:
    text = "date,weather,temperature_high,temperature_low\n2017年05月01日,小雨-中雨,29℃,-3℃\n"
    assert adapted("zhejiang_daily_weather", **{"weather_33401.csv": text})["external/weather"] == [
        {
            "station_id": "33401",
            "observed_at": "2017-05-01T00:00:00+08:00",
            "interval_minutes": "1440",
            "temperature_high_c": "29",
            "temperature_low_c": "-3",
            "condition": "小到中雨",
        }
    ]


def test_chinese_weather_in_gb18030(tmp_path: Path) -> None:
    text = "date,weather,temperature_high,temperature_low\n2017年05月01日,雷阵雨,29℃,18℃\n"
    (tmp_path / "weather_1.csv").write_bytes(text.encode("gb18030"))
    adapt("zhejiang_daily_weather", tmp_path, tmp_path / "out")
    (row,) = _rows(tmp_path / "out")["external/weather"]
    assert (row["condition"], row["temperature_high_c"]) == ("雷阵雨", "29")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("小雨-中雨", "小到中雨"),
        ("小到中雨", "小到中雨"),
        ("大雨-暴雨", "大到暴雨"),
        ("中雪-大雪", "中到大雪"),
        ("暴雨到大暴雨", "暴雨到大暴雨"),
        (" 雨夹雪 ", "雨夹雪"),
        ("小雨-中雪", "小雨-中雪"),
    ],
)
def test_strengths_of_rain_and_snow(given: str, told: str) -> None:
    assert condition(pa.chunked_array([[given]])).to_pylist() == [told]


def test_what_is_no_temperature_stays_for_the_feed_to_refuse() -> None:
    assert degrees(pa.chunked_array([["-1.5℃", "7 °C", "℃", "~"]])).to_pylist() == ["-1.5", "7", "℃", "~"]


def test_market_prices(adapted: Adapted) -> None:
    text = "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\nNSW1,2025/01/01 00:00:00,7251.07,-999.99,TRADE\n"
    assert adapted("aemo_price_demand", **{"aemo_price_demand_202501_NSW.csv": text})["external/prices"] == [
        {
            "area_id": "NSW1",
            "starts_at": "2024-12-31T23:55:00+10:00",
            "interval_minutes": "5",
            "price_per_kwh": "-0.99999",
            "currency": "AUD",
            "demand_kw": "7251070",
        }
    ]


def test_transformer_windings(adapted: Adapted) -> None:
    text = "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT\n2016-07-01 01:00:00,5.827000141143799,2,1.5,0.4,4.2,-1.3,30.5\n"
    found = adapted("ett", **{"ETTh1.csv": text})
    columns = ("asset_id", "winding", "measured_at", "active_power_kw", "reactive_power_kvar", "oil_temperature_c")
    assert picked(found["dispatch/feeder_load"], *columns) == [
        ("ETTh1", "high", "2016-07-01T01:00:00+08:00", "5827", "2000", "30.5"),
        ("ETTh1", "middle", "2016-07-01T01:00:00+08:00", "1500", "400", ""),
        ("ETTh1", "low", "2016-07-01T01:00:00+08:00", "4200", "-1300", ""),
    ]
    assert found["assets/transformers"] == [{"transformer_id": "ETTh1", "transformer_kind": "power"}]


def credit_cards() -> str:
    """One client: bills of 100 to 600 and payments of 10 to 60 TWD from September back to April, none in July."""
    names = ["PAY_0", *(f"PAY_{n}" for n in range(2, 7))]
    amounts = [f"{kind}_AMT{n}" for kind in ("BILL", "PAY") for n in range(1, 7)]
    head = ["ID", "LIMIT_BAL", "SEX", "AGE", *names, *amounts, "default.payment.next.month"]
    row = ["7", "20000", "2", "nan", *"012345", *map(str, range(100, 700, 100)), "10", "20", "0", "40", "50", "60", "1"]
    return f"{','.join(head)}\n{','.join(row)}\n"


def test_credit_cards_are_bills_and_payments(adapted: Adapted) -> None:
    found = adapted("uci_credit_default", **{"UCI_Credit_Card.csv": credit_cards()})
    bills = picked(found["marketing/bills"], "bill_id", "issued_date", "due_date", "amount_cny", "repayment_status")
    assert bills[0] == ("7-2005-04", "2005-04-30", "2005-05-31", "150", "5")
    assert bills[-1] == ("7-2005-09", "2005-09-30", "2005-10-31", "25", "0")
    assert picked(found["marketing/payments"], "payment_id", "bill_id", "paid_at", "amount_cny") == [
        ("7-2005-04", "", "2005-04-30T12:00:00+08:00", "15"),
        ("7-2005-05", "7-2005-04", "2005-05-31T12:00:00+08:00", "12.5"),
        ("7-2005-06", "7-2005-05", "2005-06-30T12:00:00+08:00", "10"),
        ("7-2005-08", "7-2005-07", "2005-08-31T12:00:00+08:00", "5"),
        ("7-2005-09", "7-2005-08", "2005-09-30T12:00:00+08:00", "2.5"),
    ]


def test_who_defaults_is_in_the_truth_alone(adapted: Adapted) -> None:
    found = adapted("uci_credit_default", **{"UCI_Credit_Card.csv": credit_cards()})
    assert found.pop("truth") == [{"customer_id": "7", "is_default": "true"}]
    assert not {name for rows in found.values() for name in rows[0] if "default" in name}


MACHINES = {
    "daily_plot_df.csv": "machineID,date,mean_daily_voltage,mean_daily_rotation,mean_daily_pressure,"
    "mean_daily_vibration,comp1_failure\n3,2015-01-01,167.5,440.25,98.5,40.125,1\n",
    "PdM_machines.csv": "machineID,model,age\n1,model3,18\n3,model4,7\n",
    "PdM_errors.csv": "datetime,machineID,errorID\n2015-01-03T07:00:00.000000,3,error1\n",
    "PdM_maintenance.csv": "datetime,machineID,comp\n2015-01-05T06:00:00.000000,3,comp2\n"
    "2015-01-05T06:00:00.000000,3,comp4\n",
    "PdM_failures.csv": "datetime,machineID,failure\n2015-01-05T06:00:00.000000,3,comp4\n"
    "2015-01-06T06:00:00.000000,3,comp1\n",
}


def test_a_machines_mean_is_known_at_the_end_of_its_day(adapted: Adapted) -> None:
    found = adapted("azure_pdm", **MACHINES)
    (row,) = found["metering/terminal_telemetry"]
    assert (row["terminal_id"], row["measured_at"]) == ("3", "2015-01-02T00:00:00Z")
    assert (row["voltage_a_v"], row["rotation"], row["machine_model"]) == ("167.5", "440.25", "model4")
    assert "comp1_failure" not in row
    (alarm,) = found["dispatch/alarms"]
    assert (alarm["asset_id"], alarm["raised_at"], alarm["alarm_code"]) == ("3", "2015-01-03T07:00:00Z", "error1")


def test_failures_are_corrective_work_recorded_or_not(adapted: Adapted) -> None:
    orders = adapted("azure_pdm", **MACHINES)["assets/work_orders"]
    assert picked(orders, "component", "opened_at", "work_kind", "is_failure") == [
        ("comp2", "2015-01-05T06:00:00Z", "preventive", "false"),
        ("comp4", "2015-01-05T06:00:00Z", "corrective", "true"),
        ("comp1", "2015-01-06T06:00:00Z", "corrective", "true"),
    ]


def test_every_adapter_is_registered_by_its_name() -> None:
    assert all(adapter.name == name for name, adapter in ADAPTERS.items())
    assert len(ADAPTERS) == 7
    assert all(adapter.files for adapter in ADAPTERS.values())
