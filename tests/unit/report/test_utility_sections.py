"""Profiles, market, losses, suspects, conflicts and quarantine: what the page is told of them and what it says."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from powerlake.report import ReportData, collect, render, terms
from powerlake.report.charts.grid import FLAG, loss_chart
from powerlake.report.charts.market import energy_chart, growth_chart
from powerlake.report.data import Absent, Cell, How, MarketCell, Profile, Text
from powerlake.report.market_words import economy_words, skill_words
from powerlake.report.profile_facts import profile_groups, weather_words
from powerlake.report.queries.conflicts import EXAMPLES_SHOWN
from powerlake.report.queries.grid import AREAS_SHOWN, FLAGGED_SHOWN, SUSPECTS_SHOWN
from powerlake.report.queries.market import CELLS_SHOWN, MONTHS_SHOWN, SERIES_SHOWN
from powerlake.report.queries.profiles import KINDS_SHOWN
from powerlake.report.queries.quarantine import SAMPLES_SHOWN
from powerlake.tables.feeds.survivorship import WINNERS, Conflict, Rule
from powerlake.tables.gold.customer_profile import CUSTOMER_PROFILE, SPOKEN_OF


def _load(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sample = _load("sample_lake")
utility = _load("sample_utility")


def over(**tables: Any) -> ReportData:
    """The page's data over tables given as `layer__name=rows`."""
    return collect(sample.query_over({name.replace("__", "."): rows for name, rows in tables.items()}))


@pytest.fixture(scope="module")
def data() -> ReportData:
    return collect(sample.query_over(utility.utility_tables()))


@pytest.fixture(scope="module")
def page(data: ReportData) -> str:
    return render(data)


def test_the_best_known_of_each_kind_is_shown_and_the_least_known_of_all(data: ReportData) -> None:
    assert not isinstance(data.profiles, Absent)
    assert [item.customer_id for item in data.profiles.items] == ["C8000137", "C8000411", "C8000548"]
    assert (data.profiles.customers, round(data.profiles.mean_completeness, 3)) == (4, 0.715)
    assert data.profiles.silent[:2] == (("external", 2), ("service", 2))
    assert set(data.profiles.items[0].values) == set(CUSTOMER_PROFILE.column_names)


def test_of_equal_profiles_the_lower_number_is_shown_and_a_kind_may_be_unknown() -> None:
    rows = [utility.profile(customer, kind, 1.0) for customer, kind in (("b", "shop"), ("a", "shop"), ("c", None))]
    found = over(gold__customer_profile=rows).profiles
    assert not isinstance(found, Absent)
    assert [(item.customer_id, item.kind) for item in found.items] == [("a", "shop"), ("c", "")]


def groups_of(profile: Profile) -> dict[str, dict[str, Text]]:
    groups = profile_groups(profile, {"evening peak": Text("evening peak", "晚高峰型")})
    return {group.name.en: {fact.name.en: fact.value for fact in group.facts} for group in groups}


def test_a_profile_says_what_every_department_knows(data: ReportData) -> None:
    assert not isinstance(data.profiles, Absent)
    found = groups_of(data.profiles.items[0])
    assert found["Contract and tariff"]["Tariff"] == Text("T1 (time of use)", "T1（分时）")
    assert found["Use"]["Use of 365 days"].en == "4,211\u00a0kWh"
    assert found["Use"]["Load shape"] == Text("evening peak, 75\u00a0% of months", "晚高峰型，75\u00a0% 的月份")
    assert found["Bills and payments"]["Open"] == Text("credit of 3.50\u00a0CNY", "余额 3.50\u00a0CNY")
    assert found["Bills and payments"]["Paid late"].en == "25\u00a0% of 12"
    assert found["Service"]["Tickets, 12 months"] == Text("2; last hotline 2014-01-09", "2；最近 热线 2014-01-09")
    assert found["Place in the network"]["Transformer"].en == "TR7"
    assert found["Customer"]["Charging point"].en == "–"


