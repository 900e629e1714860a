import numpy as np
import pytest

from powerlake.errors import PowerlakeError
from powerlake.marketing.market_outlook import Market
from powerlake.models.evaluate_economy import BASELINE, Links, evaluate_economy
from powerlake.models.suites.economy import links_of

SECTORS = "ABCDEFG"


def walk(rng: np.random.Generator, months: int = 48) -> np.ndarray:
    return np.exp(np.cumsum(rng.normal(0, 0.02, months)))


def market(use: list[np.ndarray]) -> Market:
    cells = [("R1", sector) for sector in (*SECTORS[: len(use) - 1], "homes")]
    months = np.arange(np.datetime64("2020-01"), np.datetime64("2020-01") + len(use[0]))
    return Market(cells, months, {"days": np.full((len(use), len(months)), 1.0) * 30, "normal_kwh": 30 * np.array(use)})


def test_planted_links_are_shown_and_the_placebos_of_other_sectors_are_not():
    rng = np.random.default_rng(0)
    outputs = {("R1", sector): walk(rng) for sector in SECTORS} | {("R2", "A"): walk(rng)}
    use = [outputs["R1", sector] * np.exp(rng.normal(0, 0.005, 48)) for sector in SECTORS]
    links = links_of(market([*use, walk(rng)]), outputs)
    assert len(links.cell) == len(SECTORS) ** 2  # neither homes nor another region's output
    result = evaluate_economy(links, 0)
    ours, by_pairs = result["metrics"], result["baselines"][BASELINE]
    assert ours["shown"]["value"] == ours["shown_at_once"]["value"] == 1
    assert ours["false_alarms"]["value"] < by_pairs["false_alarms"]["value"]


def test_shares_are_of_those_asked():
    cell = np.repeat(np.arange(6), 2)
    is_own, is_shown = np.tile([True, False], 6), np.arange(12) < 6
    result = evaluate_economy(Links(cell, is_own, is_shown, np.ones(12, bool), np.zeros(12, bool)), 0)
    assert result["metrics"]["shown"]["value"] == result["metrics"]["false_alarms"]["value"] == 0.5
    assert result["metrics"]["shown_at_once"]["value"] == 0
    assert result["baselines"][BASELINE]["false_alarms"]["value"] == 1


def test_a_few_cells_are_not_judged():
    one = np.ones(4, bool)
    with pytest.raises(PowerlakeError, match="fewer than 5 sectors"):
        evaluate_economy(Links(np.arange(4), one, one, one, one), 0)
