"""Marks that were misread alone: ``£¬`` between clean hanzi is a comma.

A program that puts texts together may read only its own marks wrongly. Two or three characters
give no search anything to go by, and need none: all that a mark can have become is a short table.
What stands in it and right beside clean hanzi is written by nobody, so it is undone; where more
than one mark can have become the same, the likeliest is written, and is a doubt.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Final

from crawler.text.chinese.costs import cost, each
from crawler.text.mojibake.channels import PAIRS, rule_name
from crawler.text.mojibake.context import is_example, is_meant
from crawler.text.mojibake.ranking import Pair
from crawler.text.mojibake.readers import READERS, SINGLE
from crawler.text.mojibake.rule import Edit, Guess
from crawler.text.mojibake.shown import code, holes
from crawler.text.tables import LOST

_MARKS: Final = "，。、：；（）“”‘’《》—…·！？「」『』【】〈〉～％"
_TWOFOLD: Final = ("latin-1", "cp1252")
_TIMES: Final = 2  # that UTF-8 of what was misread is misread again
_READERS: Final = ("python", "java", "whatwg", "ignore")
_LONGEST: Final = 16
_MOST: Final = 400  # of such places in one text; more are no marks in clean text
_COMMON: Final = frozenset(("latin-1", "cp1252", "gbk", "gb18030", "big5", "big5hkscs"))
_RARE: Final = 6.0  # bits against a code page that few have
_UNCLOSED: Final = 8.0  # bits against a bracket or a quotation mark without its other half
_FAR: Final = 4  # characters beside a mark that are looked at
_CLOSE: Final = 24.0  # bits by which another mark may be dearer to raise a doubt
_AROUND: Final = 6  # characters that must be clean where the damage looks like hanzi itself
_CLEAN: Final = 11.0  # bits of a character of such text
_PRIVATE_MORE: Final = 3.5  # ... that it may cost more beside a private-use character

_WRITTEN = re.compile("°[CFKNSEW]")  # degrees
_PERCENT: Final = "£¥"  # two currencies, but behind a digit
# What a mark becomes between hanzi, and people write elsewhere: Martín, an angle, lines of a table.
_HALF_WRITTEN = re.compile("[°║\xc0-\u024f][\0-\x7f]")
# By itself a mark becomes no other single character but these, which nobody writes among hanzi.
_ALONE: Final = re.compile("[\ufe5c\ufe5d\u3105-\u3129\ue4c6-\uf8ff銆]")
_BOPOMOFO = re.compile("[\u3105-\u3129]")
_FEWEST: Final = 8  # hanzi of a text that is told to be simplified
_HANZI = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_BORDER = re.compile(
    f"[\u3400-\u9fff\U00020000-\U0003ffff0-9A-Za-z {re.escape(_MARKS)}\u2103\u2109\u3000-\u3007\u3380-\u33df]|\\Z"
)
_BEHIND_HANZI = re.compile(f"[\u3400-\u9fff][0-9A-Za-z {re.escape(_MARKS)}\u2103]{{0,2}}\\Z")
_BEFORE_HANZI = re.compile(f"[0-9A-Za-z {re.escape(_MARKS)}]{{0,2}}[\u3400-\u9fff]")
_TELLING = re.compile("[^\0-\x7f\ufffd?]")
_SMALL = re.compile("[a-z]")  # ¡Hola! is no ？ and ola!
_PAIRED: Final = ("“”", "‘’", "（）", "《》", "「」", "『』", "【】", "〈〉")
_LETTERS = re.compile("[a-z\xdf-\xf6\xf8-\xff\u0430-\u045f]+")
_ABOUT_LETTERS = re.compile("注音|字母|[元辅重发母]音|拼音|声调|俄[语文]|西里尔|聲調|符[号號]")
_ODD = re.compile("[\xa1-\u052f\u2500-\u25ff\uff61-\uff9f\ufffd]")
_LATIN_RUN = re.compile(
    "[\x80-\xff\u0152-\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026-\u203a\u20ac\u2122]{4,200}"
)
_AGAIN = re.compile("[\xc2\xc3][\x80-\xbf\u0152-\u2122]")  # Latin-1's letters in UTF-8
_CODECS: Final = ("gb18030", "big5")
_TYPED: Final = "“”‘’—…·"
_ASCII_LETTER = re.compile("[A-Za-z]")
_KANA = re.compile("[\uff66-\uff9f\u3041-\u3096\u30a1-\u30fa]")
_LIKE_HANZI = re.compile("[\u3000-\u9fff\ue000-\uf8ff\ufe50-\ufe6f]")
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a few characters were, and the channel that made them of it; ``price`` in bits."""

    text: str
    pair: Pair
    price: float


