"""The interface in Chinese and in English, from one table: ``messages.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "renmin_language"


@cache
def messages() -> Mapping[str, tuple[str, str]]:
    """Every message by key: Chinese, English."""
    text = resources.files(__package__).joinpath("messages.toml").read_text("utf-8")
    return {key: (pair[0], pair[1]) for key, pair in tomllib.loads(text).items()}


def translator(language: Language) -> Callable[..., str]:
    """A function that gives a message; a key that is none, such as a failure's name, stays.

    >>> translator("en")("n_hits", n="12")
    '12 articles'
    """
    index = LANGUAGES.index(language)

    def translate(key: str, **values: Any) -> str:
        pair = messages().get(key)
        return pair[index].format(**values) if pair else key

    return translate


def choose(wanted: str | None, accept: str) -> Language:
    """The language that was chosen, else the one that the browser likes best, else English.

    >>> choose(None, "fr;q=0.9, zh-CN;q=0.8, en;q=0.5")
    'zh'
    """
    if wanted in LANGUAGES:
        return "zh" if wanted == "zh" else "en"
    liked = sorted(_liked(accept[:200]), reverse=True)
    return next((language for _, _, language in liked), "en")


def _liked(accept: str) -> Iterator[tuple[float, int, Language]]:
    for place, part in enumerate(accept.split(",")):
        name, _, quality = part.strip().partition(";q=")
        for language in LANGUAGES:
            if name.lower().split("-")[0] == language:
                yield _number(quality), -place, language


def _number(quality: str) -> float:
    try:
        return float(quality or "1")
    except ValueError:
        return 0.0
