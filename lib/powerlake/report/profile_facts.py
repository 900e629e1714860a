"""What the page says of one customer, department by department, in words and units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from powerlake.report import terms
from powerlake.report.data import Absent, Profile, ReportData, Text
from powerlake.report.words import NOTHING, number, percent, said

Say = Callable[..., Text]

HARDLY = 0.1
"""Share of the days' differences below which a response to the weather is not worth its slopes."""


@dataclass(frozen=True)
class Fact:
    """One line: what it is and what is known of it."""

    name: Text
    value: Text


@dataclass(frozen=True)
class Group:
    """What one department says; `is_silent` where it says nothing at all."""

    name: Text
    department: str
    is_silent: bool
    facts: tuple[Fact, ...]


def profile_groups(profile: Profile, segments: Mapping[str, Text]) -> tuple[Group, ...]:
    """All groups in the order of the page; what is not known is a dash. `segments` are both names by the English."""
    values = dict(profile.values)
    if values.get("segment") is not None:
        values["segment"] = said(dict(segments), values["segment"])
    return tuple(_group(profile, values, *group) for group in _GROUPS)


def _group(profile: Profile, values: Mapping[str, Any], name: Text, department: str, lines: tuple[_Line, ...]) -> Group:
    """A department may lack what makes it count and still say something, such as use of half a year."""
    facts = tuple(_fact(values, *line) for line in lines)
    says_nothing = all(fact.value == _NOTHING for fact in facts)
    return Group(name, department, department in profile.missing and says_nothing, facts)


def segment_words(data: ReportData) -> dict[str, Text]:
    """Both names of each segment by the English one, as far as the page knows them."""
    return {} if isinstance(data.segments, Absent) else {one.name.en: one.name for one in data.segments.items}


def weather_words(values: Mapping[str, Any]) -> Text:
    """How daily use answers to the temperature: balance points and slopes in a sentence."""
    if values.get("base_daily_kwh") is None:
        return _NOTHING
    heats = _slope(values, "heating", Text("below", "低于"))
    cools = _slope(values, "cooling", Text("above", "高于"))
    base = number(values["base_daily_kwh"], 1, "kWh")
    parts = [part for part in (heats, cools) if part]
    if not parts:
        return Text(f"{base} a day, whatever the temperature", f"每日 {base}，不随气温变化")
    explained = values.get("weather_r2")
    share = percent(explained, 0)
    if explained is not None and explained < HARDLY:
        words = f"{base} a day, hardly by the temperature: it explains {share}"
        return Text(words, f"每日 {base}，几乎不随气温变化：气温仅解释 {share}")
    en, zh = "; ".join(part.en for part in parts), "；".join(part.zh for part in parts)
    tail = Text("", "") if explained is None else Text(f"; weather explains {share}", f"；气象解释 {share}")
    return Text(f"{base} a day, and {en}{tail.en}", f"每日 {base}，{zh}{tail.zh}")


def _slope(values: Mapping[str, Any], what: str, side: Text) -> Text | None:
    slope, balance = values.get(f"{what}_kwh_per_c"), values.get(f"{what}_balance_c")
    if not slope or balance is None:
        return None
    more, point = number(slope, 2, "kWh"), number(balance, 0, "°C")
    return Text(f"{more} more for each °C {side.en} {point}", f"{side.zh} {point} 时每 1 °C 多用 {more}")


def _fact(values: Mapping[str, Any], name: Text, columns: str | tuple[str, ...], say: Say) -> Fact:
    if columns == "":
        return Fact(name, say(values))
    given = [values.get(column) for column in ((columns,) if isinstance(columns, str) else columns)]
    return Fact(name, _NOTHING if given[0] is None else say(*given))


_NOTHING = Text(NOTHING, NOTHING)


def _plain(value: object) -> Text:
    text = value.isoformat() if isinstance(value, date) else str(value)
    return Text(text, text)


def _amount(decimals: int, unit: str) -> Say:
    return lambda value: _plain(number(value, decimals, unit))


def _share(value: float) -> Text:
    return _plain(percent(value, 0))


def _word(words: dict[str, Text]) -> Say:
    return lambda value: said(words, value)


def _yes(value: object) -> Text:
    return Text("yes", "是") if value else Text("no", "否")


def _money(value: float) -> Text:
    return _plain(number(value, 2, "CNY"))


def _tariff(code: str, kind: str | None) -> Text:
    words = said(terms.TARIFF_KINDS, kind) if kind else None
    return Text(f"{code} ({words.en})", f"{code}（{words.zh}）") if words else _plain(code)


def _bills(count: int, total: float | None, mean: float | None) -> Text:
    if not count:
        return Text("none", "无")
    whole, each = number(total, 2, "CNY"), number(mean, 2, "CNY")
    return Text(f"{count}: {whole}, mean {each}", f"{count} 张：{whole}，均 {each}")


def _supplied(is_active: bool, closed: date | None) -> Text:
    if is_active:
        return Text("yes", "是")
    return Text(f"no, left {closed}", f"否，{closed} 销户") if closed else Text("no", "否")


def _last_bill(amount: float, day: date | None) -> Text:
    return _plain(number(amount, 2, "CNY") + (f", {day.isoformat()}" if day else ""))


def _late(share: float, due: int | None) -> Text:
    return Text(f"{percent(share, 0)} of {due or 0}", f"{due or 0} 张中 {percent(share, 0)}")


def _open(value: float) -> Text:
    amount = number(abs(value), 2, "CNY")
    return Text(f"credit of {amount}", f"余额 {amount}") if value < 0 else _plain(amount)


