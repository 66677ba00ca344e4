"""Text in another language than Chinese, recognised by how it is written; and what short text costs.

In GB18030 or Big5 any bytes are hanzi of some sort, and a headline is too short to tell by
statistics whether they are the right ones. But a wrong reading does not write another language
properly: the languages in letters have their own tests (:mod:`crawler.text.charset.alphabets`),
Korean has its own few syllables, and Japanese in Shift_JIS its 3,000 ordinary kanji.

Of two or three characters not even that is sure. So the readings of a short text are compared by
what they cost a reader, in bits (:func:`price`).

Pure functions on some kilobytes; linear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crawler.text.charset.alphabets import above_ascii, other_letters, strict, western
from crawler.text.charset.labels import Declared
from crawler.text.chinese.characters import measure
from crawler.text.chinese.costs import context_of, each

_WELL: Final = 0.9  # share of the characters that are of the language
_SOME: Final = 0.7  # the same where a few rare ones are ordinary
_FEW_HALVES: Final = 0.1  # half-width kana a kanji, which a quotation in another charset makes
_FREQUENT: Final = 0.6  # share of frequent syllables in Korean that no label names
_MOSTLY: Final = 0.7  # the same where the label, and all around it, say Chinese
_A_FEW_SYLLABLES: Final = 4
_CLEARLY: Final = 14.0  # bits by which they must be cheaper there; clean hanzi have 4 at most
_FEW: Final = 8  # characters; so few are compared by their price
_AGAINST: Final = 6.0  # bits by which Korean must be cheaper than hanzi
_FOR_HANZI: Final = 6.0  # ... and more than that, where a label names their codec
_FOR_LABEL: Final = 4.0  # bits by which it may be dearer where a label names it

# The syllables that make up most of Korean text; of 2,350 that EUC-KR has. Order means nothing.
_HANGUL: Final = frozenset(
    "이다는의에가을를은로고하한지인기도사리자어대시일나서정아라수전제마해그만보주스부장과상구동신여조들국화비면게안성유경위선연공으생소진내모관원명방오와문개"
    "무산실분회계되된될입니습요였있없것할함학교육강건검세금식점업민중시간체물음악감독말영추천폭설고향택배달래매차역항통행결반복단군청남북광울천양풍임투발"
    "표당협력노본월년초최저거더러든드르며려렸따또때터트특파판포프플피필편평태크코카층측치침타살석심약양열온외용운우움워웃을읍의작잘재적절접정족종좌죄준줄즉증"
    "직질집처첫청출충취친칭품하합허현형호혼환황후흐희히속손송순술숙스승시신씨많먼면몇목못미바박받발밤방배백번법변별병봉불브블빌뿐난날남낮너네녀놀농높누뉴느늘능니"
    "데돌돕두둘득등디뜻락란람량레록료루류륙률르름릉림립막망맞메며름람길김급글극근규귀권구군굴궁궐까께꼬꽃끝께"
)

# Bits of what the statistics of Chinese do not know: frequent syllables, those of KS X 1001, the
# others; kanji of level 1, kana, half-width kana.
_SYLLABLE, _SYLLABLE_OF_KS, _SYLLABLE_OF_UHC = 8.5, 12.5, 25.0
_KANJI, _HALF_WIDTH = 11.0, 7.0
_LETTER = 5.0


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the bytes write properly.

    Attributes:
        name: ``Korean``, ``Japanese``, ``Western``, ``Russian`` (for all that is Cyrillic), ``Greek``,
            ``Hebrew``, ``Arabic`` or ``Thai``.
        codec: Python codec name.
        labelled: True if a label of the page means this codec.
    """

    name: str
    codec: str
    labelled: bool


def price(lines: bytes, codec: str) -> float | None:
    """Bits that ``lines`` cost a reader in ``codec``; ``None`` if they are not valid there.

    A line that is repeated, as a title is in its page, counts once.
    """
    total = 0.0
    for line in dict.fromkeys(lines.split(b"\n")):
        text = strict(line, codec)
        if text is None:
            return None
        bits = each(text, context_of("\n")).tolist()
        known = _FLAT.get(codec)
        total += sum(
            known(char, one) if known else one for char, one in zip(text, bits, strict=True)
        )
    return total


def _syllable(char: str, bits: float) -> float:
    """What a character of Korean costs, which costs ``bits`` among Chinese."""
    if not "\uac00" <= char <= "\ud7a3":
        return bits
    if char in _HANGUL:
        return _SYLLABLE
    # Python writes a syllable that KS X 1001 lacks by its letters, in eight bytes.
    return _SYLLABLE_OF_KS if len(char.encode("euc_kr")) == 2 else _SYLLABLE_OF_UHC


def _japanese_character(char: str, bits: float) -> float:
    if "\uff61" <= char <= "\uff9f":
        return _HALF_WIDTH
    return min(bits, _KANJI) if _is_ordinary_kanji(char) else bits


