"""How the page writes values: numbers, times and the lake's code words, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

from markupsafe import Markup

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
    "taken": Text("✓ taken", "✓ 已入库"),
    "duplicate": Text("= duplicate", "= 重复"),
    "rejected": Text("✗ rejected", "✗ 拒收"),
}
LEVELS = {"file": Text("file", "文件"), "row": Text("row", "行"), "reading": Text("reading", "读数")}


def both(text: Text) -> Markup:
    """The wording in both languages, escaped; the style sheet shows one."""
    return Markup('<span class="en" lang="en">{}</span><span class="zh" lang="zh-Hans">{}</span>').format(*text)


def said(words: dict[str, Text], word: str) -> Text:
    """A code word as the page says it; a word not known is shown as it is."""
    return words.get(word, Text(word, word))


def number(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """12,345.6 with a no-break space before the unit."""
    if value is None:
        return NOTHING
    return f"{value:,.{decimals}f}" + (f"\u00a0{unit}" if unit else "")


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


def duration(seconds: float) -> str:
    """850 ms, 12.3 s, 4 min 05 s or 2 h 03 min."""
    if seconds < 1:
        return f"{seconds * 1000:.0f}\u00a0ms"
    if seconds < 60:
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
