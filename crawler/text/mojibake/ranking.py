"""Which channels are worth a full reading of a text: those whose rough reading costs least."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from crawler.text.chinese.costs import LOST, Bits, cost, each
from crawler.text.mojibake.channels import PAIRS
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.shown import code

Pair = tuple[str, str]
"""A real charset, and the one in which its bytes were shown."""

_TRIED: Final = 4  # channels that are read in full
_DEAR: Final = 12.0  # bits of a character that is hardly clean
_BEHIND: Final = 2.0  # bits a character by which a rough reading may be worse than the best
_SHORT: Final = 64  # characters, at least, for which that is reckoned
_WORSE: Final = 30.0  # ... than the text as it stands
_SOUND: Final = 0.15  # whole characters for each broken piece, at least
_PIECE: Final = 9.0  # bits of a piece of a character that lacks bytes
_COVERED: Final = 0.8  # share of what is odd above ASCII that a channel must be able to show
_ORDINARY: Final = 8.0  # bits of a hanzi that is not odd at all
_LETTER: Final = 4.0  # bits above that which any other character counts for
_FEES: Final = {"utf-8": 2.0, "utf-16-le": 18.0, "latin-1": 4.0}  # bits that a span must save
_FEE: Final = 8.0
_SINGLE_FEE: Final = 4.0
_STRICT_FEE: Final = 5.0
_RARE_CHANNEL: Final = 4.0
_COMMON: Final = frozenset(("latin-1", "cp1252", "gbk", "gb18030", "big5", "big5hkscs", "gb2312"))
# Windows-1252 has all of Latin-1.
_DECODED: Final = tuple(
    dict.fromkeys((real, "cp1252" if shown == "latin-1" else shown) for real, shown in PAIRS)
)
_UTF_8_AS_GBK: Final = ("utf-8", "gbk")
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe2-\xef][\x80-\xbf]{2}")
_UTF_8_AS_LATIN: Final = ("utf-8", "cp1252")
_FEW_BYTES: Final = 6
_UTF_8_BYTES: Final = 0.9  # share of bytes of UTF-8 among those that are left
_LEADS: Final = 0.3  # share of first bytes among those that are left
_PAIRED: Final = ("gb18030", "big5hkscs")
_MARKS: Final = frozenset("“”‘’—…·")
# Nothing but UTF-16 leaves a control character for each mark.
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_HIGH = re.compile("[\x80-\xff]")
_WIDE_LATIN: Final = ("utf-16-le", "cp1252")
_WIDE_HANZI: Final = ("utf-16-le", "gb18030")
_ABOVE = re.compile("[^\0-\x7f]")


_Rough = tuple[float, Pair]


def likely_channels(
    sample: str, favourite: tuple[str, str] | None
) -> list[tuple[float, tuple[str, str]]]:
    """The channels that are worth a full reading."""
    sample = core(sample)
    seen = each(sample)
    weights: dict[str, float] = defaultdict(float)
    for char, bits in zip(sample, seen.tolist(), strict=True):
        if char > "\x7f" and char != LOST:
            weights[char] += max(bits - _ORDINARY, 0.0 if _is_hanzi(char) else _LETTER)
    rough: list[tuple[float, int, tuple[str, str]]] = []
    for number, (real, shown) in enumerate(_DECODED):
        chars = [
            char
            for char in weights
            if shown not in SINGLE
            or not (_is_hanzi(char) or (char in _MARKS and not code(char, shown)))
        ]
        size = sum(weights[char] for char in chars)
        covered = sum(weights[char] for char in chars if code(char, shown))
        if not size or covered < _COVERED * size:
            continue
        rough.append((_rough(sample, seen, real, shown) + fee(real, shown), number, (real, shown)))
    rough.sort()
    behind = _BEHIND * max(_SHORT, len(sample))
    limit = min(rough[0][0] + behind, float(seen.sum()) + _WORSE) if rough else 0.0
    kept = [(bits, pair) for bits, _, pair in rough[:_TRIED] if bits < limit]
    kept = _with_special(kept, sample, limit)
    if favourite:
        kept = [(0.0, favourite), *(row for row in kept if row[1] != favourite)]
    return kept


def _with_special(kept: Sequence[_Rough], sample: str, limit: float) -> list[_Rough]:
    """The channels ``kept``, with those that a rough reading of ``sample`` hardly shows."""
    found = list(kept)
    names = {pair for _, pair in kept}
    known = b"".join(code(char, "gbk")[0] for char in sample if code(char, "gbk"))
    if _UTF_8.search(known) and _UTF_8_AS_GBK not in names:
        # One letter or mark, among clean hanzi that make no UTF-8.
        found.append((0.0, _UTF_8_AS_GBK))
    if _may_be_thinned(sample) and _UTF_8_AS_LATIN not in names:
        found.append((limit, _UTF_8_AS_LATIN))
    if _CONTROL.search(sample):
        wide = _WIDE_LATIN if len(_HIGH.findall(sample)) > 1 else _WIDE_HANZI
        found = [(limit, wide), *(row for row in found if row[1] != wide)]
    return found


def _may_be_thinned(sample: str) -> bool:
    """Whether a text may be UTF-8 in Latin-1 of which the controls are gone: two bytes in five.

    What is left are the letters that are first bytes, and the signs that are others.
    """
    above = _ABOVE.findall(sample)
    leads = sum("\xe2" <= char <= "\xef" for char in above)
    others = sum("\xa0" <= char <= "\xbf" for char in above)
    is_utf_8 = leads + others >= _UTF_8_BYTES * len(above) and leads >= _LEADS * len(above)
    return len(above) >= _FEW_BYTES and is_utf_8


def core(sample: str) -> str:
    """``sample`` from its first dear character to the one behind its last."""
    dear = [
        i
        for i, bits in enumerate(each(sample).tolist())
        if bits > _DEAR or (sample[i] > "\x7f" and not _is_chinese(sample[i]))
    ]
    if not dear:
        return sample
    start = dear[0]
    # A mark in front may be the first byte of a hanzi: · and “ are letters of code pages, too.
    while start and sample[start - 1] in _MARKS:
        start -= 1
    return sample[start : dear[-1] + 2]


def _is_chinese(char: str) -> bool:
    """Whether a character is usual in Chinese: a hanzi, or a mark beside them."""
    return _is_hanzi(char) or char in _MARKS


def _is_hanzi(char: str) -> bool:
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uff60"


def _rough(sample: str, seen: Bits, real: str, shown: str) -> float:
    """What the sample costs, roughly, where its best stretch is read as ``real`` and the rest stays.

    Args:
        sample: A text.
        seen: What its characters cost as they stand.
        real: The charset of its bytes.
        shown: The one in which they were read.
    """
    text: list[str] = []
    places: list[Bits] = [np.zeros(1, np.float32)]
    for start, size, piece in _pieces(sample, real, shown):
        text.append(piece)
        places.append(start + np.arange(1, len(piece) + 1, dtype=np.float32) * (size / len(piece)))
    read = _bits("".join(text), real, shown)
    ends = np.cumsum([_size(char, shown) for char in sample])
    until = np.interp(ends, np.concatenate(places), np.concatenate(([0.0], np.cumsum(read))))
    gained = np.cumsum(np.where(np.array(list(sample)) == LOST, 0.0, seen)) - until
    gained = np.concatenate(([0.0], gained))
    return float(seen.sum() - (gained - np.minimum.accumulate(gained)).max())


def _size(char: str, shown: str) -> int:
    """The bytes behind a character; one for a character that stays, none for what is lost."""
    if char == LOST:
        return 0
    return len(code(char, shown)[0]) if _is_readable(char, shown) else 1


def _is_readable(char: str, shown: str) -> bool:
    return bool(code(char, shown)) and not (shown in SINGLE and _is_hanzi(char))


def _pieces(sample: str, real: str, shown: str) -> Iterator[tuple[int, int, str]]:
    """The stretches of bytes without a gap: where each begins, how many it has, what they say."""
    is_cut = (real, shown) == ("gb18030", "gbk")
    is_paired = real in _PAIRED and shown not in SINGLE and not is_cut
    pending = bytearray()
    start, has_lost = 0, False
    for char in sample:
        is_lost = char == LOST
        if not is_lost and _is_readable(char, shown):
            # Of a mark of single bytes nobody knows which side it belongs to.
            has_lost |= not pending and char in _MARKS and shown in SINGLE and real in _PAIRED
            pending += code(char, shown)[0]
        elif not is_lost or is_paired:
            if text := _piece(pending, real, has_lost=has_lost):
                yield start, len(pending), text
            start += len(pending) + (not is_lost)
            if not is_lost:
                yield start - 1, 1, char
            has_lost = is_lost
            pending.clear()
    if text := _piece(pending[is_cut:], real, has_lost=has_lost):
        yield start, len(pending), text


def _piece(code: bytearray, real: str, *, has_lost: bool) -> str:
    """What ``code`` says; behind a loss its first byte may belong to what was lost, or be a mark."""
    text = code.decode(real, "replace")
    other = code[1:].decode(real, "replace") if has_lost else text
    return min(text, other, key=cost) if has_lost else text


def _bits(text: str, real: str, shown: str) -> Bits:
    """What ``text`` costs; one lost byte breaks a character of UTF-8 in pieces, to be mended."""
    bits = each(text)
    if real == "utf-8" and shown not in SINGLE:
        is_broken = np.array(list(text)) == LOST
        is_sound = np.array([char > "\x7f" for char in text]) & ~is_broken
        if is_sound.sum() >= _SOUND * is_broken.sum():
            return np.where(is_broken, np.float32(_PIECE), bits)
    return bits


def fee(real: str, shown: str) -> float:
    """Bits that a span of such damage must save before it is believed."""
    if (real, shown) == ("gb18030", "gb2312"):
        return _STRICT_FEE
    fee = _FEES.get(real, _SINGLE_FEE if shown in SINGLE else _FEE)
    return fee if shown in _COMMON else fee + _RARE_CHANNEL
