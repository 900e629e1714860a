"""How the page writes values: numbers, times and the lake's code words, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

from markupsafe import Markup

from powerlake.loadcurve.quality import Flag, Quality
from powerlake.report.data import Text

NOTHING = "–"
"""Stands for a value that is not known."""

SEASONS = {
    "all": Text("All year", "全年"),
    "spring": Text("Spring", "春"),
    "summer": Text("Summer", "夏"),
    "autumn": Text("Autumn", "秋"),
    "winter": Text("Winter", "冬"),
}
OUTCOMES = {
    "done": Text("✓ done", "✓ 完成"),
    "unchanged": Text("= unchanged", "= 无变化"),
    "left_out": Text("○ left out", "○ 未执行"),
    "failed": Text("✗ failed", "✗ 失败"),
    "not_run": Text("○ not run: what it needs failed", "○ 未运行：上游失败"),
    "taken": Text("✓ taken", "✓ 已入库"),
    "duplicate": Text("= duplicate", "= 重复"),
    "rejected": Text("✗ rejected", "✗ 拒收"),
}
LEVELS = {"file": Text("file", "文件"), "row": Text("row", "行"), "reading": Text("reading", "读数")}

QUALITY = {
    Quality.INTERPOLATED: Text("gap interpolated", "缺口线性插值"),
    Quality.SIMILAR_DAY: Text("gap filled from similar days", "缺口按相似日补"),
    Quality.MISSING: Text("missing, no estimate possible", "缺失且无法估算"),
    Quality.REPLACED_INTERPOLATED: Text("impossible, interpolated instead", "不可能值，改为插值"),
    Quality.REPLACED_SIMILAR_DAY: Text("impossible, similar days instead", "不可能值，改为相似日"),
    Quality.REMOVED: Text("impossible, taken out", "不可能值，已剔除"),
    Quality.RESCALED: Text("whole day in Wh, ÷ 1000", "整日误用 Wh，÷ 1000"),
}
FLAGS = {
    Flag.ZERO_RUN: Text("zero for hours on end", "长时间为零"),
    Flag.HIGH_AGAINST_HISTORY: Text("far above the meter’s history", "远高于历史水平"),
    Flag.SPIKE: Text("spike", "尖峰"),
    Flag.JUMP: Text("jump between intervals", "相邻时段突变"),
    Flag.IMPOSSIBLE: Text("impossible reading", "不可能读数"),
    Flag.WRONG_UNIT: Text("wrong unit", "单位错误"),
    Flag.ESTIMATED_TOO_LONG: Text("estimated for too long", "连续估算过久"),
}


def quality_name(code: int) -> Text:
    """What a quality code says; the number itself where this version does not know it."""
    named = {int(quality): text for quality, text in QUALITY.items()}
    return named.get(code, Text(f"code {code}", f"代码 {code}"))


def flag_name(rule: str) -> Text:
    """What the name of a validation rule says."""
    return said({str(flag): text for flag, text in FLAGS.items()}, rule)


def both(text: Text) -> Markup:
    """The wording in both languages, escaped; the style sheet shows one."""
    return Markup('<span class="en" lang="en">{}</span><span class="zh" lang="zh-Hans">{}</span>').format(*text)


def said(words: dict[str, Text], word: str) -> Text:
    """A code word as the page says it; a word not known is shown as it is."""
    return words.get(word, Text(word, word))


def number(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """12,345.6 with a no-break space before the unit, and a minus sign before what is below zero."""
    if value is None:
        return NOTHING
    return f"{value:,.{decimals}f}".replace("-", "\u2212") + (f"\u00a0{unit}" if unit else "")


def percent(share: float | None, decimals: int = 1) -> str:
    """A share as per cent; one that rounds to 0 or 100 without being it shows as < or > of the last step."""
    if share is None:
        return NOTHING
    step = 10.0**-decimals
    if 0 < share * 100 < step / 2:
        return f"<\u202f{step:.{decimals}f}\u00a0%"
    if 100 - step / 2 <= share * 100 < 100:
        return f">\u202f{100 - step:.{decimals}f}\u00a0%"
    return f"{share * 100:.{decimals}f}\u00a0%"


def signed(share: float | None, decimals: int = 1) -> str:
    """A change as per cent with its sign; one that rounds to zero has none."""
    if share is None:
        return NOTHING
    rounded = round(share * 100, decimals)
    sign = "\u2212" if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{abs(rounded):.{decimals}f}\u00a0%"


def duration(seconds: float) -> str:
    """850 ms, 12.3 s, 4 min 05 s or 2 h 03 min."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}\u00a0ms"
    if seconds < 59.95:
        return f"{seconds:.1f}\u00a0s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}\u00a0min {rest:02d}\u00a0s"
    return f"{minutes // 60}\u00a0h {minutes % 60:02d}\u00a0min"


def size(count: int) -> str:
    """Bytes in the unit of a thousand that fits."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:,.0f}\u00a0{unit}" if unit == "B" else f"{value:,.1f}\u00a0{unit}"
        value /= 1000
    return f"{value:,.1f}\u00a0TB"


def day(value: date) -> str:
    return value.isoformat()


def moment(value: datetime) -> str:
    """2026-11-23 18:58 UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M\u00a0UTC")


def hours(values: tuple[int, ...]) -> str:
    """Hours of the day in the order given: 18:00, 19:00."""
    return ", ".join(f"{hour:02d}:00" for hour in values) or NOTHING
