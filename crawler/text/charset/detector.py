"""A second opinion for pages that do not read as Chinese: chardet, fed with what it is good at.

chardet is right on clean text, in many languages. On a whole page it is not: it scores the first
16 KB, which are markup, and one bad byte rules the right codec out. So it is asked about the
text runs alone, with what is no character in any East Asian codec taken out, among the codecs
that a news page may be in; and an answer without confidence is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crawler.text.charset.labels import family

LEAST_CONFIDENCE: Final = 0.08
"""Right answers on Chinese begin at 0.24, wrong ones end at 0.04 (benchmarks/readings.py); in
languages of few accents right ones are weaker."""

_AMONG: Final = (
    *("gb18030", "big5hkscs", "hz", "cp932", "euc_jis_2004", "iso2022_jp_2", "cp949", "iso2022_kr"),
    *(
        "cp1252",
        "cp1250",
        "cp1251",
        "koi8-r",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1258",
        "cp874",
    ),
)
_CLOSE: Final = 0.5  # a declared codec that has half of the best one's confidence may well be true


@dataclass(frozen=True, slots=True)
class Opinion:
    """What chardet thinks.

    Attributes:
        codec: Python codec name.
        name: chardet's own name for it.
        confidence: 0 to 1, chardet's.
    """

    codec: str
    name: str
    confidence: float

    def __str__(self) -> str:
        return f"{self.name} {self.confidence:.2f}"


def ask(sample: bytes, declared: tuple[str, ...] = ()) -> Opinion | None:
    """Ask chardet which codec ``sample`` is in.

    Args:
        sample: Text runs without markup, some 4 KB.
        declared: Codec families that the page claims; one breaks a near tie.

    Returns:
        ``None`` if chardet does not know, or is not sure enough.
    """
    import chardet  # noqa: PLC0415 (40 ms for pages in other languages)

    clean = sample.translate(None, b"\x80\xff") or sample
    answers = [
        Opinion(codec, answer["encoding"], answer["confidence"])
        for answer in chardet.detect_all(clean, include_encodings=_AMONG, ignore_threshold=True)
        if answer["encoding"] and (codec := family(answer["encoding"]))
    ]
    if not answers or answers[0].confidence < LEAST_CONFIDENCE:
        return None
    near = (answer for answer in answers if answer.confidence >= _CLOSE * answers[0].confidence)
    return next((answer for answer in near if answer.codec in declared), answers[0])