def test_what_is_missing_is_said_and_its_group_is_silent(data: ReportData) -> None:
    assert not isinstance(data.profiles, Absent)
    least = data.profiles.items[-1]
    silent = {group.department for group in profile_groups(least, {}) if group.is_silent}
    assert set(least.missing) == set(SPOKEN_OF) - {"marketing"}
    assert silent == set(least.missing) - {"metering"}
    assert groups_of(least)["Use"]["Days known"].en == "12"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "9.2\u00a0kWh a day, and 0.31\u00a0kWh more for each °C below 15\u00a0°C; weather explains 41\u00a0%"),
        ({"weather_r2": 0.06}, "9.2\u00a0kWh a day, hardly by the temperature: it explains 6\u00a0%"),
        ({"heating_kwh_per_c": 0.0}, "9.2\u00a0kWh a day, whatever the temperature"),
        (
            {"cooling_kwh_per_c": 0.5, "cooling_balance_c": 24.0, "heating_kwh_per_c": 0.0, "weather_r2": None},
            "9.2\u00a0kWh a day, and 0.50\u00a0kWh more for each °C above 24\u00a0°C",
        ),
        ({"base_daily_kwh": None}, "–"),
    ],
)
def test_the_answer_to_the_weather_in_words(changed: dict[str, Any], said: str) -> None:
    assert weather_words(utility.profile("a", "shop", 1.0) | changed).en == said


def test_growth_is_over_the_months_that_have_a_year_before_and_sorts_the_cells(data: ReportData) -> None:
    assert not isinstance(data.market, Absent)
    cells = data.market.cells
    assert [(cell.region_code, cell.sector_code) for cell in cells] == [("R2", "homes"), ("R1", "homes"), ("R1", "C")]
    first = cells[0]
    assert (first.growth, first.normal_growth) == (pytest.approx(0.01), pytest.approx(0.04))
    assert (first.growth_months, first.months, first.customers) == (2, 12, 40)
    assert first.energy_kwh == pytest.approx(10 * 2e5 + 2 * 2.02e5)
    assert first.forecast_kwh == pytest.approx(12 * 2.02e5)
    assert (cells[2].correlation, cells[2].correlation_low, cells[2].lag_months) == (0.7, 0.1, 1)


def test_growth_weighs_months_with_the_energy_of_the_year_before() -> None:
    months = [
        {"region_code": "R", "sector_code": "C", "as_of_date": utility.AS_OF, "month_date": date(2014, month, 1),
         "days": 28, "energy_kwh": energy, "growth": growth}
        for month, energy, growth in ((1, 300.0, 0.5), (2, 50.0, -0.5), (3, 70.0, None))
    ]  # fmt: skip
    found = over(gold__market_model=months).market
    assert not isinstance(found, Absent)
    assert found.cells[0].growth == pytest.approx((300 + 50) / (200 + 100) - 1)
    assert found.cells[0].normal_growth is None


def test_a_month_just_begun_is_no_collapse() -> None:
    begun = {"month_date": date(2014, 3, 1), "days": 3, "energy_kwh": 5e4, "customers": 30}
    rows = [row | (begun if row["month_date"] == begun["month_date"] else {}) for row in utility.market()[:26]]
    found = over(gold__market_model=rows).market
    assert not isinstance(found, Absent)
    assert (found.cells[0].customers, found.cells[0].energy_kwh) == (40, pytest.approx(10 * 2e5 + 2 * 2.12e5))
    for series in found.series:
        month = next(month for month in series.months if month.month == begun["month_date"])
        assert month.energy_kwh is None and month.forecast_kwh is not None


def test_the_months_of_all_are_sums_and_the_forecast_follows_the_last_one_known(data: ReportData) -> None:
    assert not isinstance(data.market, Absent)
    together = data.market.series[0]
    assert (together.region_code, len(together.months), len(data.market.series)) == ("", 26, 4)
    assert together.months[0].energy_kwh == pytest.approx(5e5)
    known = [month.forecast_kwh is None for month in together.months]
    assert known == [True] * 14 + [False] * 12
    last = together.months[-1]
    assert last.energy_kwh is None and last.low_95_kwh is not None and last.high_95_kwh is not None
    assert last.low_95_kwh < (last.low_80_kwh or 0) < (last.forecast_kwh or 0) < (last.high_80_kwh or 0)


@pytest.mark.parametrize(
    ("share", "lacking", "told"),
    [
        (1.0, {}, (True, True, True, True)),
        (1.0, {"days": 20}, (False, False, True, True)),
        (1.0, {"normal_kwh": None}, (True, False, True, True)),
        (1.0, {"forecast_kwh": None, "low_80_kwh": None}, (True, True, False, False)),
        (1.0, {"low_80_kwh": None}, (True, True, True, False)),
        (0.005, {"days": 20, "forecast_kwh": None}, (True, True, True, True)),
    ],
)
def test_a_sum_that_lacks_large_cells_is_not_told(
    share: float, lacking: dict[str, Any], told: tuple[bool, ...]
) -> None:
    def factories(row: dict[str, Any]) -> dict[str, Any]:
        scaled = {name: row[name] * share for name in row if name.endswith("_kwh") and row[name] is not None}
        return row | scaled | {name: value for name, value in lacking.items() if row[name] is not None}

    rows = [factories(row) if row["sector_code"] == "C" else row for row in utility.market()]
    found = over(gold__market_model=rows).market
    assert not isinstance(found, Absent)
    before, coming = found.series[0].months[13:15]
    values = (before.energy_kwh, before.normal_kwh, coming.forecast_kwh, coming.low_80_kwh)
    assert tuple(value is not None for value in values) == told


