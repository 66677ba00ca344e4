"""Windows that need no search: all bytes are in sight, and they are good text from end to end.

Where a code page of single bytes showed every byte, what it showed says what the bytes were. If they
are whole characters of the real charset, and each of them is far cheaper than what is shown in its
place, then no border but the outermost can pay, and the decoder would find nothing else: what it
takes a thousand steps for, one call of a codec and one look into the statistics do as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.text.chinese.costs import Bits, each, stretches
from crawler.text.mojibake.codes import is_written, unusual
from crawler.text.mojibake.hypotheses import LETTER, LETTERED, split
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.shown import View, single
from crawler.text.mojibake.windows import is_letter

_REALS: Final = ("utf-8", "gb18030", "big5hkscs")
_SURE: Final = 1.5  # bits by which no other border may be cheaper
_ORDINARY: Final = 10.0
_NONSENSE: Final = 30.0  # bits above the ordinary in a stretch that may not be text


class Run(NamedTuple):
    """One stretch of bytes.

    Attributes:
        start: Its first shown character.
        end: One past its last.
        text: What it says.
    """

    start: int
    end: int
    text: str


class Plain(NamedTuple):
    """What a window says.

    Attributes:
        text: All of it.
        runs: What was read otherwise than it is shown.
        price: Bits against what few write in Chinese.
    """

    text: str
    runs: tuple[Run, ...]
    price: float


def plain(seen: str, view: View, real: str, fee: float, context: int) -> Plain | None:
    """What ``seen`` says if that is beyond doubt.

    Args:
        seen: A window of a damaged text.
        view: How its bytes were shown.
        real: The charset that they are in.
        fee: Bits that a run must save.
        context: What stands before the window; see :mod:`crawler.text.chinese.costs`.

    Returns:
        ``None`` if it must be searched for: bytes are lost, or a border may pay.
    """
    if view.shown not in SINGLE or view.is_lossy or view.lowered or real not in _REALS:
        return None
    runs = list(_runs(seen, view.shown, real))
    if not runs or not all(runs):
        return None
    found = [run for run in runs if run]
    parts = [text for run in _with_gaps(seen, found) for text in run]
    text = "".join(parts)
    if not _is_sure(_as_it_stands(seen, view.shown), each(text, context), found, real, fee):
        return None
    return Plain(text, tuple(found), sum(unusual(run.text, real) for run in found))


def _runs(seen: str, shown: str, real: str) -> Iterator[Run | None]:
    """The stretches of bytes, with ``None`` for one that is no text of ``real``."""
    pattern, table = _page(shown)
    for found in pattern.finditer(seen):
        if found[0].isascii():
            continue
        start, end = found.span()
        text = _decoded(found[0].translate(table).encode("latin-1"), real)
        is_between = split(seen, start) or split(seen, end)
        yield Run(start, end, text) if text and not is_between else None


def _decoded(code: bytes, real: str) -> str:
    """What ``code`` says, or nothing if that is not text."""
    try:
        text = code.decode(real)
    except UnicodeDecodeError:
        return ""
    return text if is_written(text, real) else ""


def _with_gaps(seen: str, runs: Sequence[Run]) -> Iterator[tuple[str, str]]:
    """What stands before each run, and what the run says; at last what stands behind them."""
    at = 0
    for run in runs:
        yield seen[at : run.start], run.text
        at = run.end
    yield seen[at:], ""


def _as_it_stands(seen: str, shown: str) -> Bits:
    """What the characters of ``seen`` cost beside such damage."""
    if shown not in LETTERED:
        return each(seen)
    return each(seen) + np.array([LETTER * is_letter(char) for char in seen], np.float32)


def _is_sure(shown: Bits, read: Bits, runs: Sequence[Run], real: str, fee: float) -> bool:
    """Whether it pays nowhere in the runs to leave what is shown."""
    shift = 0
    for run in runs:
        bits = read[run.start + shift : run.start + shift + len(run.text)]
        shift += len(run.text) - (run.end - run.start)
        sizes = _sizes(run.text, real)
        if sizes.sum() != run.end - run.start:
            return False
        # ASCII costs the same on either side of a border.
        gained = np.where(sizes > 1, _summed(shown[run.start : run.end], sizes) - bits, 0.0)
        # Other bytes of two could be the first ones. In UTF-8 none could.
        if not _pays(gained, sizes > 1, fee):
            return False
        if real != "utf-8" and stretches(bits, _ORDINARY, _NONSENSE, _NONSENSE):
            return False
    return True


def _pays(gained: Bits, is_wide: npt.NDArray[np.bool_], fee: float) -> bool:
    """Whether neither a later beginning nor an earlier end, nor a way out and back, is cheaper."""
    sums = np.cumsum(gained)
    before = np.concatenate(([0.0], sums[:-1]))
    begun = sums[is_wide]
    ended = sums[-1] - before[is_wide]
    lost = np.maximum.accumulate(sums) - sums
    return bool(min(begun.min(), ended.min()) > _SURE and lost.max() < fee - _SURE)


def _summed(bits: Bits, sizes: npt.NDArray[np.intp]) -> Bits:
    """The sum of ``bits`` for each of ``sizes``."""
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return np.add.reduceat(bits, starts)


def _sizes(text: str, real: str) -> npt.NDArray[np.intp]:
    """How many bytes each character has; of two if it has four in GB 18030, which few have."""
    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    if real != "utf-8":
        return np.where(codes < 0x80, 1, 2)
    return 1 + (codes >= 0x80).astype(np.intp) + (codes >= 0x800) + (codes >= 0x10000)


@cache
def _page(shown: str) -> tuple[re.Pattern[str], dict[int, int]]:
    """The characters of a code page, as a pattern of runs of them and with their bytes."""
    table = {ord(char): byte for char, byte in single(shown).items()}
    return re.compile(f"[{re.escape(''.join(map(chr, table)))}]+"), table
