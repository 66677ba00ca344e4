"""Text in another language than Chinese, recognised by how it is written, or by chardet.

In GB18030 or Big5 any bytes are hanzi of some sort, and a headline is too short to tell by
statistics whether they are the right ones. But a wrong reading does not write another language
properly: accents of French stand inside of words, Russian capitals begin them, Korean has its own
few syllables, and Japanese in Shift_JIS its 3,000 ordinary kanji. Each test here reads the bytes
in the codecs of one language and tells how far that is true.

Pure functions on some kilobytes; linear.

For pages that do not read as Chinese there is a second opinion. chardet is right on clean text, in
many languages. On a whole page it is not: it scores the first 16 KB, which are markup, and one bad
byte rules the right codec out. So it is asked about the text runs alone, with what is no character
in any East Asian codec taken out, among the codecs that a news page may be in; and an answer
without confidence is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log2
from typing import Final

from crawler.text.charset.labels import Declared, family
from crawler.text.chinese.characters import measure

_WELL: Final = 0.9  # share of the characters that stand as the language wants them
_SOME: Final = 0.7  # the same where a few rare ones are ordinary

# The syllables that make up most of Korean text; of 2,350 that EUC-KR has. Order means nothing.
_HANGUL: Final = frozenset(
    "이다는의에가을를은로고하한지인기도사리자어대시일나서정아라수전제마해그만보주스부장과상구동신여조들국화비면게안성유경위선연공으생소진내모관원명방오와문개"
    "무산실분회계되된될입니습요였있없것할함학교육강건검세금식점업민중시간체물음악감독말영추천폭설고향택배달래매차역항통행결반복단군청남북광울천양풍임투발"
    "표당협력노본월년초최저거더러든드르며려렸따또때터트특파판포프플피필편평태크코카층측치침타살석심약양열온외용운우움워웃을읍의작잘재적절접정족종좌죄준줄즉증"
    "직질집처첫청출충취친칭품하합허현형호혼환황후흐희히속손송순술숙스승시신씨많먼면몇목못미바박받발밤방배백번법변별병봉불브블빌뿐난날남낮너네녀놀농높누뉴느늘능니"
    "데돌돕두둘득등디뜻락란람량레록료루류륙률르름릉림립막망맞메며름람길김급글극근규귀권구군굴궁궐까께꼬꽃끝께"
)

# Shares of Russian letters, in thousandths; Ukrainian, Bulgarian and Serbian ones are near enough.
_CYRILLIC: Final[dict[str, float]] = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґўјљњћђџ",
        (109, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17, 17, 16, 16, 14,
         12, 10, 9, 7, 6, 5, 4, 3, 3, 1, 1, 2, 1, 1, 0.3, 0.3, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2),
        strict=True,
    )
)  # fmt: skip
_BITS: Final = {letter: log2(share / 1000 * 33) for letter, share in _CYRILLIC.items()}
_CYRILLIC_CODECS: Final = ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")
_CYRILLIC_WORD = re.compile("(?:(?<![A-Za-z])[A-Za-z]++)?[\u0400-\u045f\u0490\u0491]+[A-Za-z]*")
_JOINED = re.compile("[A-Za-z]")
_NOT_CYRILLIC_TEXT = re.compile("[^\u0400-\u045f\u0490\u0491\xa0«»„“”’–—…№\xb0]")
_FOREIGN_LETTER: Final = -4.0  # bits, for what is no Cyrillic letter and no mark
_BROKEN_WORD: Final = -3.0  # bits a letter of a word like `вЕТЕР`, `веТер` or `dйmoli`
_CYRILLIC_LEAST: Final = 0.15  # bits a letter; right readings have 0.3 to 0.7, others less than 0
_CYRILLIC_SHORT: Final = 0.3  # the same for a word or two, which may be hanzi
_NEAR: Final = 0.1  # bits within which the label's codec is believed
_A_WORD: Final = 6  # letters; three hanzi
_A_FEW_WORDS: Final = 14
_SOME_HANZI: Final = 0.35  # share of frequent hanzi that three hanzi of a headline have

_EAST_ASIAN: Final = ("gb18030", "big5hkscs", "utf-8", "utf-16", "hz", "cp949", "cp932", "euc_jp")
_NOT_CYRILLIC: Final = frozenset((*_EAST_ASIAN, "cp1252", "cp1254"))
_NOT_LATIN: Final = frozenset((*_EAST_ASIAN, *_CYRILLIC_CODECS))

# What the Windows code pages of Europe have for their own languages, the commonest page first.
_EUROPEAN: Final[dict[str, frozenset[str]]] = {
    codec: frozenset(letters + letters.replace("ß", "").upper())
    for codec, letters in {
        "cp1252": "àâäáãåæçèéêëìíîïñòóôõöøùúûüÿœß",
        "cp1254": "âçğıîöşüûéäß",
        "cp1250": "áäâăąćčçďéěęëíîĺľłńňóôöőŕřśšşťţúůüűýźžżßđ",
    }.items()
}
_ONE_LETTER_WORDS: Final = frozenset("àÀèÈéÉóÓáÁåÅíÍöÖúÚôÔêÊ")
_OPENING: Final = frozenset("“„«‚‹‘”’")
_CLOSING: Final = frozenset("”“»’›‘")
_NEUTRAL: Final = frozenset("–—…\xa0•·°€£§ªº½²³™©®")
_MOST_NEUTRAL: Final = 0.5  # share; a text of dashes alone is no language


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the bytes write properly.

    Attributes:
        name: ``Korean``, ``Japanese``, ``Russian`` (for all that is Cyrillic) or ``Western``.
        codec: Python codec name.
        labelled: True if a label of the page means this codec.
    """

    name: str
    codec: str
    labelled: bool