def cell(**others: Any) -> MarketCell:
    values: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(MarketCell))
    return MarketCell(**values | {"region_code": "R1", "sector_code": "C", "months": 12, "energy_kwh": 1.0} | others)


@pytest.mark.parametrize(
    ("skill", "tested", "said"),
    [
        (None, 0, "not tested: too short a history"),
        (0.125, 24, "errs 12\u00a0% less than last year’s month (24 months)"),
        (0.01, 24, "as good as last year’s month (24 months)"),
        (-0.4, 6, "errs 40\u00a0% more than last year’s month (only 6 months)"),
    ],
)
def test_the_skill_in_words(skill: float | None, tested: int, said: str) -> None:
    assert skill_words(cell(forecast_skill=skill, forecast_tested=tested)).en == said


def test_the_link_with_the_economy_in_words() -> None:
    assert economy_words(cell()).en == "–"
    linked = cell(correlation=0.7, correlation_low=0.2, correlation_high=0.9, lag_months=1)
    assert economy_words(linked).en == "strong, r = 0.70 [0.20, 0.90], 1 month later"
    assert economy_words(linked).zh == "强，r = 0.70 [0.20, 0.90]，滞后 1 个月"


def test_a_link_that_may_be_chance_is_not_called_fair() -> None:
    unsure = cell(correlation=0.5, correlation_low=-0.1, correlation_high=0.8, lag_months=0)
    assert economy_words(unsure).en == "not shown, r = 0.50 [−0.10, 0.80]"


def test_the_growth_chart_is_sorted_and_joins_both_growths(data: ReportData) -> None:
    assert not isinstance(data.market, Absent)
    joined, as_it_was, normal = growth_chart(data.market.cells)["variants"][""]["data"]
    assert [name["en"] for name in normal["y"]] == ["R2 · homes", "R1 · homes", "R1 · C manufacturing"]
    assert normal["x"] == [4.0, 2.0, -3.0] and as_it_was["x"] == [1.0, 6.0, -5.0]
    assert joined["x"][:3] == [1.0, 4.0, None]


def test_the_energy_chart_has_a_variant_for_all_and_for_each_cell(data: ReportData) -> None:
    assert not isinstance(data.market, Absent)
    variants = energy_chart(data.market.series)["variants"]
    assert list(variants) == ["0", "1", "2", "3"]
    high, low = variants["0"]["data"][:2]
    assert high["y"][0] > low["y"][0] and low["fill"] == "tonexty"
    assert variants["0"]["layout"]["yaxis"]["title"]["text"]["en"] == "Energy (MWh)"


def test_the_latest_whole_month_of_losses_is_shown_the_worst_first(data: ReportData) -> None:
    assert not isinstance(data.line_loss, Absent)
    loss = data.line_loss
    assert (loss.month, loss.areas, loss.outliers, loss.with_unknown_meters) == ("2014-01", 30, 2, 1)
    assert loss.loss_kwh == pytest.approx(sum(row["loss_kwh"] for row in utility.losses()[:30]))
    assert loss.reasons == (("above_its_history", 1), ("above_technical_loss", 1), ("more_sold_than_supplied", 1))
    assert [area.transformer_id for area in loss.worst[:2]] == ["TR3", "TR29"]
    assert [area.transformer_id for area in loss.flagged] == ["TR3", "TR5"]


def test_a_month_just_begun_is_shown_where_there_is_no_other() -> None:
    found = over(gold__line_loss=[utility.loss(1, "2014-02", 2)]).line_loss
    assert not isinstance(found, Absent)
    assert found.month == "2014-02"


def test_the_technical_rate_is_of_the_areas_whose_plate_is_known() -> None:
    unknown: dict[str, Any] = {"technical_kwh": None, "technical_rate": None}
    rows = [utility.loss(number, "2014-01", 31) | (unknown if number > 1 else {}) for number in range(4)]
    found, nowhere = (over(gold__line_loss=some).line_loss for some in (rows, rows[2:]))
    assert not isinstance(found, Absent) and not isinstance(nowhere, Absent)
    assert found.technical_rate == pytest.approx(0.018)
    assert nowhere.technical_rate is None