def _letter(char: str, bits: float) -> float:
    return min(bits, _LETTER) if char > "\x7f" else bits


_FLAT: Final[dict[str, Callable[[str, float], float]]] = {
    **dict.fromkeys(("cp1255", "iso8859-8", "cp1256", "iso8859-6", "cp874"), _letter),
    "cp949": _syllable,
    "cp932": _japanese_character,
}


def recognise(lines: bytes, declared: Declared, chinese: float) -> Language | None:
    """Name the language in which ``lines`` are written properly; ``None`` if there is none.

    Args:
        lines: Text runs with the ASCII around them, some kilobytes.
        declared: What the page says of itself: a label needs less evidence.
        chinese: Share of frequent hanzi in the best Chinese reading, 0 to 1.
    """
    if letters := other_letters(lines, declared, chinese):
        return Language(*letters, declared.means(letters[1]))
    for name, test in _TESTS:
        if codec := test(lines, declared, chinese):
            return Language(name, codec, declared.means(codec))
    return None


def _korean(lines: bytes, declared: Declared, chinese: float) -> str | None:
    """EUC-KR: nothing but hangul above ASCII, and likelier than the hanzi of the same bytes."""
    text = strict(lines, "cp949")
    letters = above_ascii(text) if text else ""
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in letters)
    is_long = declared.means("cp949") and len(letters) > 2 * _FEW
    if hangul < 2 or hangul < (_SOME if is_long else _WELL) * len(letters):
        return None
    frequent = sum(char in _HANGUL for char in letters) / len(letters)
    if hangul <= _FEW:
        is_named = declared.means("cp949") or frequent >= _FREQUENT
        return "cp949" if is_named and _is_cheaper(lines, "cp949", declared) else None
    least = max(0.3, chinese) if declared.means("cp949") else max(_FREQUENT, chinese + 0.3)
    return "cp949" if frequent >= least else None


def is_korean(hanzi: str) -> bool:
    """Whether words of hanzi, with blanks between them, are Korean in EUC-KR that was read as GBK.

    Such bytes are everyday hanzi, in an order that nobody writes, and frequent syllables throughout.

    >>> is_korean("辑匡矫 绵力"), is_korean("人民日报 记者")
    (True, False)
    """
    try:
        code = hanzi.encode("gbk")
        text = code.decode("euc_kr")
    except UnicodeError:
        return False
    hangul = text.replace(" ", "")
    known = sum(char in _HANGUL for char in hangul)
    if len(hangul) < _A_FEW_SYLLABLES or known < _MOSTLY * len(hangul):
        return False
    return (price(code, "gb18030") or 0.0) - (price(code, "cp949") or 0.0) >= _CLEARLY


def _is_cheaper(lines: bytes, codec: str, declared: Declared) -> bool:
    """Whether a few characters of ``codec`` are likelier than what Chinese codecs make of them."""
    other = price(lines, codec) or 0.0
    against = -_FOR_LABEL if declared.means(codec) else _AGAINST
    return all(
        other <= bits - against - _FOR_HANZI * declared.means(name)
        for name in ("gb18030", "big5hkscs")
        if (bits := price(lines, name)) is not None
    )


def _japanese(lines: bytes, declared: Declared, chinese: float) -> str | None:
    """Shift_JIS: kana and the ordinary kanji; half-width kana, which hanzi would be, if likelier."""
    text = strict(lines, "cp932")
    letters = above_ascii(text) if text else ""
    if len(letters) >= 2:
        halves = sum("\uff61" <= char <= "\uff9f" for char in letters)
        known = sum(map(_is_ordinary_kanji, letters))
        kana = sum("\u3041" <= char <= "\u3093" for char in letters)
        is_sure = declared.means("cp932") and kana > max(_FEW, _FEW_HALVES * len(letters))
        few = _FEW_HALVES * known if is_sure else 0
        if known + halves >= _SOME * len(letters) and (
            halves <= few
            or (
                (known or declared.means("cp932"))
                and len(letters) <= 2 * _FEW
                and _is_cheaper(lines, "cp932", declared)
            )
        ):
            return "cp932"
    return _euc_japanese(lines, declared, chinese)


def _euc_japanese(lines: bytes, declared: Declared, chinese: float) -> str | None:
    """EUC-JP that is named so, and in which frequent kanji are more than hanzi are otherwise."""
    text = strict(lines, "euc_jp") if declared.means("euc_jp") else None
    if not text:
        return None
    kana = sum("\u3041" <= char <= "\u30fe" for char in above_ascii(text))
    return "euc_jp" if kana or measure(text).frequent >= chinese else None


def _is_ordinary_kanji(char: str) -> bool:
    code = char.encode("cp932", "ignore")
    return len(code) == 2 and (0x82 <= code[0] <= 0x83 or b"\x88\x9f" <= code <= b"\x98\x72")


_TESTS: Final = (
    ("Western", western),
    ("Japanese", _japanese),
    ("Korean", _korean),
)
