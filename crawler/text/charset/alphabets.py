"""Text in letters: Russian, Greek, Hebrew, Arabic, Thai, and the languages of Europe in Latin ones.

A wrong reading does not write a language properly: accents of French stand inside of words,
Russian capitals begin them, and the letters of a text are those of one language. Each test here
reads the bytes in the code pages of some languages and tells how far that is true.

Where two code pages are as good, chardet is asked, which knows the neighbours of each letter. It is
the second opinion too on pages that do not read as Chinese, and right on clean text in many
languages. On a whole page it is not: it scores the first 16 KB, which are markup, and one bad byte
rules the right codec out. So it is asked about the text runs alone, with what is no character in
any East Asian codec taken out, among the codecs that a news page may be in; and an answer without
confidence is refused.

Pure functions on some kilobytes; linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log2
from typing import Final

from crawler.text.charset.labels import Declared, family

_TRUSTED: Final = {"cp1252": 1.4, "iso8859-2": 0.99}  # ... where two are as good
_OF_NONE: Final = 0.5  # letters that no language has all
_NAMED: Final = 1.5  # by the label
_TURKISH_TOO: Final = frozenset("ðþýÐÞÝ")  # Icelandic, and those of Turkish in another code page
_ICELANDIC: Final = frozenset("áéíóúæÁÉÍÓÚÆ")  # no text of it is without any of these
_WELL: Final = 0.9  # share of the characters that stand as the language wants them

# Shares of Russian letters, in thousandths; Ukrainian, Bulgarian and Serbian ones are near enough.
_CYRILLIC: Final[dict[str, float]] = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґўјљњћђџ",
        (109, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17, 17, 16, 16, 14,
         12, 10, 9, 7, 6, 5, 4, 3, 3, 1, 1, 2, 1, 1, 0.3, 0.3, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2),
        strict=True,
    )
)  # fmt: skip
_CYRILLIC_CODECS: Final = ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")

# The same of Greek.
_HELLENIC: Final[dict[str, float]] = dict(
    zip(
        "αοιετσνηυρπκμλωςάίόέήγδύώθχφβξζψϊϋΐΰ",
        (93, 82, 67, 63, 77, 46, 62, 37, 34, 43, 41, 41, 33, 29, 16, 41, 20, 23, 19, 17, 12, 18,
         18, 9, 8, 12, 11, 8, 7, 4, 4, 1.5, 0.4, 0.2, 0.2, 0.1),
        strict=True,
    )
)  # fmt: skip
_GREEK_CODECS: Final = ("cp1253", "iso8859-7")

# The same of scripts without capitals.
_HEBREW: Final[dict[str, float]] = dict(
    zip(
        "יהולאמרתבשנעםדחקכפסןגזצטךףץ",
        (110, 109, 104, 74, 63, 56, 56, 50, 47, 44, 32, 32, 33, 25, 25, 21, 19, 17, 15, 13, 13, 13,
         12, 12, 8, 2, 2),
        strict=True,
    )
)  # fmt: skip
_ARABIC: Final[dict[str, float]] = dict(
    zip(
        "اليمونرتبعةدهسفأحكقجشطصخإىضزذثغئءظؤآپگکچژ",
        (125, 115, 67, 62, 60, 60, 53, 45, 38, 38, 37, 36, 32, 29, 28, 26, 24, 24, 24, 15, 13, 12,
         12, 10, 9, 9, 8, 7, 6, 6, 6, 5, 5, 3, 2, 2, 1, 1, 1, 0.5, 0.2),
        strict=True,
    )
)  # fmt: skip
_THAI: Final[dict[str, float]] = dict(
    zip(
        "านรอกเง่้ัมยลวดทีสิตคหบปะแจพขไใุืู์ชำ็โถผซศึณธภญฟษๆฝฉฐฮฎฤฆฯฏฒฬ",
        (75, 70, 65, 52, 50, 45, 45, 42, 38, 36, 36, 34, 33, 32, 31, 31, 30, 28, 28, 27, 27, 26, 24,
         22, 20, 19, 18, 17, 16, 15, 13, 13, 11, 11, 11, 11, 9, 9, 9, 9, 8, 6, 5, 5, 5, 5, 4, 3, 3,
         3, 2, 1, 1, 1, 0.8, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3),
        strict=True,
    )
)  # fmt: skip
_JOINED = re.compile("[A-Za-z]")
_HAS_CAPITALS = re.compile("[\u0370-\u04ff]")
_JOINED_BADLY = re.compile("^[A-Za-z]|[^A-Za-z][a-z]")  # a name may follow: `בGoogle`
_FINAL_WITHIN = re.compile("[ךםןףץ][א-ת]")  # these five end words; in visual order they begin them
# A mark that nothing can open with: at the beginning, it was a capital in another code page.
_BROKEN_BEGINNING = re.compile(r"(?:^|[\n>])[–—…№„“”’«»\xa0]+[а-яё]|(?<= )[–—…№\xa0][а-яё]")
_FOREIGN_LETTER: Final = -4.0  # bits, for what is no letter of the alphabet and no mark
_BROKEN_WORD: Final = -3.0  # bits a letter of a word like `вЕТЕР`, `веТер` or `dйmoli`
_LEAST_BITS: Final = 0.15  # bits a letter; right readings have 0.3 to 0.7, others less than 0
_LEAST_NAMED: Final = 0.0  # the same for what the label says
_LEAST_SHORT: Final = 0.3  # the same for a word or two, which may be hanzi
_LONG_WORD: Final = 20  # letters; more have no blanks between them
_ALL_CAPITALS: Final = 0.5  # bits that they cost against a script that has none
_FOR_SCRIPT: Final = 0.6  # bits by which a script that the label means may be less likely
_NEAR: Final = 0.1  # bits within which the label's codec is believed
_A_WORD: Final = 6  # letters; three hanzi
_A_FEW_WORDS: Final = 14
_SOME_HANZI: Final = 0.35  # share of frequent hanzi that three hanzi of a headline have

_EAST_ASIAN: Final = ("gb18030", "big5hkscs", "utf-8", "utf-16", "hz", "cp949", "cp932", "euc_jp")
_OF_OTHERS: Final = frozenset((*_EAST_ASIAN, "cp1252", "cp1254"))
_NOT_LATIN: Final = frozenset((*_EAST_ASIAN, *_CYRILLIC_CODECS, *_GREEK_CODECS))

# What the languages of Europe write above ASCII, by code page, the commonest page first.
_ALPHABETS: Final[dict[str, tuple[frozenset[str], ...]]] = {
    codec: tuple(frozenset(each + each.replace("ß", "").upper()) for each in letters.split())
    for codec, letters in {
        "cp1252": "áéíóúýðþæö àâæçèéêëîïôùûüÿœ äöüßé áéíóúñüº áâãàçéêíóôõúü àèéìíîòóùú åæøéóòôäöü åäöéüàæø "
        "áéëïóöüèêí àçèéíïòóúü",
        "cp1254": "âçğıİîöşüûéä",
        "cp1250": "áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž ąćęłńóśźż áéíóöőúüű čćđšž ăâîşţ",
        "iso8859-2": "áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž ąćęłńóśźż áéíóöőúüű čćđšž ăâîşţ",
    }.items()
}
_EUROPEAN: Final = {
    codec: frozenset().union(*alphabets) - ({"Ť"} if codec == "iso8859-2" else set())
    for codec, alphabets in _ALPHABETS.items()
}
_ONE_LETTER_WORDS: Final = frozenset("àÀèÈéÉóÓáÁåÅíÍöÖúÚôÔêÊ")
_OPENING: Final = frozenset("“„«‚‹‘”’")
_CLOSING: Final = frozenset("”“»’›‘")
_NEUTRAL: Final = frozenset("–—…\xa0•·°€£§ªº½²³™")
_MOST_NEUTRAL: Final = 0.5  # share; a text of dashes alone is no language


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """An alphabet, and the code pages that it is written in.

    Attributes:
        codecs: The commonest first.
        bits: What each small letter saves against a letter at random.
        word: A word with a letter of the alphabet in it.
        others: What is above ASCII and no part of a text in it.
        least: Letters that are needed where no label names the script.
    """

    codecs: tuple[str, ...]
    bits: dict[str, float]
    word: re.Pattern[str]
    others: re.Pattern[str]
    least: int = _A_WORD

    def best(self, lines: bytes, declared: Declared, chinese: float) -> tuple[float, str] | None:
        """The codec that gives frequent letters, capitals only where words begin, and its bits a letter."""
        labels = (name for name in declared.families if name not in _OF_OTHERS)
        codecs = dict.fromkeys((*labels, *self.codecs))
        rated = [(*self._rate(lines.decode(codec, "replace")), codec) for codec in codecs]
        best, letters, codec = max(rated, key=lambda rating: rating[0])
        for bits, count, name in rated:
            if declared.means(name) and bits > max(_LEAST_NAMED, best - _NEAR) and count > 1:
                return bits + _FOR_SCRIPT, name
        is_short = letters < _A_FEW_WORDS
        least = _LEAST_SHORT if is_short else _LEAST_BITS
        if best < least or letters < self.least or (is_short and chinese > _SOME_HANZI):
            return None
        is_loud = above_ascii(lines.decode(codec, "replace")).isupper()
        return best - _ALL_CAPITALS * is_loud, codec

    def _rate(self, text: str) -> tuple[float, int]:
        """Bits a letter by which ``text`` is likelier than letters at random, and the letters."""
        letters, bits = 0, 0.0
        for found in self.word.finditer(text):
            word = found[0]
            letters += len(word)
            if _is_proper(word):
                bits += sum(self.bits.get(letter, _FOREIGN_LETTER) for letter in word.lower())
            else:
                bits += _BROKEN_WORD * min(len(word), _LONG_WORD)
        others = len(self.others.findall(above_ascii(text))) + len(_BROKEN_BEGINNING.findall(text))
        return (bits + others * _FOREIGN_LETTER) / max(1, letters + others), letters


def _is_proper(word: str) -> bool:
    """Whether capitals, and Hebrew's final letters, stand where they may in a word."""
    if not _HAS_CAPITALS.search(word):
        return not (_JOINED_BADLY.search(word) or _FINAL_WITHIN.search(word, 1))
    return not _JOINED.search(word) and (word.isupper() or word[1:].islower() or len(word) == 1)