def test_the_loss_chart_tells_technical_from_the_rest_and_marks_estimates_and_flags() -> None:
    rows = [utility.loss(number, "2014-01", 31) for number in (3, 4, 5, 6)]
    found = over(gold__line_loss=rows).line_loss
    assert not isinstance(found, Absent)
    technical, rest, *markers = loss_chart(found.worst)["variants"][""]["data"]
    assert technical["y"] == [f"TR3 {FLAG}", "TR6", "TR4", f"TR5 {FLAG}"]
    assert technical["x"] == [1.8] * 4 and rest["x"] == [19.2, 0.8, 0.6, -5.8]
    assert [(trace["name"]["en"], trace["y"]) for trace in markers] == [
        ("≤ 1 % estimated", [f"TR3 {FLAG}", f"TR5 {FLAG}"]),
        ("1 to 10 % estimated", ["TR6"]),
        ("over 10 % estimated", ["TR4"]),
    ]
    assert len({trace["marker"]["symbol"] for trace in markers}) == 3


def test_suspects_come_with_the_strongest_evidence_first(data: ReportData) -> None:
    assert not isinstance(data.suspects, Absent)
    assert (data.suspects.judged, data.suspects.suspects) == (40, 2)
    assert [suspect.meter_id for suspect in data.suspects.strongest] == ["M11", "M12"]


def test_conflicts_are_counted_by_kind_with_what_decides(data: ReportData) -> None:
    assert not isinstance(data.conflicts, Absent)
    assert data.conflicts.total == 23
    assert [(kind.kind, kind.conflicts, kind.entities) for kind in data.conflicts.kinds] == [
        ("records_differ", 18, 6),
        ("contracted_power", 4, 4),
        ("unknown_tariff", 1, 1),
    ]
    assert data.conflicts.kinds[0].columns == (
        ("household_size", "latest_known", 6),
        ("name", "latest_known", 6),
        ("region_code", "standing_record", 6),
    )


def test_an_example_shows_what_names_nobody_and_masks_the_rest(data: ReportData) -> None:
    assert not isinstance(data.conflicts, Absent)
    size, name, region = data.conflicts.kinds[0].examples
    assert size.entity == Cell("", How.DOTS, "••")
    assert [(told.source, told.cell and told.cell.text, told.counts) for told in size.told] == [
        ("••", "2", False),
        ("••", "4", True),
    ]
    assert {told.cell.how for told in name.told if told.cell} == {How.DOTS}
    assert [told.cell and told.cell.text for told in region.told] == ["R1", "R2"]
    (tariff,) = data.conflicts.kinds[2].examples
    assert [(told.source, told.cell and told.cell.text) for told in tariff.told] == [
        ("contracts", "T9"),
        ("tariffs", None),
    ]


def test_a_span_of_days_is_shown_and_what_only_looks_like_one_is_not() -> None:
    told = ("2013-01-31 to ", "2013-02-01 to 2013-05-04", "Anna to Berta")
    sources = ("meters", "topology", "M7")
    row = utility.conflict("meter_outside_topology", "meter", "M1", "installed_date", sources, told, told[0], "meters")
    found = over(silver__conflicts=[row]).conflicts
    assert not isinstance(found, Absent)
    cells = [one.cell for one in found.kinds[0].examples[0].told]
    assert [one.text if one else None for one in cells] == [told[0], told[1], "aaaa aa aaaaa"]


def test_every_conflict_rule_kind_and_department_has_a_wording() -> None:
    assert set(terms.CONFLICTS) == {kind.value for kind in Conflict}
    assert set(terms.RULES) == {rule.value for rule in Rule} | set(WINNERS.values())
    assert set(terms.DEPARTMENTS) == set(SPOKEN_OF)


def test_quarantine_is_told_by_table_and_reason_with_masked_records(data: ReportData) -> None:
    assert not isinstance(data.quarantine, Absent)
    silver, bronze = data.quarantine.tables
    assert (silver.table, silver.feed, silver.records) == ("quarantine.customers", "marketing/customers", 8)
    first = silver.reasons[0]
    assert (first.reason, first.records, len(first.samples)) == ("bad_date", 7, SAMPLES_SHOWN)
    sample_ = first.samples[0]
    assert (sample_.file, sample_.row_number) == ("marketing/customers/2014-02.csv", 6)
    assert sample_.cells[:2] == (
        Cell("opened_date", How.SHAPE, "00.00.0000"),
        Cell("customer_id", How.DOTS, "••"),
    )
    assert Cell("name", How.SEALED, "") in sample_.cells
    assert bronze.reasons[0].samples[0].cells == (Cell("", How.SEALED, ""),)