def recognise(lines: bytes, declared: Declared, chinese: float) -> Language | None:
    """Name the language in which ``lines`` are written properly; ``None`` if there is none.

    Args:
        lines: Text runs with the ASCII around them, some kilobytes.
        declared: What the page says of itself: a label needs less evidence.
        chinese: Share of frequent hanzi in the best Chinese reading, 0 to 1.
    """
    for name, test in _TESTS:
        if codec := test(lines, declared, chinese):
            return Language(name, codec, declared.means(codec))
    return None


def _korean(lines: bytes, declared: Declared, chinese: float) -> str | None:
    """EUC-KR: nothing but hangul above ASCII, and frequent syllables more often than hanzi."""
    text = _strict(lines, "cp949")
    letters = _above(text) if text else ""
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in letters)
    if hangul < 2 or hangul < _WELL * len(letters):
        return None
    frequent = sum(char in _HANGUL for char in letters) / len(letters)
    if declared.means("cp949"):
        # Two syllables may be rare ones; hanzi of that number are hangul one time in four.
        return "cp949" if frequent >= max(0.3, chinese) or len(letters) == hangul <= 2 else None
    fewest = 8 if declared.names_chinese else 4
    return "cp949" if hangul >= fewest and frequent >= max(0.6, chinese + 0.3) else None


def _japanese(lines: bytes, declared: Declared, chinese: float) -> str | None:
    """Shift_JIS: kana and the ordinary kanji, none of the half-width kana that hanzi would be."""
    text = _strict(lines, "cp932")
    letters = _above(text) if text else ""
    if len(letters) >= 2 and not any("\uff61" <= char <= "\uff9f" for char in letters):
        known = sum(_is_ordinary_kanji(char) for char in letters)
        if known >= _SOME * len(letters):
            return "cp932"
    return _euc_japanese(lines, declared, chinese)


def _euc_japanese(lines: bytes, declared: Declared, chinese: float) -> str | None:
    """EUC-JP that is named so, and in which frequent kanji are more than hanzi are otherwise."""
    text = _strict(lines, "euc_jp") if declared.means("euc_jp") else None
    if not text:
        return None
    kana = sum("\u3041" <= char <= "\u30fe" for char in _above(text))
    return "euc_jp" if kana or measure(text).frequent >= chinese else None


def _is_ordinary_kanji(char: str) -> bool:
    code = char.encode("cp932", "ignore")
    return len(code) == 2 and (0x82 <= code[0] <= 0x83 or b"\x88\x9f" <= code <= b"\x98\x72")