def _latest(words: dict[str, Text]) -> Say:
    """How many, and the last of them as one of `words` and its day."""

    def say(count: int, code: str | None = None, day: date | None = None) -> Text:
        if not count or day is None:
            return _plain(count)
        what = said(words, code) if code else Text("", "")
        return Text(f"{count}; last {what.en} {day}".replace("  ", " "), f"{count}；最近 {what.zh} {day}")

    return say


def _outages(count: int, hours: float | None) -> Text:
    return _plain(f"{count}, {number(hours, 1, 'h')}" if hours is not None else str(count))


def _segment(name: Text, stability: float | None) -> Text:
    if stability is None:
        return name
    share = percent(stability, 0)
    return Text(f"{name.en}, {share} of months", f"{name.zh}，{share} 的月份")


_Line = tuple[Text, str | tuple[str, ...], Say]
"""Its name, the columns it is said of (`""` for all), and how; a dash where the first column says nothing."""

_ACCOUNT: tuple[_Line, ...] = (
    (Text("Kind", "类别"), "customer_kind", _word(terms.KINDS)),
    (Text("Sector", "行业"), "sector_code", _word(terms.SECTORS)),
    (Text("Region", "区域"), "region_code", _plain),
    (Text("Since", "开户"), "opened_date", _plain),
    (Text("Supplied", "在供"), ("is_active", "closed_date"), _supplied),
    (Text("Key account", "大客户"), "is_key_account", _yes),
    (Text("Floor area", "面积"), "floor_area_m2", _amount(0, "m²")),
    (Text("Solar roof", "光伏"), "has_pv", _yes),
    (Text("Charging point", "充电桩"), "has_ev", _yes),
    (Text("Heat pump", "热泵"), "has_heat_pump", _yes),
)
_CONTRACT: tuple[_Line, ...] = (
    (Text("Contracts in force", "生效合同"), "contracts", _amount(0, "")),
    (Text("Main contract", "主合同"), "contract_id", _plain),
    (Text("Under these terms since", "现条款起"), "contract_start_date", _plain),
    (Text("Tariff", "电价"), ("tariff_code", "tariff_kind"), _tariff),
    (Text("Contracted power", "合同容量"), "contracted_kw", _amount(1, "kW")),
    (Text("Pays by", "付款方式"), "payment_method", _word(terms.PAYMENT_METHODS)),
)
_USE: tuple[_Line, ...] = (
    (Text("Use of 365 days", "365 天用电"), "annual_kwh", _amount(0, "kWh")),
    (Text("Days known", "有数天数"), "usage_days", _amount(0, "")),
    (Text("Last day", "最近一天"), "last_usage_date", _plain),
    (Text("Mean power", "平均功率"), "mean_kw", _amount(2, "kW")),
    (Text("Peak", "最大功率"), "peak_kw", _amount(2, "kW")),
    (Text("Load factor", "负荷率"), "load_factor", _amount(2, "")),
    (Text("At night", "夜间占比"), "night_share", _share),
    (Text("Load shape", "负荷形态"), ("segment", "segment_stability"), _segment),
)
_WEATHER: tuple[_Line, ...] = ((Text("Daily use", "日用电"), "", weather_words),)
_BILLS: tuple[_Line, ...] = (
    (Text("Bills, 12 months", "12 个月账单"), ("bills_12m", "billed_12m_cny", "mean_bill_cny"), _bills),
    (Text("Last bill", "最近账单"), ("last_bill_cny", "last_bill_date"), _last_bill),
    (Text("Paid late", "逾期付款"), ("late_share", "due_12m"), _late),
    (Text("Open", "未结金额"), "open_cny", _open),
    (Text("Dunning steps", "催缴次数"), "dunning_12m", _amount(0, "")),
)
_SERVICE: tuple[_Line, ...] = (
    (
        Text("Tickets, 12 months", "12 个月工单"),
        ("tickets_12m", "last_ticket_channel", "last_ticket_date"),
        _latest(terms.CHANNELS),
    ),
    (Text("Mean mark", "平均评分"), "satisfaction", _amount(1, "/ 5")),
    (Text("Visits", "渠道访问"), "visits_12m", _amount(0, "")),
    (Text("Most used channel", "常用渠道"), "main_channel", _word(terms.CHANNELS)),
)
_NETWORK: tuple[_Line, ...] = (
    (Text("Substation", "变电站"), "substation_id", _plain),
    (Text("Feeder", "馈线"), "feeder_id", _plain),
    (Text("Transformer", "变压器"), "transformer_id", _plain),
    (Text("Phase", "相别"), "phase", _plain),
    (Text("Meter", "电表"), "meter_id", _plain),
)
_EVENTS: tuple[_Line, ...] = (
    (Text("Interruptions", "停电"), ("outages_12m", "outage_hours_12m"), _outages),
    (
        Text("Meter events", "电表事件"),
        ("meter_events_12m", "last_meter_event", "last_meter_event_date"),
        _latest(terms.METER_EVENTS),
    ),
)
_GROUPS: tuple[tuple[Text, str, tuple[_Line, ...]], ...] = (
    (Text("Customer", "用户"), "", _ACCOUNT),
    (Text("Contract and tariff", "合同与电价"), "marketing", _CONTRACT),
    (Text("Use", "用电"), "metering", _USE),
    (Text("Answer to the weather", "气象响应"), "external", _WEATHER),
    (Text("Bills and payments", "账单与付款"), "billing", _BILLS),
    (Text("Service", "服务"), "service", _SERVICE),
    (Text("Place in the network", "电网位置"), "assets", _NETWORK),
    (Text("Events, 12 months", "12 个月事件"), "dispatch", _EVENTS),
)