@dataclass(frozen=True, slots=True)
class _Row:
    """Marks in a row: where they begin and end, and what is seen of each."""

    start: int
    end: int
    pieces: tuple[str, ...]

    def pairs(self) -> set[Pair]:
        """The channels that explain all of it."""
        each_piece = [{reading.pair for reading in _table()[piece]} for piece in self.pieces]
        return set.intersection(*each_piece)


def lone_marks(text: str, known: Sequence[Pair] = ()) -> list[tuple[str, Edit]]:
    """What misread marks between clean hanzi were, each with the name of its rule; in order.

    Args:
        text: One line or paragraph.
        known: The channels that damaged the document, which are believed first.

    >>> [edit.text for _, edit in lone_marks("今年£¬收成不错")]
    ['，']
    """
    if text.isascii() or not _HANZI.search(text):
        return []
    found = [(rule_name("utf-8", "cp1252"), edit) for edit in _twofold(text)]
    # The other marks are looked for in what these make of the text.
    rows = [] if found else list(_alone(text))
    while rows:
        pair = _likeliest(text, rows, known)
        for row in rows:
            if pair in row.pairs():
                found += _edits(text, row, pair, is_known=pair in known)
        rows = [row for row in rows if pair not in row.pairs()]
    found.sort(key=lambda each_one: each_one[1].start)
    edits = [edit for _, edit in found]
    return [] if is_example(text, edits) or is_meant(text, edits) else found


@lru_cache(maxsize=64)
def _alone(text: str) -> tuple[_Row, ...]:
    """The marks in a row that only clean text is beside; a document asks more than once."""
    return tuple(row for row in _rows(text) if _is_alone(text, row))


def _twofold(text: str) -> Iterator[Edit]:
    """Letters between hanzi that were UTF-8 two times or more: a word of one hanzi is forced then."""
    if not _AGAIN.search(text):
        return
    for run in _LATIN_RUN.finditer(text):
        bare = run[0].strip(_TYPED)
        at = run.start() + run[0].index(bare)
        for start, letters in ((run.start(), run[0]), (at, bare)):
            end = start + len(letters)
            beside = text[max(0, start - 1) : start] + text[end : end + 1]
            if (
                _AGAIN.search(letters)
                and not _ASCII_LETTER.search(beside)
                and (new := _unwound(letters))
            ):
                yield Edit(start, end, new)
                break


def _unwound(letters: str) -> str:
    """The Chinese that ``letters`` were before they were misread twice or more; empty if they were none."""
    for times in range(_TIMES + 1):
        behind = _bytes(letters)
        letters = behind.decode("utf-8", "replace")
        # What is no UTF-8 any more was of two-byte hanzi from the beginning.
        codecs = _CODECS if LOST in letters else ("utf-8",)
        known = [text for codec in codecs if (text := _in_full(behind, codec))]
        if times and known:
            return min(known, key=cost)
        if not letters or LOST in letters:
            break
    return ""


def _in_full(code: bytes, codec: str) -> str:
    """The ordinary Chinese that ``code`` is; empty if it is none."""
    text = code.decode(codec, "replace")
    table = "big5" if codec == "big5" else "gb2312"
    is_chinese = _HANZI.search(text) and len(text.encode(table, "ignore")) == 2 * len(text)
    return text if is_chinese else ""


def _bytes(letters: str) -> bytes:
    """The bytes of Windows-1252 that ``letters`` show; empty if it lacks one."""
    codes = [shown[0] for char in letters if (shown := code(char, "cp1252"))]
    return b"".join(codes) if len(codes) == len(letters) else b""


def is_lone_mark(seen: str, text: str) -> bool:
    """Whether ``text`` is marks that were seen as letters: then what is beside them was not misread.

    Of what was seen as hanzi and their like that cannot be said: they may be damaged like it.
    """
    return not _LIKE_HANZI.search(seen) and all(char in _MARKS for char in text)


def _rows(text: str) -> Iterator[_Row]:
    table, end, count = _table(), 0, 0
    for found in _first().finditer(text):
        if found.start() < end:
            continue
        start = end = found.start()
        pieces: list[str] = []
        while piece := _piece(text, end, table):
            pieces.append(piece)
            end += len(piece)
        if pieces and (row := _Row(start, end, tuple(pieces))).pairs():
            yield row
            count += 1
        if count > _MOST:
            return


