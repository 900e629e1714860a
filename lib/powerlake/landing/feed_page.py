"""The contract of every feed as Markdown, for those who deliver."""

from __future__ import annotations

from collections.abc import Mapping

from powerlake.landing.refusals import FEED_FILE_REASONS, FEED_ROW_REASONS
from powerlake.markdown import grid
from powerlake.tables.feeds.model import Feed, Field, Kind
from powerlake.tables.model import PII

BEGIN = "<!-- contract: begin; made by `powerlake catalogue` from lib/powerlake/tables/feeds -->"
END = "<!-- contract: end -->"
CELLS: dict[Kind, tuple[str, str]] = {
    Kind.TEXT: ("text", "anything but NUL and the unit separator"),
    Kind.CODE: ("code", "one of the words listed; another is kept and reported"),
    Kind.INTEGER: ("whole number", "`12`, `-3`, `+7`, `3.0`; up to 18 digits"),
    Kind.DECIMAL: ("number", "`0.131`, `-12.50`, `1e-3`; no thousands separator"),
    Kind.BOOLEAN: ("yes or no", "`1` `0`, `true` `false`, `t` `f`, `yes` `no`, `y` `n`, `是` `否`, in any case"),
    Kind.DATE: (
        "date",
        "`2024-01-03`, `2024/1/3`, `2024.1.3`, `20240103`, `2024年1月3日`; a time beside it is midnight",
    ),
    Kind.INSTANT: (
        "date and time",
        "a date as above, a blank or `T`, then `12:30`, `12:30:15` or `12:30:15.250`; after `20240103` "
        "also `1230` and `123015`, after `2024年1月3日` also `12时30分15秒`; `24:00` ends its date; then an "
        "offset such as `+08:00`, or `Z`; without one it is by the clock of the utility",
    ),
}
"""Each kind in words, and what its cells may say."""
_PERSONAL = {PII.NONE: "", PII.PSEUDONYM: "pseudonym", PII.INDIRECT: "indirect", PII.DIRECT: "direct"}


def contract_page(feeds: Mapping[str, Feed]) -> str:
    """What cells may say, why files and rows are refused, and a section for each feed."""
    parts = ["### Cells\n", grid(("kind", "a cell says"), CELLS.values())]
    parts += ["### Why a file is refused\n", _reasons(FEED_FILE_REASONS)]
    parts += ["### Why a row is refused\n", _reasons(FEED_ROW_REASONS)]
    for department in dict.fromkeys(feed.department for feed in feeds.values()):
        parts.append(f"## Feeds of {department}\n")
        parts += [_feed(feed) for feed in feeds.values() if feed.department == department]
    return "\n".join(parts)


def with_contract(page: str, feeds: Mapping[str, Feed]) -> str:
    """The page with what stands between its marks made anew. Raises ValueError where it has them not once each."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in before + after:
        raise ValueError("the page has no place for the contract")
    return f"{before}{BEGIN}\n\n{contract_page(feeds)}\n{END}{after}"


def _reasons(reasons: Mapping[str, str]) -> str:
    return grid(("reason", "meaning"), ((f"`{reason}`", meaning) for reason, meaning in reasons.items()))


def _feed(feed: Feed) -> str:
    key = ", ".join(f"`{name}`" for name in feed.key)
    facts = f"Folder `{feed.path}/`, owner {feed.owner}. Key: {key}. At most {_days(feed.late_days)} late."
    columns = grid(("column", "kind", "unit", "required", "personal", "what it is"), map(_column, feed.fields))
    return f"### {feed.name}\n\n{feed.grain[0].upper()}{feed.grain[1:]}. {facts}\n\n{columns}"


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"


def _column(field: Field) -> tuple[str, ...]:
    codes = ": " + ", ".join(f"`{code}`" for code in field.codes) if field.codes else ""
    kind, required = CELLS[field.kind][0], "yes" if field.is_required else ""
    return f"`{field.name}`", kind, field.unit, required, _PERSONAL[field.pii], field.comment + codes
