"""The automaton of a regular expression, over the few kinds of characters that it tells apart.

Built from the tree of Python's own parser. Repetitions of more than :data:`BOUNDED` times count as endless.
Looking behind or ahead by one character is followed; what looks further is taken as met.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from re import _constants as sre
from re import _parser as parser
from typing import Any

BOUNDED = 130
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
END = ""


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


def always(_before: str, _after: str) -> bool:
    """The condition of what may be gone through everywhere."""
    return True


def _maybe(_before: str, _after: str) -> None:
    return None


def is_anchored(tree: Any, flags: int) -> bool:
    """Whether a search can begin at the first place alone."""
    for kind, value in tree:
        if kind is sre.AT:
            return value is sre.AT_BEGINNING_STRING or (
                value is sre.AT_BEGINNING and not flags & re.MULTILINE
            )
        if kind is sre.SUBPATTERN:
            return is_anchored(value[3], flags)
        if kind is sre.BRANCH:
            return all(is_anchored(each, flags) for each in value[1])
        if kind not in (sre.ASSERT, sre.ASSERT_NOT):
            return False
    return False


# --- characters -------------------------------------------------------------------------------


def alphabet(tree: Any, flags: int) -> list[str]:
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


def build(machine: Automaton, tree: Any, at: int, flags: int) -> int:
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
        return build(machine, value[3], at, (flags | value[1]) & ~value[2])
    if kind is sre.BRANCH:
        return _join(
            machine, [build(machine, each, _next(machine, at), flags) for each in value[1]]
        )
    if kind is sre.GROUPREF_EXISTS:
        ways = [value[1], value[2] or []]
        return _join(machine, [build(machine, each, _next(machine, at), flags) for each in ways])
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        return _repeat(machine, value, at, flags)
    if kind in (sre.POSSESSIVE_REPEAT, sre.ATOMIC_GROUP):
        return _firm(machine, kind, value, at, flags)
    return _assertion(machine, kind, value, at, flags)


def _firm(machine: Automaton, kind: Any, value: Any, at: int, flags: int) -> int:
    machine.groups.append(len(machine.empty))
    if kind is sre.ATOMIC_GROUP:
        at = build(machine, value, _next(machine, at), flags)
    else:
        at = _repeat(machine, value, _next(machine, at), flags)
    machine.groups.pop()
    return _next(machine, at)


def _next(machine: Automaton, at: int, condition: Callable[[str, str], Any] = always) -> int:
    after = machine.state()
    machine.empty[at].append((after, condition))
    return after


def _join(machine: Automaton, ends: list[int]) -> int:
    after = machine.state()
    for end in ends:
        machine.empty[end].append((after, always))
    return after


def _repeat(machine: Automaton, value: Any, at: int, flags: int) -> int:
    least, most, body = value
    if most is sre.MAXREPEAT or most > BOUNDED:
        for _ in range(min(least, 3)):
            at = build(machine, body, at, flags)
        # To begin the first time and to begin again are two ways, or a loop in a loop would hide.
        entry, again, first = _next(machine, at), machine.state(), machine.state()
        machine.empty[entry].append((first, always))
        machine.empty[again].append((first, always))
        machine.endless.append(len(machine.empty))
        end = build(machine, body, first, flags)
        machine.endless.pop()
        machine.empty[end].append((again, always))
        return _join(machine, [entry, again])
    for _ in range(min(least, 3)):
        at = build(machine, body, at, flags)
    ends = [at]
    for _ in range(min(most - least, 2)):
        at = build(machine, body, at, flags)
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
                build(machine, body, _next(machine, at), flags)
            return _next(machine, at, _maybe)
        if direction < 0:
            return _next(machine, at, lambda before, _a: (before != END and leaf(before)) is wanted)
        return _next(machine, at, lambda _b, after: (after != END and leaf(after)) is wanted)
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
        return lambda before, _a: before == END or bool(lines and before == "\n")
    if value in (sre.AT_END, sre.AT_END_STRING):
        return lambda _b, after: after in (END, "\n") if value is sre.AT_END else after == END
    wanted = value is sre.AT_BOUNDARY
    return lambda before, after: (_is_word(before) != _is_word(after)) is wanted
