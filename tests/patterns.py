"""Which regular expressions take more than linear time, told from their structure.

A pattern is made a nondeterministic automaton over the few kinds of characters that it tells apart.
Backtracking takes the square of a text's length, or worse, if two states ``p`` and ``q`` can both read
one word and come back to where they were, while the word also leads from ``p`` to ``q``: then a run of
the word can be parted between them at every place (Weideman et al., "Analyzing matching time behavior
of backtracking regular expression matchers", 2016). A search begins anew at every place, which is one
more state that reads everything and stays. No time is measured, so a busy machine changes nothing.

Repetitions of more than :data:`BOUNDED` times count as endless. Looking behind or ahead by one character
is followed; what looks further is taken as met, so that a finding may be too strict, never too lax.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from re import _constants as sre
from re import _parser as parser
from typing import Any

BOUNDED = 130
MOST_NODES = 60_000
# No page has such characters; they stand for all that a pattern does not name.
_OTHERS = (
    "\n",
    " ",
    "\u3000",
    "0",
    "a",
    "A",
    "_",
    "中",
    "\ue000",
    "!",
    "<",
    "\0",
    "\U0010fffd",
    "é",
)
_END = ""


@dataclass
class Automaton:
    """States and what leads from one to another.

    Attributes:
        empty: By state: where it leads without reading, on which condition of (before, after), and
            whether meeting it is sure.
        reads: By state: which characters lead where.
        loops: States that read inside of endless repetitions.
        inside: By state: the possessive groups that it stands in.
    """

    alphabet: list[str]
    empty: list[list[tuple[int, Callable[[str, str], bool | None]]]] = field(default_factory=list)
    reads: list[list[tuple[frozenset[str], int]]] = field(default_factory=list)
    loops: list[int] = field(default_factory=list)
    inside: list[tuple[int, ...]] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    endless: list[int] = field(default_factory=list)

    def state(self) -> int:
        """A new state."""
        self.empty.append([])
        self.reads.append([])
        self.inside.append(tuple(self.groups))
        return len(self.empty) - 1


def _always(_before: str, _after: str) -> bool:
    return True


def _maybe(_before: str, _after: str) -> None:
    return None


def excess(pattern: re.Pattern[str] | re.Pattern[bytes], *, whole: bool = False) -> str | None:
    """Why a pattern may take more than linear time; ``None`` if it does not.

    Args:
        pattern: Compiled.
        whole: As ``fullmatch`` uses it; else as ``search`` does.
    """
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    machine = Automaton(_alphabet(tree, pattern.flags))
    start = machine.state()
    end = _build(machine, tree, start, pattern.flags)
    accept = machine.state()
    condition = (lambda _b, after: after == _END) if whole else _always
    machine.empty[end].append((accept, condition))
    anchored = whole or _is_anchored(tree, pattern.flags)
    return _Search(machine, start, accept, anchored=anchored).finding()


def _is_anchored(tree: Any, flags: int) -> bool:
    for kind, value in tree:
        if kind is sre.AT:
            return value is sre.AT_BEGINNING_STRING or (
                value is sre.AT_BEGINNING and not flags & re.MULTILINE
            )
        if kind is sre.SUBPATTERN:
            return _is_anchored(value[3], flags)
        if kind is sre.BRANCH:
            return all(_is_anchored(each, flags) for each in value[1])
        if kind not in (sre.ASSERT, sre.ASSERT_NOT):
            return False
    return False


# --- characters -------------------------------------------------------------------------------


def _alphabet(tree: Any, flags: int) -> list[str]:
    """One character of each kind that the pattern tells apart."""
    sets = [_set_of(node, flags) for node in _leaves(tree)]
    places = {ord(char) for char in _OTHERS}
    for node in _leaves(tree):
        places.update(_edges(node))
    most = 255 if flags & re.LOCALE else sys.maxunicode
    kinds: dict[tuple[bool, ...], str] = {}
    for place in sorted(places):
        if 0 <= place <= most:
            char = chr(place)
            kinds.setdefault((*(accepts(char) for accepts in sets), _is_word(char)), char)
    return list(kinds.values())


def _leaves(tree: Any) -> Iterator[tuple[Any, Any]]:  # noqa: C901 (one row a kind of node)
    for kind, value in tree:
        if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
            yield kind, value
        elif kind is sre.SUBPATTERN:
            yield from _leaves(value[3])
        elif kind is sre.BRANCH:
            for each in value[1]:
                yield from _leaves(each)
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            yield from _leaves(value[2])
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _leaves(value[1])
        elif kind is sre.ATOMIC_GROUP:
            yield from _leaves(value)
        elif kind is sre.GROUPREF_EXISTS:
            yield from _leaves(value[1])
            yield from _leaves(value[2] or [])


def _edges(node: tuple[Any, Any]) -> Iterator[int]:
    kind, value = node
    if kind in (sre.LITERAL, sre.NOT_LITERAL):
        yield from (value - 1, value, value + 1, ord(chr(value).swapcase()[0]))
    elif kind is sre.IN:
        for what, inner in value:
            if what is sre.LITERAL:
                yield from (inner - 1, inner, inner + 1, ord(chr(inner).swapcase()[0]))
            elif what is sre.RANGE:
                yield from (inner[0] - 1, inner[0], inner[1], inner[1] + 1)


def _set_of(node: tuple[Any, Any], flags: int) -> Callable[[str], bool]:
    """Whether a character is one that a leaf reads: the library itself is asked."""
    state = parser.State()
    state.flags = flags & (re.IGNORECASE | re.DOTALL | re.ASCII | re.UNICODE | re.LOCALE)
    leaf = parser.SubPattern(state, [node])
    compiled = _compiled(leaf, state.flags)
    return lambda char: compiled.match(char) is not None


def _compiled(leaf: Any, flags: int) -> re.Pattern[str]:
    import _sre
    from re import _compiler as compiler

    code = compiler._code(leaf, flags)
    return _sre.compile(".", flags | re.UNICODE, code, 0, {}, ())


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


# --- from the tree to the automaton -----------------------------------------------------------


def _build(machine: Automaton, tree: Any, at: int, flags: int) -> int:
    """Add what a tree reads behind a state; gives the state behind it."""
    for kind, value in tree:
        at = _add(machine, kind, value, at, flags)
    return at


def _add(machine: Automaton, kind: Any, value: Any, at: int, flags: int) -> int:
    if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
        accepts = _set_of((kind, value), flags)
        after = machine.state()
        read = frozenset(char for char in machine.alphabet if accepts(char))
        if machine.endless:
            machine.loops.append(at)
        machine.reads[at].append((read, after))
        return after
    if kind is sre.SUBPATTERN:
        return _build(machine, value[3], at, (flags | value[1]) & ~value[2])
    if kind is sre.BRANCH:
        return _join(
            machine, [_build(machine, each, _next(machine, at), flags) for each in value[1]]
        )
    if kind is sre.GROUPREF_EXISTS:
        ways = [value[1], value[2] or []]
        return _join(machine, [_build(machine, each, _next(machine, at), flags) for each in ways])
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        return _repeat(machine, value, at, flags)
    if kind in (sre.POSSESSIVE_REPEAT, sre.ATOMIC_GROUP):
        return _firm(machine, kind, value, at, flags)
    return _assertion(machine, kind, value, at, flags)


def _firm(machine: Automaton, kind: Any, value: Any, at: int, flags: int) -> int:
    machine.groups.append(len(machine.empty))
    if kind is sre.ATOMIC_GROUP:
        at = _build(machine, value, _next(machine, at), flags)
    else:
        at = _repeat(machine, value, _next(machine, at), flags)
    machine.groups.pop()
    return _next(machine, at)


def _next(machine: Automaton, at: int, condition: Callable[[str, str], Any] = _always) -> int:
    after = machine.state()
    machine.empty[at].append((after, condition))
    return after


def _join(machine: Automaton, ends: list[int]) -> int:
    after = machine.state()
    for end in ends:
        machine.empty[end].append((after, _always))
    return after


def _repeat(machine: Automaton, value: Any, at: int, flags: int) -> int:
    least, most, body = value
    if most is sre.MAXREPEAT or most > BOUNDED:
        for _ in range(min(least, 3)):
            at = _build(machine, body, at, flags)
        # To begin the first time and to begin again are two ways, or a loop in a loop would hide.
        entry, again, first = _next(machine, at), machine.state(), machine.state()
        machine.empty[entry].append((first, _always))
        machine.empty[again].append((first, _always))
        machine.endless.append(len(machine.empty))
        end = _build(machine, body, first, flags)
        machine.endless.pop()
        machine.empty[end].append((again, _always))
        return _join(machine, [entry, again])
    for _ in range(min(least, 3)):
        at = _build(machine, body, at, flags)
    ends = [at]
    for _ in range(min(most - least, 2)):
        at = _build(machine, body, at, flags)
        ends.append(at)
    return _join(machine, ends)


def _assertion(machine: Automaton, kind: Any, value: Any, at: int, flags: int) -> int:
    if kind is sre.AT:
        return _next(machine, at, _place(value, flags))
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        direction, body = value
        wanted = kind is sre.ASSERT
        leaf = _single(body, flags)
        if leaf is None:
            if direction > 0:
                # It is read for its own sake, and never comes to the pattern's end by that.
                _build(machine, body, _next(machine, at), flags)
            return _next(machine, at, _maybe)
        if direction < 0:
            return _next(
                machine, at, lambda before, _a: (before != _END and leaf(before)) is wanted
            )
        return _next(machine, at, lambda _b, after: (after != _END and leaf(after)) is wanted)
    return _next(machine, at, _maybe)  # a reference to a group


def _single(body: Any, flags: int) -> Callable[[str], bool] | None:
    """Whether a character is what an assertion of one character asks for."""
    nodes = list(body)
    if len(nodes) == 1 and nodes[0][0] is sre.SUBPATTERN:
        return _single(nodes[0][1][3], flags)
    if len(nodes) == 1 and nodes[0][0] is sre.BRANCH:
        ways = [_single(each, flags) for each in nodes[0][1][1]]
        if any(way is None for way in ways):
            return None
        return lambda char: any(way(char) for way in ways if way)
    if len(nodes) == 1 and nodes[0][0] in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
        return _set_of(nodes[0], flags)
    return None


def _place(value: Any, flags: int) -> Callable[[str, str], bool | None]:
    if value in (sre.AT_BEGINNING_STRING, sre.AT_BEGINNING):
        lines = value is sre.AT_BEGINNING and flags & re.MULTILINE
        return lambda before, _a: before == _END or bool(lines and before == "\n")
    if value in (sre.AT_END, sre.AT_END_STRING):
        return lambda _b, after: after in (_END, "\n") if value is sre.AT_END else after == _END
    wanted = value is sre.AT_BOUNDARY
    return lambda before, after: (_is_word(before) != _is_word(after)) is wanted


# --- the question -----------------------------------------------------------------------------


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
            machine.empty[behind] += [(self._before, _always), (start, _always)]

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
        ends = (*self._machine.alphabet, _END)
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
                    if condition is not _always:
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