def _piece(text: str, at: int, table: dict[str, tuple[_Reading, ...]]) -> str:
    sizes = range(min(_LONGEST, len(text) - at), 0, -1)
    return next((text[at : at + size] for size in sizes if text[at : at + size] in table), "")


def _is_alone(text: str, row: _Row) -> bool:
    """Whether only clean text is beside ``row``: hanzi on one side at least."""
    before, behind = text[max(0, row.start - 1) : row.start], text[row.end : row.end + 1]
    seen = text[row.start : row.end]
    if not _is_between_clean(text, row) or _is_written(text, seen, before, behind):
        return False
    if _HANZI.search(seen) or len(seen) == 1:
        beside = sum(bool(_HANZI.match(char)) for char in (before, behind))
        is_private = "\ue000" <= seen < "\uf900"
        return (
            beside >= (1 if is_private or LOST in seen else 2)
            and _is_of_another_script(text, seen)
            and _is_clean(text, row, _CLEAN + _PRIVATE_MORE * is_private)
        )
    near = text[max(0, row.start - 3) : row.start]
    return bool(_BEHIND_HANZI.search(near) or _BEFORE_HANZI.match(text, row.end))


def _is_written(text: str, seen: str, before: str, behind: str) -> bool:
    """Whether ``seen``, between two characters, is what people write."""
    is_between_hanzi = _HANZI.match(before) and _HANZI.match(behind)
    return bool(
        (seen == _PERCENT and not before.isdigit())
        or (seen[-1].isascii() and _SMALL.match(behind))
        or (_HALF_WRITTEN.search(seen) and not (is_between_hanzi and text.count(seen[0]) == 1))
        or (_LETTERS.fullmatch(seen) and _ABOUT_LETTERS.search(text))
        or (_HALF_WIDTH.search(seen) and _KANA.search(text.replace(seen, "")))
    )


def _is_between_clean(text: str, row: _Row) -> bool:
    """Whether clean characters are on both sides; a mark is one if what is beyond it is so."""
    before = text[max(0, row.start - _FAR) : row.start]
    behind = text[row.end : row.end + _FAR]
    beside = (before[-1:], before.rstrip(_MARKS)[-1:], behind[:1], behind.lstrip(_MARKS)[:1])
    return all(_BORDER.fullmatch(char) for char in beside)


def _is_of_another_script(text: str, seen: str) -> bool:
    """Whether bopomofo stands in a simplified text, or a private-use character in a traditional one."""
    if len(seen) > 1 or seen in "\ufe5c\ufe5d銆":
        return True
    rest = "".join(_HANZI.findall(text.replace(seen, "")))
    is_big5 = len(rest.encode("big5", "ignore")) == 2 * len(rest)
    if _BOPOMOFO.match(seen):
        others = _BOPOMOFO.search(text.replace(seen, ""))
        return len(rest) >= _FEWEST and not (is_big5 or others or _ABOUT_LETTERS.search(text))
    return is_big5 and len(rest.encode("gb2312", "ignore")) < 2 * len(rest)


def _is_clean(text: str, row: _Row, limit: float) -> bool:
    before = text[max(0, row.start - _AROUND) : row.start]
    behind = text[row.end : row.end + _AROUND]
    return float(each(before + behind).mean()) <= limit


def _likeliest(text: str, rows: Sequence[_Row], known: Sequence[Pair]) -> Pair:
    """The channel that explains most rows, in the likeliest marks."""
    explained = Counter(pair for row in rows for pair in row.pairs())
    bits: dict[Pair, float] = defaultdict(float)
    for row in rows:
        for pair in row.pairs():
            bits[pair] += sum(options[0][0] for _, options in _options(text, row, pair))
    return min(
        explained,
        key=lambda pair: (
            pair not in known,
            -explained[pair],
            bits[pair] + _rare(pair),
            PAIRS.index(pair),
        ),
    )


def _rare(pair: Pair) -> float:
    return 0.0 if pair[1] in _COMMON else _RARE


