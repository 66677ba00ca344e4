"""What a part of the campaign came to: one row of its table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COLUMNS = ("what", "tried", "lost", "doubled", "crashed", "worst s", "said")


@dataclass(slots=True)
class Row:
    """One row, filled while its part runs.

    Attributes:
        what: What was done to the tool.
        tried: How often.
        lost: Things that should be there afterwards and are not.
        doubled: Things that are there twice.
        crashed: Tracebacks, hangs and exits that no document names.
        worst: The longest single try, in seconds.
        said: The first thing that went wrong; empty if nothing did.
    """

    what: str
    tried: int = 0
    lost: int = 0
    doubled: int = 0
    crashed: int = 0
    worst: float = 0.0
    said: str = ""

    @property
    def holds(self) -> bool:
        """Whether something was tried, and nothing was lost, doubled or crashed."""
        return self.tried > 0 and not (self.lost or self.doubled or self.crashed)

    def timed(self, began: float) -> None:
        """Count one more try, which began at ``began`` of the monotonic clock."""
        self.tried += 1
        self.worst = max(self.worst, time.monotonic() - began)

    def compare(self, wanted: Iterable[str], found: Counter[str]) -> None:
        """Count what is missing and what is there more than once."""
        missing = sorted(set(wanted) - set(found))
        twice = sorted(name for name, times in found.items() if times > 1)
        self.lost += len(missing)
        self.doubled += len(twice)
        if missing or twice:
            self.blame(f"missing {missing[:2]}, twice {twice[:2]}")

    def crash(self, text: str) -> None:
        """Count a crash."""
        self.crashed += 1
        self.blame(text)

    def judge(self, code: int, output: str, allowed: Sequence[int]) -> None:
        """Count a crash if a command ended in a traceback or with an exit code it should not."""
        if "Traceback (most recent call last)" in output:
            self.crash("traceback: " + output.strip().splitlines()[-1])
        elif code not in allowed:
            self.crash(f"exit code {code}: {' '.join(output.split())[-160:]}")

    def blame(self, text: str) -> None:
        """Keep the first thing that went wrong."""
        self.said = self.said or text

    def cells(self) -> tuple[str, ...]:
        """The row's cells, in the order of :data:`COLUMNS`."""
        counts = (self.tried, self.lost, self.doubled, self.crashed)
        return (self.what, *map(str, counts), f"{self.worst:.1f}", self.said)