def test_nothing_of_the_person_in_refused_rows_and_conflicts_is_on_the_page(page: str) -> None:
    for value in (*utility.PERSON.values(), utility.SEALED, "p1:Q0FGRQ", "nickname", "surprise"):
        assert value not in page
    assert "«sealed»" in page and "00.00.0000" in page


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def test_every_value_of_the_new_sections_is_escaped() -> None:
    tables = utility.utility_tables()
    texts = {
        "gold.customer_profile": ("customer_id", "customer_kind", "region_code", "tariff_code", "segment", "phase"),
        "gold.market_model": ("region_code", "sector_code", "forecast_method"),
        "gold.line_loss": ("transformer_id", "feeder_id"),
        "gold.topology_suspects": ("meter_id", "feeder_id", "recorded_transformer_id", "likely_transformer_id"),
        "silver.conflicts": ("conflict", "entity_kind", "compared_column", "rule"),
        "quarantine.customers": ("reason", "level", "file", "detail"),
    }
    for table, columns in texts.items():
        tables[table] = [row | dict.fromkeys(columns, HOSTILE) for row in tables[table]]
    tables["gold.line_loss"] = [row | {"reasons": [HOSTILE]} for row in tables["gold.line_loss"]]
    tables["gold.customer_profile"] = [row | {"missing": [HOSTILE]} for row in tables["gold.customer_profile"]]
    page = render(collect(sample.query_over(tables)))
    assert "<img" not in page and "alert(1)</script>" not in page
    assert page.count("&lt;img") > 20


def test_the_new_sections_do_not_grow_with_the_utility() -> None:
    market = [row | {"region_code": f"R{number}"} for number in range(40) for row in utility.market()[:26]]
    many = over(
        gold__customer_profile=[utility.profile(f"{n}", f"kind {n % 30}", 1.0) for n in range(90)],
        gold__market_model=market,
        gold__line_loss=[
            utility.loss(n, "2014-01", 31) | {"is_outlier": True, "reasons": ["above_its_history"]} for n in range(99)
        ],
        gold__topology_suspects=[row | {"is_suspect": True} for row in utility.suspects()],
        silver__conflicts=utility.conflicts() * 3,
        quarantine__customers=[
            row | {"record": json.dumps({"name": "x" * 9000})} for row in utility.refused_customers()
        ],
    )
    assert not isinstance(many.profiles, Absent) and len(many.profiles.items) == KINDS_SHOWN + 1
    assert not isinstance(many.market, Absent)
    assert (len(many.market.cells), many.market.all_cells) == (CELLS_SHOWN, 40)
    assert len(many.market.series) == SERIES_SHOWN + 1
    assert all(len(series.months) <= MONTHS_SHOWN for series in many.market.series)
    assert not isinstance(many.line_loss, Absent)
    assert (len(many.line_loss.worst), len(many.line_loss.flagged)) == (AREAS_SHOWN, FLAGGED_SHOWN)
    assert not isinstance(many.suspects, Absent) and len(many.suspects.strongest) == SUSPECTS_SHOWN
    assert not isinstance(many.conflicts, Absent)
    assert all(len(kind.examples) <= EXAMPLES_SHOWN for kind in many.conflicts.kinds)
    assert "x" * 9 not in render(many)


def test_sections_without_growth_suspects_or_outliers_say_so() -> None:
    page = render(
        over(
            gold__market_model=[row | {"growth": None, "normal_growth": None} for row in utility.market()],
            gold__line_loss=[utility.loss(1, "2014-01", 31)],
            gold__topology_suspects=[row | {"is_suspect": False} for row in utility.suspects()],
        )
    )
    for said in ("No month has a month of the year before", "No area stands out.", "No meter is suspect."):
        assert said in page


def test_the_sections_stand_in_the_order_of_the_links(page: str) -> None:
    order = [
        "segments",
        "year",
        "spread",
        "profile",
        "market",
        "grid",
        "quality",
        "feeds",
        "quarantine",
        "conflicts",
        "runs",
    ]
    assert [page.index(f'<section id="{name}"') for name in order] == sorted(
        page.index(f'<section id="{name}"') for name in order
    )
    assert [page.index(f'href="#{name}"') for name in order] == sorted(page.index(f'href="#{name}"') for name in order)