def _options(text: str, row: _Row, pair: Pair) -> Iterator[tuple[str, list[tuple[float, str]]]]:
    """For each piece what it can have been in this channel, the likeliest first, with its bits."""
    before = text[: row.start]
    at = row.start
    for piece in row.pieces:
        at += len(piece)
        options = sorted(
            (_bits(before, reading.text, text[at:]) + reading.price, reading.text)
            for reading in _table()[piece]
            if reading.pair == pair
        )
        before += options[0][1]
        yield piece, options


def _bits(before: str, mark: str, behind: str) -> float:
    bits = cost(mark + (behind[:2] or "\n"), before[-3:])
    for opening, closing in _PAIRED:
        if mark == opening and closing not in behind and not _ODD.search(behind):
            bits += _UNCLOSED
        if mark == closing:
            is_open = before.rfind(opening) > before.rfind(closing)
            bits += -_UNCLOSED / 2 if is_open else _UNCLOSED
    return bits


def _edits(text: str, row: _Row, pair: Pair, *, is_known: bool) -> Iterator[tuple[str, Edit]]:
    """One edit for the row, with a doubt for each mark that may have been another."""
    new = ""
    guesses: list[Guess] = []
    at = row.start
    for piece, options in _options(text, row, pair):
        at += len(piece)
        best = options[0][1]
        rivals = [mark for _, mark in options[1:]]
        if not is_known:
            limit = options[0][0] + _CLOSE + _rare(pair)
            rivals += [
                reading.text
                for reading in _table()[piece]
                if reading.pair in row.pairs()
                and _bits(text[: row.start] + new, reading.text, text[at:]) + _rare(reading.pair)
                < limit
            ]
        candidates = tuple(dict.fromkeys((best, *rivals)))
        if len(candidates) > 1:
            guesses.append(Guess(len(new), len(best), candidates))
        new += best
    yield rule_name(*pair), Edit(row.start, row.end, new, tuple(guesses))


@cache
def _first() -> re.Pattern[str]:
    """The characters with which what is seen of a mark begins."""
    return re.compile(f"[{re.escape(''.join(sorted({seen[0] for seen in _table()})))}]")


@cache
def _table() -> dict[str, tuple[_Reading, ...]]:
    """What is seen of a mark, and of what was seen of one before, with all that it can have been."""
    found: dict[str, dict[tuple[str, Pair], float]] = defaultdict(dict)
    for mark, pair in product(_MARKS, PAIRS):
        for seen, price in _shown(mark, *pair):
            if _is_telling(seen, mark):
                known = found[seen].setdefault((mark, pair), price)
                found[seen][mark, pair] = min(known, price)
    once = [
        seen
        for seen, readings in found.items()
        if any(shown in _TWOFOLD and not price for (_, (_, shown)), price in readings.items())
    ]
    for _ in range(_TIMES):
        again: list[str] = []
        for before, shown in product(once, _TWOFOLD):
            seen = READERS["python"](before.encode(), shown)
            if seen not in found:
                again.append(seen)
                found[seen][before, ("utf-8", shown)] = 0.0
        once = again
    commas = [seen for seen in found if LOST in seen and ("，", ("utf-8", "gbk")) in found[seen]]
    for before in commas:
        seen = READERS["python"](before.encode(), "gbk")
        found[seen][before, ("utf-8", "gbk")] = 0.0
    return {
        seen: tuple(_Reading(text, pair, price) for (text, pair), price in readings.items())
        for seen, readings in found.items()
        if len(seen) <= _LONGEST
    }


def _is_telling(seen: str, mark: str) -> bool:
    """Whether nobody writes ``seen`` between hanzi."""
    if seen == mark or _WRITTEN.fullmatch(seen) or not _TELLING.match(seen[:1]):
        return False
    if len(seen) == 1:
        return _ALONE.match(seen) is not None
    return not all(char in _MARKS for char in seen)


def _shown(mark: str, real: str, shown: str) -> Iterator[tuple[str, float]]:
    """What is seen of ``mark`` through a channel, with a price for what has happened to it then."""
    written = mark.encode(real, "ignore")
    if not written:
        return
    for reader in _READERS if shown not in SINGLE else _READERS[:1]:
        yield (seen := READERS[reader](written, shown)), 0.0
    if shown not in SINGLE or real != "utf-8":
        return
    lost = {chr(byte) for byte in holes(shown)} if holes(shown) else set()
    if shown == "latin-1":
        lost = set(map(chr, range(0x80, 0xA0)))
    for gone in ("", "?", LOST):
        yield "".join(gone if char in lost else char for char in seen), 1.0
    if shown in _TWOFOLD:
        yield seen.lower(), 1.0
