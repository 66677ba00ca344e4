"""The time of each step from a text to a verdict, beside libraries that do a part of it.

CPU time of one core, the best of several rounds.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from text_damage import edit, half

from crawler.dedup.compare import Text
from crawler.dedup.decide import decide
from crawler.dedup.sketch import sketch
from crawler.text.chinese.script import canonical

ROUNDS = 5
LENGTH = 1350  # canonical characters of each text that is timed
TEXTS = 100


def table(texts: Sequence[str]) -> None:
    texts = _of_one_length(texts)
    ours = _microseconds(sketch, texts)
    print(f"{f'step, texts of {LENGTH} characters':52} {'µs':>7} {'ratio':>7}")
    _print("canonical form", _microseconds(canonical, texts), ours)
    _print("text to sketch (digest and 16 keys)", ours, ours)
    for name, function in _peers().items():
        _print(name, _microseconds(function, texts), ours)
    for name, seconds in _verifications(texts).items():
        _print(name, seconds, ours)


def _of_one_length(texts: Sequence[str]) -> list[str]:
    """Cut and join articles until each has :data:`LENGTH` canonical characters, or nearly."""
    cut, run = [], ""
    for text in texts:
        run += text + "\n"
        while len(canonical(run)) >= LENGTH:
            end = LENGTH * len(run) // len(canonical(run))
            cut.append(run[:end])
            run = run[end:]
    return cut[:TEXTS]


def _verifications(texts: Sequence[str]) -> dict[str, float]:
    """Time what a candidate costs, the known text read anew each time, the new one once."""
    random = Random(1)
    copies = {
        "half of it": [half(text, random, texts) for text in texts],
        "1 % edited": [edit(0.01, text, random, texts) for text in texts],
        "10 % edited": [edit(0.1, text, random, texts) for text in texts],
    }
    letters = [canonical(text) for text in texts]
    times = {}
    for name, damaged in {"another article": texts[1:] + texts[:1], **copies}.items():
        new = [Text.of(text) for text in damaged]
        pairs = list(zip(new, letters, strict=True))
        for one in new:
            _ = one.places  # worked out once for all candidates
        times[f"comparison with a candidate: {name}"] = _microseconds(_verify, pairs)
    return times


def _verify(pair: tuple[Text, str]) -> object:
    return decide(pair[0], Text(pair[1]))


def _microseconds(function: Callable[[Any], object], values: Sequence[Any]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for value in values:
            function(value)
        best = min(best, time.process_time() - start)
    return best / len(values) * 1e6


def _print(name: str, microseconds: float, ours: float) -> None:
    print(f"{name:52} {microseconds:7.1f} {microseconds / ours:7.2f}")


def _grams(text: str) -> list[str]:
    return [text[i : i + 5] for i in range(len(text) - 4)]


def _peers() -> dict[str, Callable[[str], object]]:
    """Give what is installed of the other libraries, each used as its documentation says."""
    peers: dict[str, Callable[[str], object]] = {}
    for module, (name, build) in _BUILD.items():
        try:
            peers[name] = build(importlib.import_module(module))
        except ImportError:
            print(f"({module} is not installed)")
    return peers


def _datasketch(module: Any) -> Callable[[str], object]:
    def run(text: str) -> object:
        made = module.MinHash(num_perm=128)
        made.update_batch([gram.encode() for gram in _grams(text)])
        return made

    return run


def _rensa(module: Any) -> Callable[[str], object]:
    def run(text: str) -> object:
        made = module.RMinHash(num_perm=128, seed=1)
        made.update(_grams(text))
        return made.digest()

    return run


def _simhash(module: Any) -> Callable[[str], object]:
    return lambda text: module.Simhash(_grams(text))


_BUILD = {
    "datasketch": ("datasketch: MinHash-128, update_batch", _datasketch),
    "rensa": ("rensa: RMinHash-128", _rensa),
    "simhash": ("simhash: 64 bits", _simhash),
}
