"""Which regular expressions take more than linear time, told from their structure.

A pattern is made a nondeterministic automaton over the few kinds of characters that it tells apart.
Backtracking takes the square of a text's length, or worse, if two states ``p`` and ``q`` can both read
one word and come back to where they were, while the word also leads from ``p`` to ``q``: then a run of
the word can be parted between them at every place (Weideman et al., "Analyzing matching time behavior
of backtracking regular expression matchers", 2016). A search begins anew at every place, which is one
more state that reads everything and stays. No time is measured, so a busy machine changes nothing.

What the automaton does not follow (:mod:`tests.automaton`) it takes as met, so that a finding may be too
strict, never too lax.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from re import _parser as parser

from tests.automaton import END, Automaton, alphabet, always, build, is_anchored

MOST_NODES = 60_000


def excess(pattern: re.Pattern[str] | re.Pattern[bytes], *, whole: bool = False) -> str | None:
    """Why a pattern may take more than linear time; ``None`` if it does not.

    Args:
        pattern: Compiled.
        whole: As ``fullmatch`` uses it; else as ``search`` does.
    """
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    machine = Automaton(alphabet(tree, pattern.flags))
    start = machine.state()
    end = build(machine, tree, start, pattern.flags)
    accept = machine.state()
    condition = (lambda _b, after: after == END) if whole else always
    machine.empty[end].append((accept, condition))
    anchored = whole or is_anchored(tree, pattern.flags)
    return _Search(machine, start, accept, anchored=anchored).finding()


@dataclass(frozen=True, slots=True)
class _Step:
    """One way to read a character.

    Attributes:
        state: Which reads next.
        ways: Whether more than one way leads there.
        done: Whether the pattern has matched by then, whatever follows.
    """

    state: int
    ways: bool
    done: bool


class _Search:
    """Looks for two states between which a run of one word can be parted."""

    def __init__(self, machine: Automaton, start: int, accept: int, *, anchored: bool) -> None:
        self._machine = machine
        self._accept = accept
        self._known: dict[tuple[int, str], list[_Step]] = {}
        self._reached: dict[int, set[int]] = {}
        self._rounds: dict[int, set[int]] = {}
        self._free: dict[int, bool] = {}
        self._steps: dict[tuple[int, str], list[_Step]] = {}
        self._anchored = anchored
        # The state before the first: reads everything and stays, or begins the pattern.
        self._before = machine.state()
        if not anchored:
            behind = machine.state()
            machine.reads[self._before].append((frozenset(machine.alphabet), behind))
            machine.empty[behind] += [(self._before, always), (start, always)]

    def finding(self) -> str | None:
        """The first pair, in words."""
        loops = list(dict.fromkeys(self._machine.loops))
        for q in loops:
            if not self._anchored and self._parts(self._before, q):
                return "a search that begins at each place reads on in the same repetition"
        for p in loops:
            for q in loops:
                if p != q and not self._holds_firm(p, q) and self._parts(p, q):
                    return "two repetitions can part one text between them"
        if any(self._turns_twice(p) for p in loops):
            return "one repetition can read one text in several ways"
        return None

    def _holds_firm(self, p: int, q: int) -> bool:
        """Whether the first loop gives nothing back once it is left for the second."""
        return bool(set(self._machine.inside[p]) - set(self._machine.inside[q]))

    def _parts(self, p: int, q: int) -> bool:
        """Whether a word leads from p to p, from p to q and from q to q, and may fail behind q."""
        if q not in self._reach(p):
            return False
        rounds, between = (self._round(p), self._round(q)), self._reach(p) & self._back(q)
        # The two circles alone are soon gone through, and most pairs share no word.
        if not self._leads((p, q), (p, q), rounds, (1,)):
            return False
        return self._leads((p, p, q), (p, q, q), (rounds[0], between, rounds[1]), (1, 2))

    def _leads(
        self,
        start: tuple[int, ...],
        end: tuple[int, ...],
        bounds: tuple[set[int], ...],
        failing: tuple[int, ...],
    ) -> bool:
        """Whether one word leads each state to its end; those in ``failing`` without a match so far."""
        seen = {start}
        queue = list(seen)
        while queue:
            for steps in self._together(queue.pop(), bounds):
                if any(steps[place].done for place in failing):
                    continue
                node = tuple(step.state for step in steps)
                if node == end:
                    return True
                if node not in seen and len(seen) < MOST_NODES:
                    seen.add(node)
                    queue.append(node)
        return False

    def _together(
        self, states: tuple[int, ...], bounds: tuple[set[int], ...]
    ) -> Iterator[tuple[_Step, ...]]:
        """The ways to read one more character in all of these states at a time."""
        for char in self._machine.alphabet:
            steps = [
                [step for step in self._step(state, char) if step.state in bound]
                for state, bound in zip(states, bounds, strict=True)
            ]
            if all(steps):
                yield from itertools.product(*steps)

    def _turns_twice(self, p: int) -> bool:
        """Whether two different ways of reading one word lead from p to p."""
        around = self._round(p)
        seen = {(p, p, False)}
        queue = list(seen)
        while queue:
            x, y, parted = queue.pop()
            for one, other in self._together((x, y), (around, around)):
                if one.done or other.done:
                    continue
                now = parted or one.state != other.state or one.ways
                node = (one.state, other.state, now)
                if node == (p, p, True):
                    return True
                if node not in seen and len(seen) < MOST_NODES:
                    seen.add(node)
                    queue.append(node)
        return False

    def _reach(self, state: int) -> set[int]:
        """The states that can be come to from a state by reading."""
        if state not in self._reached:
            found: set[int] = set()
            queue = [state]
            while queue:
                for after in self._following(queue.pop()) - found:
                    found.add(after)
                    queue.append(after)
            self._reached[state] = found
        return self._reached[state]

    def _following(self, state: int) -> set[int]:
        return {step.state for char in self._machine.alphabet for step in self._step(state, char)}

    def _back(self, state: int) -> set[int]:
        """The states from which a state can be come to."""
        every = self._reach(self._before if not self._anchored else 0) | set(self._machine.loops)
        return {each for each in every if state in self._reach(each)}

    def _round(self, state: int) -> set[int]:
        """The states of a state's circle."""
        if state not in self._rounds:
            self._rounds[state] = {e for e in self._reach(state) if state in self._reach(e)}
        return self._rounds[state]

    def _step(self, state: int, char: str) -> list[_Step]:
        """Where a state that reads may be after a character."""
        key = (state, char)
        if key not in self._known:
            found: dict[int, _Step] = {}
            for read, behind in self._machine.reads[state]:
                if char in read:
                    free = behind, "" if self._is_free(behind) else char
                    if free not in self._steps:
                        self._steps[free] = list(self._behind(behind, char))
                    for step in self._steps[free]:
                        found.setdefault(step.state, step)
            self._known[key] = list(found.values())
        return self._known[key]

    def _behind(self, behind: int, char: str) -> Iterator[_Step]:
        """The states that may read next where something was read, and under what conditions stand."""
        ends = (*self._machine.alphabet, END)
        if self._is_free(behind):
            ends = ("",)  # whatever follows
        done = all(self._accept in self._paths(behind, char, after, sure=True) for after in ends)
        ways: dict[int, int] = {}
        for after in ends:
            for state, count in self._paths(behind, char, after, sure=False).items():
                reads = self._machine.reads[state]
                if reads and (ends == ("",) or any(after in read for read, _ in reads)):
                    ways[state] = max(ways.get(state, 0), count)
        for state, count in ways.items():
            yield _Step(state, count > 1, done)

    def _is_free(self, behind: int) -> bool:
        """Whether nothing that can be reached without reading depends on what stands around."""
        if behind not in self._free:
            seen, queue = {behind}, [behind]
            while queue:
                for target, condition in self._machine.empty[queue.pop()]:
                    if condition is not always:
                        self._free[behind] = False
                        return False
                    if target not in seen:
                        seen.add(target)
                        queue.append(target)
            self._free[behind] = True
        return self._free[behind]

    def _paths(self, state: int, before: str, after: str, *, sure: bool) -> dict[int, int]:
        """The states that are reached without reading, each with the number of ways, two at most."""
        counts: dict[int, int] = {}

        def walk(at: int, path: frozenset[int]) -> None:
            if counts.get(at, 0) >= 2:
                return
            counts[at] = counts.get(at, 0) + 1
            for target, condition in self._machine.empty[at]:
                holds = condition(before, after)
                if target not in path and (holds or (holds is None and not sure)):
                    walk(target, path | {target})

        walk(state, frozenset((state,)))
        return counts