def _alphabet(
    shares: dict[str, float],
    codecs: tuple[str, ...],
    letters: str,
    marks: str,
    least: int = _A_WORD,
) -> _Alphabet:
    size = max(33, len(shares))
    return _Alphabet(
        codecs,
        {letter: log2(share / 1000 * size) for letter, share in shares.items()},
        re.compile(f"(?:(?<![A-Za-z])[A-Za-z]++)?[{letters}]+[A-Za-z]*"),
        re.compile(f"[^{letters}{marks}]"),
        least,
    )


RUSSIAN: Final = _alphabet(
    _CYRILLIC, _CYRILLIC_CODECS, "\u0400-\u045f\u0490\u0491", "\xa0«»„“”’–—…№\xb0"
)
GREEK: Final = _alphabet(_HELLENIC, _GREEK_CODECS, "\u0386\u0388-\u03ce", "\xa0«»‘“”’–—…·\xb0€΄")

HEBREW: Final = _alphabet(
    _HEBREW,
    ("cp1255", "iso8859-8"),
    "\u05d0-\u05ea",
    "\xa0«»‘’“”„–—…•₪\u05b0-\u05c3\u05f0-\u05f4\u200e\u200f",
)
ARABIC: Final = _alphabet(
    _ARABIC,
    ("cp1256", "iso8859-6"),
    "\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a9\u06af",
    "\xa0«»‘’“”–—…•،؛؟\u0640\u064b-\u0652\u200c-\u200f",
)
THAI: Final = _alphabet(
    _THAI, ("cp874",), "\u0e01-\u0e4e", "\xa0‘’“”–—…•฿\u0e50-\u0e59", _A_FEW_WORDS
)
_SCRIPTS: Final = (
    ("Russian", RUSSIAN), ("Greek", GREEK), ("Hebrew", HEBREW), ("Arabic", ARABIC), ("Thai", THAI),
)  # fmt: skip


