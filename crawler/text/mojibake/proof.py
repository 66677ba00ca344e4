"""The proof of a reading: the channel, run forward over it, must show what was seen.

The decoder builds its readings from bytes, character by character, so most of them prove
themselves. Where it took a way that no reader takes as a whole -- a letter left between two
hanzi, a loss of more bytes than this reader loses -- the forward run shows it, and its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple
from unicodedata import normalize

from crawler.text.mojibake.channels import WAYS
from crawler.text.mojibake.readers import READERS, SINGLE, traced
from crawler.text.tables import GB18030_OF_2000

_PAGES: Final = {
    "cp1252": ("cp1252", "latin-1", "cp1254"),
    "gbk": ("gbk", "gb18030"),
    "gb18030": ("gb18030", "gbk"),
    "big5": ("big5", "cp950", "big5hkscs"),
    "big5hkscs": ("big5hkscs", "big5", "cp950"),
}
_REACH: Final = 12  # characters in which what is shown and what was seen must agree again
_ANCHOR: Final = 3  # characters that show that they do
_FAR: Final = _REACH + _ANCHOR
_BEGINNING: Final = 360  # bytes, and characters, by which the readers are told apart
_ALIKE: Final = 3  # places by which one may agree worse in them
_AROUND: Final = 2  # characters beside one that is wrong, which were chosen with it
_OF_2000: Final = str.maketrans(dict(GB18030_OF_2000))

Way = Callable[[str], str]
_ALL_WAYS: Final[tuple[Way, ...]] = (str, *WAYS.values())


def unproven(seen: str, new: str, real: str, shown: str) -> list[int]:
    """The places in ``new`` that no reader of the channel shows as ``seen`` has them.

    Args:
        seen: The damaged text.
        new: Its reading.
        real: The charset of its bytes.
        shown: The code page in which they were read.

    Returns:
        Nothing if some reader shows exactly ``seen``; in order.

    >>> unproven("浜烘皯", "人民", "utf-8", "gbk"), unproven("浜烘皯", "人氏", "utf-8", "gbk")
    ([], [0, 1])
    """
    seen, code = _same(seen), new.encode(real, "ignore")
    readings: dict[str, tuple[_Reader, Way]] = {}
    for reader in _likely(seen, code, real, shown):
        # Of GBK the first byte may have been cut off before it was read.
        is_cut = (real, reader.page) == ("gb18030", "gbk")
        if any(seen == way(reader.text(code[1:])) for way in (_ALL_WAYS if is_cut else ())):
            return []
        text = reader.text(code)
        for way in _ALL_WAYS:
            readings.setdefault(way(text), (reader, way))
    if seen in readings:
        return []
    closest = min(_closest(seen, readings), key=lambda text: len(_disagreements(seen, text)))
    reader, way = readings[closest]
    trace = reader.trace(code, way)
    bad = _disagreements(seen, "".join(char for char, _ in trace))
    ends = [*(at for _, at in trace[1:]), len(code)]
    wrong = _characters(new, real, [(trace[place][1], ends[place]) for place in bad])
    around = {place + step for place in wrong for step in range(-_AROUND, _AROUND + 1)}
    return sorted(around.intersection(range(len(new))))


class _Reader(NamedTuple):
    page: str
    name: str

    def text(self, code: bytes) -> str:
        """What it shows for ``code``."""
        return _same(READERS[self.name](code, self.page))

    def trace(self, code: bytes, way: Way) -> list[tuple[str, int]]:
        """The same after ``way``, with the place in ``code`` of each character."""
        found = ((way(_same(char)), at) for char, at in traced(code, self.page, self.name))
        return [(char, at) for char, at in found if char]


def _likely(seen: str, code: bytes, real: str, shown: str) -> list[_Reader]:
    """The readers that agree best with the beginning of what was seen, so far as that tells."""
    readers = list(_readers(shown))
    if len(code) <= 2 * _BEGINNING or (real, shown) == ("gb18030", "gbk"):
        return readers
    beginning = code[:_BEGINNING]
    bad = {
        reader: min(
            len(_disagreements(seen[: len(text)], text))
            for text in {way(reader.text(beginning)) for way in _ALL_WAYS}
        )
        for reader in readers
    }
    return [reader for reader in readers if bad[reader] <= min(bad.values()) + _ALIKE]


def _closest(seen: str, texts: Iterable[str]) -> list[str]:
    """Those of ``texts`` of which the beginning agrees best with that of what was seen."""
    beginning = seen[:_BEGINNING]
    bad = {text: len(_disagreements(beginning, text[:_BEGINNING])) for text in texts}
    return [text for text in bad if bad[text] <= min(bad.values()) + _ALIKE]


def _same(text: str) -> str:
    """``text`` with one character for those that tables of different years have in one place."""
    return normalize("NFC", text.translate(_OF_2000))


def _readers(shown: str) -> Iterator[_Reader]:
    for page in _PAGES.get(shown, (shown,)):
        for name in ("python",) if page in SINGLE else READERS:
            yield _Reader(page, name)


def _disagreements(seen: str, shown: str) -> list[int]:
    """The places of ``shown`` that are not what was seen; aligned again behind each."""
    if shown == seen:
        return []
    bad: set[int] = set()
    i = j = 0
    while i < len(seen) and j < len(shown):
        if seen[i] == shown[j]:
            i, j = i + 1, j + 1
            continue
        more, skipped = _next(seen[i : i + _FAR], shown[j : j + _FAR])
        if not more + skipped:
            break
        bad.update(range(j, j + skipped) if skipped else (max(0, j - 1), j))
        i, j = i + more, j + skipped
    bad.update(range(j, len(shown)) if j < len(shown) else ())
    if i < len(seen):
        bad.add(len(shown) - 1)
    return sorted(place for place in bad if place >= 0)


def _next(seen: str, shown: str) -> tuple[int, int]:
    """How many characters of both are to be skipped until they agree again; none if they do not."""
    for distance in range(1, 2 * _REACH):
        for more in range(min(distance, _REACH) + 1):
            skipped = distance - more
            anchor = seen[more : more + _ANCHOR]
            if anchor and skipped <= _REACH and shown.startswith(anchor, skipped):
                return more, skipped
    return 0, 0


def _characters(new: str, real: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """The characters of ``new`` that have bytes in ``spans``, or that ``real`` lacks."""
    ends = list(accumulate(len(char.encode(real, "ignore")) for char in new))
    found = []
    first = 0
    for place, end in enumerate(ends):
        start = ends[place - 1] if place else 0
        while first < len(spans) and spans[first][1] <= start:
            first += 1
        is_bad = first < len(spans) and spans[first][0] < end
        if is_bad or start == end:
            found.append(place)
    return found