def _russian(lines: bytes, declared: Declared, chinese: float) -> str | None:
    """The Cyrillic codec that gives frequent letters, and capitals only where words begin."""
    labels = (name for name in declared.families if name not in _NOT_CYRILLIC)
    codecs = dict.fromkeys((*labels, *_CYRILLIC_CODECS))
    rated = [(*_cyrillic_bits(lines.decode(codec, "replace")), codec) for codec in codecs]
    best, letters, codec = max(rated, key=lambda rating: rating[0])
    for bits, count, name in rated:
        if declared.means(name) and bits > max(_CYRILLIC_LEAST, best - _NEAR) and count > 1:
            return name
    is_short = letters < _A_FEW_WORDS
    least = _CYRILLIC_SHORT if is_short else _CYRILLIC_LEAST
    if best < least or letters < _A_WORD or (is_short and chinese > _SOME_HANZI):
        return None
    return codec


def _cyrillic_bits(text: str) -> tuple[float, int]:
    """Bits a letter by which ``text`` is likelier as Russian than as letters at random, and letters."""
    letters, bits = 0, 0.0
    for found in _CYRILLIC_WORD.finditer(text):
        word = found[0]
        letters += len(word)
        if not _JOINED.search(word) and (word.isupper() or word[1:].islower() or len(word) == 1):
            bits += sum(_BITS.get(letter, _FOREIGN_LETTER) for letter in word.lower())
        else:
            bits += _BROKEN_WORD * len(word)
    above = _above(text)
    others = len(_NOT_CYRILLIC_TEXT.findall(above))
    return (bits + others * _FOREIGN_LETTER) / max(1, letters + others), letters


def _western(lines: bytes, declared: Declared, _: float) -> str | None:
    """The label's codec, or else the code page whose accents and quotation marks stand in words."""
    for codec in declared.families:
        if codec not in _NOT_LATIN:
            text = _strict(lines, codec) or ""
            if _in_words(text, _any_letter) >= _WELL:
                return codec
    rated = [
        (_in_words(lines.decode(codec, "replace"), letters.__contains__), codec)
        for codec, letters in _EUROPEAN.items()
    ]
    best, codec = max(rated, key=lambda pair: pair[0])
    return codec if best >= _WELL else None


def _any_letter(char: str) -> bool:
    return char.isalpha() and char < "\u0250" and char not in "ªº"


def _in_words(text: str, is_letter: Callable[[str], bool]) -> float:
    """Share of the characters above ASCII that stand where a European language puts them."""
    latin = sum(char.isalpha() for char in text if char.isascii())
    above = _above(text)
    if not above or latin < len(above):
        return 0.0
    neutral = sum(char in _NEUTRAL for char in above)
    if neutral > _MOST_NEUTRAL * len(above):
        return 0.0
    good = sum(_stands_well(*around, is_letter) for around in _neighbours(text))
    return good / (len(above) - neutral)


def _neighbours(text: str) -> Iterator[tuple[str, str, str]]:
    """Each character above ASCII that is not neutral, between those around it."""
    padded = f" {text} "
    for i, char in enumerate(padded):
        if char > "\x7f" and char not in _NEUTRAL:
            yield padded[i - 1], char, padded[i + 1]


def _stands_well(before: str, char: str, after: str, is_letter: Callable[[str], bool]) -> bool:
    if is_letter(char):
        if not (before.isalpha() or after.isalpha()):
            return char in _ONE_LETTER_WORDS
        return not (char.isupper() and before.islower())
    if char in "¿¡":
        return not before.isalpha() and not after.isspace()
    opens = char in _OPENING and not before.isalnum() and not after.isspace()
    return opens or (char in _CLOSING and not before.isspace())


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _above(text: str) -> str:
    return "".join(char for char in text if char > "\x7f" and not "\u3000" <= char <= "\u301c")


_TESTS: Final = (
    ("Russian", _russian),
    ("Western", _western),
    ("Japanese", _japanese),
    ("Korean", _korean),
)


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