def other_letters(lines: bytes, declared: Declared, chinese: float) -> tuple[str, str] | None:
    """The language whose letters, other than Latin ones, are likeliest here, and its codec."""
    found = [
        (*rated, name)
        for name, alphabet in _SCRIPTS
        if (rated := alphabet.best(lines, declared, chinese))
    ]
    if not found:
        return None
    _, codec, name = max(found)
    return name, codec


def western(lines: bytes, declared: Declared, _: float) -> str | None:
    """The code page whose accents and quotation marks stand in words as those of a language do.

    Several pages may have their accents there: ``pøes øeku`` might be Danish, and is Czech. Their
    letters tell, each with its neighbours; a label is believed unless they speak against it clearly.
    """
    readings: dict[str, str] = {}
    labels = tuple(codec for codec in declared.families if codec not in _NOT_LATIN)
    for codec in dict.fromkeys((*labels, *_EUROPEAN)):
        is_letter = _any_letter if codec in labels else _EUROPEAN[codec].__contains__
        text = strict(lines, codec) or ""
        if _in_words(text, is_letter) >= _WELL and text not in readings.values():
            readings[codec] = text
    first = next(iter(readings), None)
    if first is None or len(readings) == 1 or first not in _EUROPEAN:
        return first
    if first in labels and _is_one_language(first, readings[first]):
        return first
    sure = {opinion.codec: opinion.confidence for opinion in _opinions(lines, tuple(_EUROPEAN))}
    rated = {
        codec: sure.get(codec, 0.0) * _trust(codec, text, labels)
        for codec, text in readings.items()
    }
    return max(rated, key=lambda codec: rated[codec])


