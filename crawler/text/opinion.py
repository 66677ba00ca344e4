"""A second opinion for pages that do not read as Chinese: chardet, fed with what it is good at.

chardet is right on clean text, in many languages. On a whole page it is not: it scores the first
16 KB, which are markup, and one bad byte rules the right codec out. So it is asked about the
text runs alone, with what is no character in any East Asian codec taken out, among the codecs
that a news page may be in; and an answer without confidence is refused.
"""

from __future__ import annotations

from typing import Final

from crawler.text.labels import family

LEAST_CONFIDENCE: Final = 0.08
"""Right answers lie above it, from 0.09 to 0.95; on Chinese pages wrong ones stay below 0.05."""

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


def ask(sample: bytes, declared: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """Ask chardet which codec ``sample`` is in.

    Args:
        sample: Text runs without markup, some 4 KB.
        declared: Codec families that the page claims; one breaks a near tie.

    Returns:
        The Python codec, and chardet's own name for it with its confidence, for the record.
        ``None`` if chardet does not know, or is not sure enough.
    """
    import chardet  # 40 ms: only pages in other languages need it

    clean = sample.translate(None, b"\x80\xff") or sample
    answers = [
        (codec, f"{answer['encoding']} {answer['confidence']:.2f}", answer["confidence"])
        for answer in chardet.detect_all(clean, include_encodings=_AMONG, ignore_threshold=True)
        if answer["encoding"] and (codec := family(answer["encoding"]))
    ]
    if not answers or answers[0][2] < LEAST_CONFIDENCE:
        return None
    for codec, name, confidence in answers:
        if codec in declared and confidence >= _CLOSE * answers[0][2]:
            return codec, name
    return answers[0][:2]
