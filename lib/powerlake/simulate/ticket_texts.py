"""The words of a ticket from its intent: a phrase with its brackets resolved, slots filled, and slips of typing."""

from __future__ import annotations

import re

import numpy as np

from powerlake.simulate.names import STREETS
from powerlake.simulate.ticket_phrases import CLOSINGS, HOMOPHONES, MIXED, OPENINGS, PHRASES

INTENTS = tuple(PHRASES)
LATIN_STREETS = ("Qingnian Street", "Wenhua Road", "Jianshe Road", "Zhongshan Road", "Xuefu Road", "Beiyi Road")
TYPO_SHARE = 0.15
"""Texts with a slip."""
MIXED_SHARE = 0.08
"""Chinese texts with an English word for a Chinese one."""
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def ticket_text(intent: str, language: str, random: np.random.Generator) -> str:
    """What a customer says; `language` is zh or en."""
    phrases = PHRASES[intent][language]
    parts = (_one(OPENINGS[language], random), _one(phrases, random), _one(CLOSINGS[language], random))
    text = _resolved("".join(parts), random).format(**_slots(language, random))
    if language == "zh" and random.random() < MIXED_SHARE:
        text = _replaced(text, MIXED)
    return _mistyped(text, language, random) if random.random() < TYPO_SHARE else text


def _one(options: tuple[str, ...], random: np.random.Generator) -> str:
    return options[int(random.integers(len(options)))]


def _resolved(pattern: str, random: np.random.Generator) -> str:
    """The pattern with one side of each bracket, the innermost first."""
    while "[" in pattern:
        pattern = _CHOICE.sub(lambda found: _one(tuple(found[1].split("|")), random), pattern)
    return pattern


def _slots(language: str, random: np.random.Generator) -> dict[str, str]:
    month, days, hour, code = random.integers((1, 2, 5, 10_000), (13, 11, 24, 99_999)).tolist()
    return {
        "month": str(month),
        "amount": str(int(random.lognormal(5.6, 0.8))),
        "days": str(days),
        "street": _one(STREETS if language == "zh" else LATIN_STREETS, random),
        "code": str(code),
        "hour": str(hour),
    }


def _replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for word, other in pairs:
        text = text.replace(word, other)
    return text


def _mistyped(text: str, language: str, random: np.random.Generator) -> str:
    """The text with words of the same sound (Chinese), or two letters swapped, or one left out."""
    if language == "zh" and random.random() < 0.6:
        return _replaced(text, HOMOPHONES)
    if len(text) < 3:
        return text
    place = int(random.integers(len(text) - 1))
    swapped = text[place + 1] + text[place] if random.random() < 0.5 else text[place + 1]
    return text[:place] + swapped + text[place + 2 :]