def _trust(codec: str, text: str, labels: tuple[str, ...]) -> float:
    """By how much the letters are to be believed: of one language, in a usual code page, named."""
    trust = 1.0 if _is_one_language(codec, text) else _OF_NONE
    if codec == "cp1252" and _is_turkish(_letters(text)):
        trust *= _OF_NONE
    return trust * _TRUSTED.get(codec, 1.0) * (_NAMED if codec in labels else 1.0)


def _is_one_language(codec: str, text: str) -> bool:
    """Whether all letters above ASCII are those of one language that is written in ``codec``."""
    letters = _letters(text)
    if codec == "cp1252" and _is_turkish(letters):
        return False
    return any(letters <= alphabet for alphabet in _ALPHABETS[codec])


def _letters(text: str) -> set[str]:
    return {char for char in text if char > "\x7f" and char.isalpha()}


def _is_turkish(letters: set[str]) -> bool:
    """Whether letters of windows-1252 are rather those of Turkish in windows-1254."""
    return bool(letters & _TURKISH_TOO) and not letters & _ICELANDIC


def _any_letter(char: str) -> bool:
    return char.isalpha() and char < "\u0250" and char not in "ªº"


def _in_words(text: str, is_letter: Callable[[str], bool]) -> float:
    """Share of the characters above ASCII that stand where a European language puts them."""
    latin = sum(char.isalpha() for char in text if char.isascii())
    above = above_ascii(text)
    if not above or 2 * latin < sum(map(str.isalpha, above)):
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
    if char in "©®":
        return not after.islower()
    if char in "«»":  # with spaces inside where it is French
        return not (before.isalnum() and after.isalnum())
    opens = char in _OPENING and not before.isalnum() and not after.isspace()
    return opens or (char in _CLOSING and not before.isspace())


def strict(data: bytes, codec: str) -> str | None:
    """``data`` in ``codec``; ``None`` if it is not valid there, or there is no such codec."""
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def above_ascii(text: str) -> str:
    """What is above ASCII, without the marks that all East Asian codecs share."""
    return "".join(char for char in text if char > "\x7f" and not "\u3000" <= char <= "\u301c")


LEAST_CONFIDENCE: Final = 0.08
"""Right answers on Chinese begin at 0.24, wrong ones end at 0.04 (benchmarks/readings.py); in
languages of few accents right ones are weaker."""

_AMONG: Final = (
    *("gb18030", "big5hkscs", "hz", "cp932", "euc_jis_2004", "iso2022_jp_2", "cp949", "iso2022_kr"),
    *("cp1252", "cp1250", "cp1251", "koi8-r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1258"),
    "cp874",
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
    clean = sample.translate(None, b"\x80\xff") or sample
    answers = _opinions(clean, _AMONG)
    if not answers or answers[0].confidence < LEAST_CONFIDENCE:
        return None
    near = (answer for answer in answers if answer.confidence >= _CLOSE * answers[0].confidence)
    return next((answer for answer in near if answer.codec in declared), answers[0])


def _opinions(lines: bytes, among: tuple[str, ...]) -> list[Opinion]:
    """What chardet thinks of each codec, the likeliest first."""
    import chardet  # noqa: PLC0415 (40 ms for pages in other languages)

    return [
        Opinion(codec, answer["encoding"], answer["confidence"])
        for answer in chardet.detect_all(lines, include_encodings=among, ignore_threshold=True)
        if answer["encoding"] and (codec := family(answer["encoding"]))
    ]
