"""The market's figures as sentences, in both languages."""

from __future__ import annotations

from powerlake.report.data import MarketCell, Text
from powerlake.report.words import number, percent

ALIKE = 0.02
"""Skill closer to zero than this is none to speak of."""
WEAK, STRONG = 0.3, 0.6
"""Correlations below the first say nothing much, from the second on much."""
LEAST_TESTED = 12
"""Past months forecast from which a skill is worth a number."""


def skill_words(cell: MarketCell) -> Text:
    """How much better than last year's month the forecast was on the past."""
    skill, tested = cell.forecast_skill, cell.forecast_tested or 0
    if skill is None or not tested:
        return Text("not tested: too short a history", "历史过短，未检验")
    after = Text(f" ({tested} months)", f"（{tested} 个月）")
    if tested < LEAST_TESTED:
        after = Text(f" (only {tested} months)", f"（仅 {tested} 个月）")
    if abs(skill) < ALIKE:
        said = Text("as good as last year’s month", "与上年同月相当")
    elif skill > 0:
        said = Text(f"errs {percent(skill, 0)} less than last year’s month", f"误差比上年同月小 {percent(skill, 0)}")
    else:
        said = Text(f"errs {percent(-skill, 0)} more than last year’s month", f"误差比上年同月大 {percent(-skill, 0)}")
    return Text(said.en + after.en, said.zh + after.zh)


def economy_words(cell: MarketCell) -> Text:
    """How use follows the output of the sector, where its interval says that it does."""
    if cell.correlation is None or cell.lag_months is None:
        return Text("–", "–")
    low, high = cell.correlation_low, cell.correlation_high
    ends = f"{number(cell.correlation, 2)} [{number(low, 2)}, {number(high, 2)}]"
    if low is None or high is None or low <= 0 <= high:
        return Text(f"not shown, r = {ends}", f"未显示关联，r = {ends}")
    strength = abs(cell.correlation)
    how = Text("strong", "强") if strength >= STRONG else Text("weak", "弱") if strength < WEAK else Text("fair", "中")
    lag = (
        Text("at once", "同月")
        if cell.lag_months == 0
        else Text(f"{cell.lag_months} month{'s' if cell.lag_months > 1 else ''} later", f"滞后 {cell.lag_months} 个月")
    )
    return Text(f"{how.en}, r = {ends}, {lag.en}", f"{how.zh}，r = {ends}，{lag.zh}")
