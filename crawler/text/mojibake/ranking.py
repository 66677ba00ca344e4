"""Which channels are worth a full reading of a text: those whose rough reading costs least."""

from __future__ import annotations

import re
from typing import Final

from crawler.text.chinese.costs import LOST, cost, each
from crawler.text.mojibake.channels import PAIRS
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.shown import code

Pair = tuple[str, str]
"""A real charset, and the one in which its bytes were shown."""

_TRIED: Final = 4  # channels that are read in full
_DEAR: Final = 12.0  # bits of a character that is hardly clean
_BEHIND: Final = 80.0  # bits by which a rough reading may be worse than the best
_WORSE: Final = 30.0  # ... than the text as it stands
_MENDED: Final = 14.0  # bits of a character that lacks bytes
_SOUND: Final = 0.2  # whole characters for each broken one, at least
_PIECE: Final = 9.0  # ... of each piece of it, at least
_COVERED: Final = 0.9  # share of the characters above ASCII that a channel must be able to show
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
_BROKEN_UP = re.compile("\ufffd+")
_ABOVE = re.compile("[^\0-\x7f]")


def ranked(sample: str, favourite: tuple[str, str] | None) -> list[tuple[float, tuple[str, str]]]:
    """The channels that are worth a full reading."""
    sample = core(sample)
    above = set(_ABOVE.findall(sample)) - {LOST}
    counts = {char: sample.count(char) for char in above}
    rough: list[tuple[float, int, tuple[str, str]]] = []
    for number, (real, shown) in enumerate(_DECODED):
        chars = [char for char in above if shown not in SINGLE or not _is_hanzi(char)]
        size = sum(counts[char] for char in chars)
        covered = sum(counts[char] for char in chars if code(char, shown))
        if not size or covered < _COVERED * size:
            continue
        rough.append((_rough(sample, real, shown) + fee(real, shown), number, (real, shown)))
    rough.sort()
    limit = min(rough[0][0] + _BEHIND, cost(sample) + _WORSE) if rough else 0.0
    kept = [(bits, pair) for bits, _, pair in rough[:_TRIED] if bits < limit]
    if _UTF_8.search(b"".join(found[0] for char in sample if (found := code(char, "gbk")))):
        # One letter or mark, among clean hanzi that make no UTF-8.
        kept += [(0.0, _UTF_8_AS_GBK)] if all(pair != _UTF_8_AS_GBK for _, pair in kept) else []
    if favourite:
        kept = [(0.0, favourite), *(row for row in kept if row[1] != favourite)]
    return kept


def core(sample: str) -> str:
    """``sample`` from its first dear character to its last."""
    dear = [
        i
        for i, bits in enumerate(each(sample).tolist())
        if bits > _DEAR or (sample[i] > "\x7f" and not _is_hanzi(sample[i]))
    ]
    return sample[dear[0] : dear[-1] + 1] if dear else sample


def _is_hanzi(char: str) -> bool:
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uff60"


def _rough(sample: str, real: str, shown: str) -> float:
    """What the sample costs where it can be read, each piece for itself, losses left as they are."""
    parts: list[str] = []
    pending = bytearray()
    is_cut = (real, shown) == ("gb18030", "gbk")
    is_paired = real in ("gb18030", "big5hkscs") and shown not in SINGLE and not is_cut
    has_lost = False
    for char in sample:
        known = code(char, shown) if char != LOST else ()
        if known and not (shown in SINGLE and _is_hanzi(char)):
            pending += known[0]
        elif char != LOST or is_paired:
            parts += _piece(pending, real, has_lost=has_lost), "" if char == LOST else char
            has_lost = char == LOST
            pending.clear()
    parts.append(_piece(pending[is_cut:], real, has_lost=has_lost))
    text = "".join(parts)
    return _mended(text) if real == "utf-8" and shown not in SINGLE else cost(text)


def _piece(code: bytearray, real: str, *, has_lost: bool) -> str:
    """What ``code`` says; behind a loss its first byte may belong to what was lost."""
    text = code.decode(real, "replace")
    other = code[1:].decode(real, "replace") if has_lost else text
    return min(text, other, key=cost) if has_lost else text


def _mended(text: str) -> float:
    """The same for UTF-8, where one lost byte breaks a character in pieces that will be mended."""
    broken = _BROKEN_UP.findall(text)
    rest = _BROKEN_UP.sub("", text)
    if len(_ABOVE.findall(rest)) < _SOUND * len(broken):
        return cost(text)
    return cost(rest) + sum(max(_MENDED, _PIECE * len(run)) for run in broken)


def fee(real: str, shown: str) -> float:
    """Bits that a span of such damage must save before it is believed."""
    if (real, shown) == ("gb18030", "gb2312"):
        return _STRICT_FEE
    fee = _FEES.get(real, _SINGLE_FEE if shown in SINGLE else _FEE)
    return fee if shown in _COMMON else fee + _RARE_CHANNEL
