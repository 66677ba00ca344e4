"""A small context-free grammar: ``words.toml`` turned into sentences, with dice handed in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from random import Random
from typing import Any

_SLOT = re.compile(r"\{(\w+)\}")
# A rule may name itself by way of others; deeper than this, it is cut short.
_MAX_DEPTH = 6

# One way to say something, split at its slots: even places are text, odd ones are names.
_Way = tuple[str, ...]
_NUMBERS: dict[str, Callable[[Random], str]] = {
    "n1": lambda dice: str(dice.randint(2, 9)),
    "n2": lambda dice: str(dice.randint(11, 98)),
    "n3": lambda dice: str(dice.randint(105, 980)),
    "n4": lambda dice: str(dice.randint(1200, 9800)),
    "month": lambda dice: str(dice.randint(1, 12)),
    "day": lambda dice: str(dice.randint(1, 28)),
    "hour": lambda dice: str(dice.randint(6, 11)),
}


@cache
def tables() -> Mapping[str, Any]:
    """Read ``words.toml``, once."""
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))


@cache
def topics() -> tuple[str, ...]:
    """Name the topics that an article can have."""
    return tuple(tables()["topic"])


@cache
def _rules(topic: str) -> dict[str, tuple[_Way, ...]]:
    words = tables()["any"] | {
        name: ways for name, ways in tables()["topic"][topic].items() if isinstance(ways, list)
    }
    return {name: tuple(tuple(_SLOT.split(way)) for way in ways) for name, ways in words.items()}


class Writer:
    """Writes about one topic and one set of facts; the same dice give the same words.

    Args:
        topic: One of :func:`topics`.
        facts: What a slot stands for throughout the article: ``{"city": "济南", ...}``.
        dice: Source of all choices.
    """

    def __init__(self, topic: str, facts: Mapping[str, str], dice: Random) -> None:
        self._rules = _rules(topic)
        self._facts = dict(facts)
        self._dice = dice
        self.label: str = tables()["topic"][topic]["label"]

    def say(self, rule: str) -> str:
        """Say what ``rule`` stands for, all slots filled."""
        return self._fill(rule, 0)

    def learn(self, **facts: str) -> None:
        """Fix what a slot stands for from now on."""
        self._facts.update(facts)

    def _fill(self, name: str, depth: int) -> str:
        if (fact := self._facts.get(name)) is not None:
            return fact
        if (number := _NUMBERS.get(name)) is not None:
            return number(self._dice)
        ways = self._rules[name]
        # A float is four times as quick as an integer from the same dice.
        way = ways[int(self._dice.random() * len(ways))]
        if len(way) == 1 or depth > _MAX_DEPTH:
            return "".join(way[::2])
        parts = list(way)
        for place in range(1, len(parts), 2):
            parts[place] = self._fill(parts[place], depth + 1)
        return "".join(parts)
