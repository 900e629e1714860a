"""Tickets: every intent has words in both languages, texts hardly repeat, and reasons show in the rates."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.simulate.customers import draw_customers
from powerlake.simulate.service import draw_service
from powerlake.simulate.ticket_texts import INTENTS, ticket_text
from powerlake.simulate.utility import Made, Utility


@dataclass(frozen=True)
class Meters:
    """Stands in for `metering.Metering`."""

    billed_kwh: npt.NDArray[np.float32]
    estimated_days: npt.NDArray[np.bool_]


def service(winter: float = 0.4, seed: int = 6, customers: int = 250, days: int = 200) -> Made:
    utility = Utility(customers, days, seed)
    people = draw_customers(utility, utility.blocks[0])
    day = np.arange(days)
    supplied = (day >= people.from_day[:, None]) & (day < people.to_day[:, None])
    kwh = people.mean_kw[:, None] * 6 * np.exp(winter * np.sin(day / 20)) * supplied
    meters = Meters(np.repeat(kwh[:, :, None], 4, axis=2).astype(np.float32), np.zeros(kwh.shape, bool))
    return draw_service(utility, utility.blocks[0], people, meters)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(INTENTS), st.sampled_from(["zh", "en"]), st.integers(0, 2**32))
def test_texts_are_whole(intent: str, language: str, seed: int) -> None:
    text = ticket_text(intent, language, np.random.default_rng(seed))
    assert text and not set(text) & set("[]{}|")
    if language == "en":
        assert text.isascii()
    assert text == ticket_text(intent, language, np.random.default_rng(seed))


def test_texts_are_many() -> None:
    random = np.random.default_rng(1)
    texts = {ticket_text(intent, "zh", random) for intent in INTENTS for _ in range(60)}
    assert len(texts) > 0.9 * 60 * len(INTENTS)


@pytest.fixture(scope="module")
def made() -> Made:
    return service()


def test_same_seed_same_tickets(made: Made) -> None:
    again = service()
    assert again.feeds == made.feeds and again.truth == made.truth


def test_truth_has_every_ticket_and_the_clerk_errs(made: Made) -> None:
    intents = {row["ticket_id"]: row["intent"] for row in made.truth["intents"].to_pylist()}
    tickets = made.feeds["service/tickets"].to_pylist()
    assert len(intents) == len(tickets) > 80
    right = np.mean([intents[row["ticket_id"]] == row["category_code"] for row in tickets])
    assert 0.75 < right < 0.95
    assert all(row["closed_at"] is None or row["closed_at"] > row["opened_at"] for row in tickets)
    assert {row["language"] for row in tickets} == {"zh", "en"}


def test_high_bills_bring_tickets() -> None:
    def count(winter: float) -> int:
        return service(winter).truth["intents"]["intent"].to_pylist().count("high_bill")

    assert count(1.2) > 3 * count(0.0)


def test_visits_lie_in_supply(made: Made) -> None:
    visits = made.feeds["service/channel_usage"]
    assert visits.num_rows > 500
    assert len(set(visits["usage_id"].to_pylist())) == visits.num_rows


def test_few_days_few_rows() -> None:
    tickets = service(customers=3, days=2).feeds["service/tickets"]
    assert tickets.num_rows < 10 and tickets.schema.field("text").type == "string"
