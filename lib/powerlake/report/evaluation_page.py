"""docs/evaluation.md: the figures of every suite put between marks, the words around them left as people wrote them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from powerlake.markdown import grid
from powerlake.models.all_suites import Judged

TITLE = "# How well it works"
BEGIN, END = "<!-- figures of {name}: begin, written by scripts/evaluate -->", "<!-- figures of {name}: end -->"
OF_RUN = "the run"
LESS_IS_BETTER = ("mae", "median_error", "false_alarms", "flagged", "lost", "share_", "rules_above", "brier", "rmse")
"""How the names of figures begin of which less is better; of others more is."""
UNORDERED = ("pairs_found", "successors_linked", "bias", "coverage", "model_share")
"""Figures that are neither better nor worse by being more."""
BETTER, WORSE, ALIKE = "better", "**worse**", "not told apart"

Metric = Mapping[str, float]


def with_figures(page: str, judged: Sequence[Judged], *, command: str, at: str) -> str:
    """The page with the figures of this run in place of those of the last; a suite without a place gets a section."""
    text = page or f"{TITLE}\n\n{_marked(OF_RUN, '')}\n"
    text = _replaced(text, OF_RUN, _of_run(judged, command, at))
    for suite in dict.fromkeys(one.suite for one in judged):
        text = _replaced(text, suite, figures([one for one in judged if one.suite == suite]))
    return text


def figures(judged: Sequence[Judged]) -> str:
    """Protocol, numbers, every metric beside its baselines, and the suite's tables, as Markdown."""
    results = [one for one in judged if one.result is not None]
    lines = [f"Protocol: {results[0].result['protocol']}." if results and results[0].result else ""]
    if results:
        lines += [_metrics(results), *(part for one in results for part in _tables(one))]
    lines += [f"Not judged on {one.utility}: {one.failure}." for one in judged if one.result is None]
    return "\n\n".join(line for line in lines if line)


def verdict(name: str, ours: Metric, theirs: Metric) -> str:
    """Whether ours is better or worse than a baseline's: only where the intervals do not meet."""
    if name.startswith(UNORDERED):
        return ""
    sign = -1 if name.startswith(LESS_IS_BETTER) else 1
    if sign * ours["value"] > sign * theirs["value"] and _are_apart(ours, theirs):
        return BETTER
    return WORSE if sign * ours["value"] < sign * theirs["value"] and _are_apart(ours, theirs) else ALIKE


def _are_apart(one: Metric, other: Metric) -> bool:
    """Two intervals without width are of too few cases to say so."""
    has_width = max(one["high"] - one["low"], other["high"] - other["low"]) > 0
    return has_width and (one["low"] > other["high"] or other["low"] > one["high"])


def _metrics(judged: Sequence[Judged]) -> str:
    """A row a metric and who made it, a column a utility."""
    names = dict.fromkeys(name for one in judged for name in _result(one)["metrics"])
    baselines = dict.fromkeys(name for one in judged for name in _result(one)["baselines"])
    rows: list[list[str]] = [["n", "", *(f"{_result(one)['n_train']:,}" for one in judged)]]
    for name in names:
        rows.append([_words(name), "powerlake", *(_cell(_result(one)["metrics"].get(name)) for one in judged)])
        for baseline in baselines:
            cells = [_compared(one, baseline, name) for one in judged]
            if any(cells):
                rows.append(["", baseline.replace("_", " "), *cells])
    return grid(("", "of", *(one.utility for one in judged)), map(tuple, rows)).rstrip()


def _compared(one: Judged, baseline: str, name: str) -> str:
    """A baseline's figure, and how ours is beside it."""
    result = _result(one)
    ours, theirs = result["metrics"].get(name), result["baselines"].get(baseline, {}).get(name)
    if ours is None or theirs is None:
        return ""
    said = verdict(name, ours, theirs)
    return _cell(theirs) + (f"; ours {said}" if said else "")


def _tables(one: Judged) -> list[str]:
    tables: Mapping[str, Mapping[str, Any]] = _result(one).get("tables", {})
    return [
        f"{_words(name).capitalize()}, {one.utility}:\n\n{_grid(made['columns'], made['rows'])}"
        for name, made in tables.items()
    ]


def _grid(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return grid(tuple(columns), (tuple(map(str, row)) for row in rows)).rstrip()


def _of_run(judged: Sequence[Judged], command: str, at: str) -> str:
    seconds = sum(one.seconds for one in judged)
    return f"Figures of {at}, by `{command}`; the suites took {seconds / 60:.0f} minutes beside other work."


def _result(one: Judged) -> Mapping[str, Any]:
    assert one.result is not None
    return one.result


def _cell(found: Metric | None) -> str:
    if found is None:
        return ""
    value, low, high = (_number(found[name]) for name in ("value", "low", "high"))
    return value if low == high == value else f"{value} [{low}, {high}]"


def _number(value: float) -> str:
    if float(value).is_integer() and abs(value) >= 2:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 0.1 else f"{value:.3f}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _marked(name: str, content: str) -> str:
    return f"{BEGIN.format(name=name)}\n\n{content}\n\n{END.format(name=name)}"


def _replaced(text: str, name: str, content: str) -> str:
    begin, end = re.escape(BEGIN.format(name=name)), re.escape(END.format(name=name))
    block = _marked(name, content)
    if not re.search(begin, text):
        return f"{text.rstrip()}\n\n## {name.capitalize()}\n\n{block}\n"
    return re.sub(f"{begin}.*?{end}", lambda _: block, text, flags=re.DOTALL)
