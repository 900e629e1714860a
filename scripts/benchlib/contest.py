"""A contest: the same work done by several, first checked for the same result, then timed in alternating rounds."""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from benchlib.clocking import Timing, timed

OURS = "powerlake"
Kind = Literal["ours", "peer", "floor"]


class DisagreementError(Exception):
    """Contestants came to different results, so their times mean nothing."""


@dataclass(frozen=True)
class Contestant:
    """One way to do the work. `prepare` is not timed and runs before every call; `work` gets what it returns."""

    name: str
    kind: Kind
    work: Callable[[Any], Any]
    prepare: Callable[[], Any] = lambda: None


@dataclass(frozen=True)
class Contest:
    """The same work by several contestants.

    `agree` gets the results of the untimed first round by name; it returns how far they agree or raises
    DisagreementError. `limit` is the ratio of wall times that the project set itself, against `against`: a
    contestant's name, or None for the fastest peer.
    """

    name: str
    what: str
    contestants: tuple[Contestant, ...]
    agree: Callable[[Mapping[str, Any]], str]
    limit: float
    against: str | None = None


@dataclass(frozen=True)
class Spread:
    """Least, middle and greatest of the rounds."""

    least: float
    median: float
    greatest: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(min(values), statistics.median(values), max(values))


@dataclass
class Outcome:
    """What a contest showed. `rival` is the contestant the ratio is against."""

    contest: Contest
    agreement: str
    rounds: dict[str, list[Timing]] = field(default_factory=dict)

    @property
    def rival(self) -> str:
        peers = [c.name for c in self.contest.contestants if c.kind == "peer"]
        return self.contest.against or min(peers, key=lambda name: self.wall(name).median)

    def wall(self, name: str) -> Spread:
        return Spread.of([timing.wall for timing in self.rounds[name]])

    def cpu(self, name: str) -> Spread:
        return Spread.of([timing.cpu for timing in self.rounds[name]])

    def ratio(self, name: str) -> Spread:
        """Wall time of powerlake ÷ that of `name`, round by round."""
        pairs = zip(self.rounds[OURS], self.rounds[name], strict=True)
        return Spread.of([ours.wall / other.wall for ours, other in pairs])


def run_contest(contest: Contest, rounds: int) -> Outcome:
    """Warm up and compare results, then `rounds` rounds; each begins with another contestant."""
    results: dict[str, Any] = {}
    for contestant in contest.contestants:
        _say(f"{contest.name}: {contestant.name}, first time")
        results[contestant.name] = contestant.work(contestant.prepare())
    outcome = Outcome(contest, contest.agree(results), {c.name: [] for c in contest.contestants})
    del results
    for number in range(rounds):
        turn = number % len(contest.contestants)
        for contestant in contest.contestants[turn:] + contest.contestants[:turn]:
            prepared = contestant.prepare()
            gc.collect()
            _, timing = timed(lambda c=contestant, p=prepared: c.work(p))  # type: ignore[misc]
            outcome.rounds[contestant.name].append(timing)
            _say(f"{contest.name}: round {number + 1}, {contestant.name} {timing.wall:.2f} s ({timing.cpu:.2f} s CPU)")
    return outcome


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
