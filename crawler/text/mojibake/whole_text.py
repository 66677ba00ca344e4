"""The quick way: a text that was misread as a whole, read again as a whole, at C speed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from crawler.text.chinese.bigrams import LOST, cost, hanzi_count
from crawler.text.mojibake.code_tables import BIG5, GBK, WESTERN, Shown

PLAUSIBLE: Final = 12.0
"""Bits a character that restored Chinese may cost at most."""

_SURE: Final = 10.5  # bits a character where nobody need look closer
_FEWEST_BITS: Final = 18.0  # that a whole text must save
_UNUSUAL: Final = 13.0  # ... and where the old reading was worse by these, and by so many:
_MUCH_WORSE: Final = 3.5
_MANY_BITS: Final = 26.0
_RARE_WORDS: Final = 16.5  # bits a character of rare words and names
_SAMPLE: Final = 2000  # characters that speak for a long text
_HIGH = re.compile("[^\x00-\x7f]")
_C1 = re.compile("[\x80-\x9f]")


def reread_whole(text: str) -> tuple[str, str] | None:
    """The kind that explains the whole of ``text``, and the text in the other reading.

    Returns:
        ``None`` if a byte is lost, or if only a part of the text is misread.
    """
    if LOST in text or not _HIGH.search(text):
        return None
    found = []
    bits = cost(text[:_SAMPLE])
    for kind, undo in _KINDS.items():
        new = undo(text)
        if new is None or new == text:
            continue
        sample = new[: _SAMPLE // 2]
        share = len(sample) / len(new)
        new_bits = cost(sample)
        saved = bits * min(1.0, len(text) * share / min(len(text), _SAMPLE)) - new_bits
        if _is_sure(kind, sample, new_bits, saved):
            found.append((new_bits / share, kind, new))
    return min(found)[1:] if found else _outer(text)


def _outer(text: str) -> tuple[str, str] | None:
    """The last of several misreadings: bytes of UTF-8, in which another wrong reading was kept."""
    for kind, undo in _OUTER.items():
        new = undo(text)
        if new and len(new) < len(text) and _HIGH.search(new) and reread_whole(new):
            return kind, new
    return None


def _is_sure(kind: str, new: str, bits: float, saved: float) -> bool:
    """Whether the new reading is right beyond doubt.

    Plausible Chinese is, and less plausible Chinese if the old reading was much worse. That bytes
    are UTF-8 throughout is hardly ever chance, so there rare words will do.
    """
    hanzi = hanzi_count(new)
    if hanzi < len(_HIGH.findall(new)) / 3:  # 联通 in GBK is UTF-8 as well, but not of hanzi
        return False
    if kind.startswith("utf8") and hanzi > 1:
        return saved >= _FEWEST_BITS and bits <= _RARE_WORDS * len(new)
    if saved >= _FEWEST_BITS and bits <= _SURE * len(new):
        return True
    return saved >= max(_MANY_BITS, _MUCH_WORSE * len(new)) and bits <= _UNUSUAL * len(new)


def _bytes(text: str, shown: Shown) -> bytes | None:
    known = {char: shown.code(char) for char in set(text)}
    if any(len(code) != 1 for code in known.values()):
        return None
    return b"".join(known[char][0] for char in text)


def _undo(text: str, shown: Shown, real: str) -> str | None:
    code = _bytes(text, shown)
    try:
        return code.decode(real) if code is not None else None
    except UnicodeDecodeError:
        return None


def _undo_twice(text: str) -> str | None:
    once = _undo(text, WESTERN, "utf-8")
    return _undo(once, WESTERN, "utf-8") if once and _HIGH.search(once) else None


def _row(shown: Shown, real: str) -> Callable[[str], str | None]:
    return lambda text: _undo(text, shown, real)


def _only_latin_1(undo: Callable[[str], str | None]) -> Callable[[str], str | None]:
    return lambda text: undo(text) if max(text) < "\u0100" else None


def _with_cp1252(undo: Callable[[str], str | None]) -> Callable[[str], str | None]:
    return lambda text: undo(text) if max(text) >= "\u0100" else None


_KINDS: Final[dict[str, Callable[[str], str | None]]] = {
    "utf8-read-twice": _undo_twice,
    "utf8-read-as-latin1": _only_latin_1(_row(WESTERN, "utf-8")),
    "utf8-read-as-cp1252": _with_cp1252(_row(WESTERN, "utf-8")),
    "gbk-read-as-latin1": _only_latin_1(_row(WESTERN, "gb18030")),
    "gbk-read-as-cp1252": _with_cp1252(_row(WESTERN, "gb18030")),
    "big5-read-as-latin1": _row(WESTERN, "big5hkscs"),
    "utf8-read-as-gbk": _row(GBK, "utf-8"),
    "utf8-read-as-big5": _row(BIG5, "utf-8"),
    "big5-read-as-gbk": _row(GBK, "big5hkscs"),
    "gbk-read-as-big5": _row(BIG5, "gb18030"),
}

_OUTER: Final = {
    kind: _KINDS[kind]
    for kind in ("utf8-read-as-latin1", "utf8-read-as-cp1252", "utf8-read-as-gbk")
}
