from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from powerlake.marketing.market_outlook import NUMBERS, OUTLOOK, market_outlook, outlook

MONTHS = [date(2023 + place // 12, place % 12 + 1, 1) for place in range(26)]
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 3]


def rows(sector: str, daily: float, growth: float) -> list[dict]:
    """Two years, a January and three days of a February."""
    return [
        {
            "region_code": "R01",
            "sector_code": sector,
            "month_date": month,
            "energy_kwh": daily * length * (1 + growth) ** (place // 12),
            "normal_kwh": daily * length,
            "revenue_cny": 5.0,
            "output_index": 100.0,
            "days": length,
            "customers": 3,
        }
        for place, (month, length) in enumerate(zip(MONTHS, LENGTHS, strict=True))
    ]


@pytest.fixture
def made():
    given = pa.Table.from_pylist([*rows("C", 10, 0.1), *rows("A", 4, 0.0)])
    return market_outlook(given).to_pandas().set_index(["sector_code", "month_date"])


def test_growth_is_of_the_mean_day(made):
    cell = made.loc["C"]
    assert np.isnan(cell.loc[date(2023, 12, 1), "growth"])
    assert cell.loc[date(2024, 2, 1), "growth"] == pytest.approx(0.1)
    assert cell.loc[date(2024, 2, 1), "normal_growth"] == pytest.approx(0)


def test_a_month_with_few_days_is_kept_but_not_compared(made):
    month = made.loc[("C", date(2025, 2, 1))]
    assert month["energy_kwh"] == pytest.approx(3 * 10 * 1.1**2)
    assert np.isnan(month["growth"])
    assert month["forecast_kwh"] == pytest.approx(28 * 10)


def test_the_year_after_the_last_complete_month_is_forecast(made):
    coming = made.loc["A", "forecast_kwh"].dropna()
    assert [coming.index[0], coming.index[-1]] == [date(2025, 2, 1), date(2026, 1, 1)]
    np.testing.assert_allclose(coming.to_numpy(), 4 * np.array([28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]))
    assert len(made.loc["A"]) == 25 + 12


def test_without_weather_the_use_itself_is_forecast():
    given = pa.Table.from_pylist([{**row, "normal_kwh": None} for row in rows("C", 10, 0.1)])
    made = market_outlook(given.set_column(4, "normal_kwh", pa.nulls(len(given), pa.float64()))).to_pandas()
    assert made["normal_growth"].isna().all()
    assert made["forecast_kwh"].notna().sum() == 12


def test_batches_are_taken_together_and_no_rows_give_none():
    given = pa.Table.from_pylist([*rows("C", 10, 0.1), *rows("A", 4, 0.0)])
    together = pa.Table.from_batches(list(outlook(given.to_batches(max_chunksize=7))), OUTLOOK)
    assert together.to_pylist()[0]["month_date"] == MONTHS[0]
    assert together.num_rows == 2 * 37
    assert not list(outlook([]))
    assert set(NUMBERS) < set(OUTLOOK.names)
