"""Weigh the readings of a page's text runs against each other, for pages that nothing settles.

These pages are in a legacy codec, or in UTF-8 with damage. The text runs are read in each codec
that Chinese pages come in, and the reading that is Chinese wins
(:mod:`crawler.text.chinese.characters`). A bad byte spoils one character of some thousand, a lying
label counts for a tie at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crawler.text.charset.alphabets import ask
from crawler.text.charset.decoder import decode_run
from crawler.text.charset.labels import Declared
from crawler.text.charset.languages import Language, price, recognise
from crawler.text.charset.text_runs import CODECS, foreign_blocks, sample, sample_lines
from crawler.text.charset.utf16 import reads_as_chinese
from crawler.text.chinese.characters import NOTHING, Shares, measure
from crawler.text.tables import LOST

CHINESE: Final = 1.4
"""Weight of a Chinese reading: sixteen characters of news have 1.47 at least, other languages read
as Chinese 1.30 at most (benchmarks/readings.py)."""

DAMAGED: Final = 0.2
"""Share of bad characters in damaged UTF-8, at most; sixteen characters of legacy text read as
UTF-8 have 0.5 and more."""

_LIKELY: Final = 0.9  # between this and CHINESE lie lists of names, spoilt pages, and much else
_LEAD: Final = 0.7  # that far ahead of the others, a likely reading is the right one
_SOME_FREQUENT: Final = 0.2  # share; other languages read as Chinese have 0.15
_TIE: Final = 0.2  # what a label adds to a weight; right and wrong readings lie 1.0 apart
_LONG: Final = 60  # characters; with so many, frequent hanzi are no chance
_PLAIN: Final = 1.6  # weight: 0.3 above what any wrong reading has
_ENOUGH: Final = 1200  # bytes that tell how a language is written
_IN_CHARACTERS: Final = bytes(range(0x40, 0x100))
_FOR_LABEL: Final = 8.0  # bits by which a short text may be dearer in the label's codec
_CLEARLY: Final = 3.0  # bits by which it must be cheaper in one codec than in the other
_FEW: Final = 4  # characters; fewer are no text to judge
_HALF: Final = 0.5
_IN_GB2312: Final = 0.8  # share of the characters; Big5 read as GBK has 0.7 and less
_SHORT: Final = 12  # characters; so few may be names, which a label may call ordinary hanzi
_TWO: Final = 2  # hanzi
_MUCH: Final = 0.6  # share of bad characters in damaged UTF-8 of a few hanzi, at most
_WELL: Final = 0.8  # share of ordinary hanzi among its good characters
_UNSURE: Final = 0.2  # chardet's confidence, below which a label that fits is believed instead
_OF_PAIRS: Final = ("gb18030", "big5hkscs")
_OF_OTHERS: Final = ("euc_jp", "cp932", "cp949")
_LATIN: Final = ("cp1252", "cp1254", "iso8859-15")  # they fit any bytes, so fitting says nothing
_KANA_SAMPLE: Final = 600
_KANA = re.compile("[\u3041-\u30fa]")
_LONE_BYTE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one step of the decision found; for the fields see :class:`crawler.items.Verdict`."""

    codec: str
    why: str
    score: float = 1.0
    opinion: str | None = None
    mixed: bool = False


Readings = dict[str, Shares]
"""How the text runs read in each of :data:`~crawler.text.charset.text_runs.CODECS`."""


def weigh(body: bytes, declared: Declared) -> Judgement:
    """Decide by the text runs; there is always a finding.

    Args:
        body: A page with bytes above ASCII.
        declared: What it says about itself.
    """
    data = sample(body)
    readings = _plainly_gb18030(data) or {
        codec: measure(data.decode(codec, "replace")) for codec in CODECS
    }
    if chinese := _sure(data, readings, declared):
        return _finding(body, readings, *chinese)
    readings = _with_damage(data, readings)
    lines = _cut(sample_lines(body))
    prices = _prices(lines, readings)
    language = _other_language(lines, declared, readings)
    # Of a few characters rare ones are no damage, since they may be names.
    if not language and readings["gb18030"].characters > _SHORT:
        language = _damaged_label(lines, declared, readings)
    if language and not _is_dearer(language, lines, prices):
        return _in_language(body, language)
    if cheapest := _cheapest(prices, declared, readings):
        return cheapest
    if _distinct(lines) < _FEW:
        return _few(body, declared, readings)
    if chinese := _likely(data, readings, declared):
        return _finding(body, readings, *chinese)
    return _foreign(body, declared, readings)


def _distinct(lines: bytes) -> int:
    """How many characters there are to judge; a line that is repeated counts once."""
    once = b"\n".join(dict.fromkeys(lines.split(b"\n")))
    return measure(once.decode("gb18030", "replace")).characters


def _with_damage(data: bytes, readings: Readings) -> Readings:
    """The readings again, where bytes that fit nowhere may have shifted the pairs behind them."""
    if _is_latin(data):
        return readings
    damaged = (codec for codec in _OF_PAIRS if readings[codec].bad)
    return readings | {codec: measure(decode_run(data, codec)) for codec in damaged}


def _finding(body: bytes, readings: Readings, codec: str, why: str) -> Judgement:
    score = _score(readings[codec], codec)
    return Judgement(codec=codec, why=why, score=score, mixed=bool(foreign_blocks(body, codec)))


def _plainly_gb18030(data: bytes) -> Readings | None:
    """The reading of most pages, which is so good that no other one need be compared."""
    reading = measure(data.decode("gb18030", "replace"))
    plain = reading.characters >= _LONG and reading.weight >= _PLAIN
    return {"gb18030": reading} if plain else None


def _sure(data: bytes, readings: Readings, declared: Declared) -> tuple[str, str] | None:
    """Name the codec of a page that has enough Chinese to be sure, or is in UTF-8, and say why."""
    codec = _best(readings, declared)
    reading = readings[codec]
    if reading.characters >= _LONG and reading.weight >= CHINESE and not _is_japanese(data):
        return codec, f"reads as Chinese in {codec}"
    utf_8 = readings.get("utf-8", NOTHING)
    # Hanzi of two bytes may be letters of UTF-8, one after the other: 一 is ``һ``.
    is_rival = reading.weight < CHINESE or utf_8.ordinary > 0
    if utf_8.characters and is_rival and _is_damaged_utf_8(utf_8):
        return "utf-8", "valid UTF-8 but for a few bytes"
    return None


def _is_damaged_utf_8(reading: Shares) -> bool:
    """Whether few bytes are bad, or whatever is not is ordinary hanzi, which it never is by chance."""
    good = 1 - reading.bad
    is_short = reading.characters * good >= _TWO and reading.bad <= _MUCH
    return reading.bad <= DAMAGED or (is_short and reading.ordinary >= _WELL * good)


def _other_language(lines: bytes, declared: Declared, readings: Readings) -> Language | None:
    """A language that is written properly, which its bytes hardly ever are by chance."""
    frequent = max(reading.frequent for reading in readings.values())
    return recognise(lines, declared, frequent)


def _damaged_label(lines: bytes, declared: Declared, readings: Readings) -> Language | None:
    """The language that a label means, if its codec reads all but a few bytes as that language."""
    for codec in _OF_OTHERS:
        if not declared.means(codec):
            continue
        text = decode_run(lines, codec)
        good = text.replace(LOST, "").encode(codec, "ignore")
        is_near = 0 < text.count(LOST) <= DAMAGED * sum(char > "\x7f" for char in text)
        is_kanji_alone = codec != "cp949" and not _KANA.search(text)  # which hanzi may be
        is_near = is_near and not is_kanji_alone
        language = _other_language(good, declared, readings) if is_near else None
        if language and language.codec == codec:
            return language
    return None


def _in_language(body: bytes, language: Language) -> Judgement:
    why = f"reads as {language.name} in {language.codec}"
    if language.labelled:
        why += ", as the label says"
    return Judgement(codec=language.codec, why=why, score=_good(body, language.codec))


def _prices(lines: bytes, readings: Readings) -> dict[str, float]:
    """What a text of a few hanzi costs in the codecs of Chinese that fit it; of a longer one, nothing."""
    if max(reading.characters for reading in readings.values()) > _SHORT:
        return {}
    rated = {codec: price(lines, codec) for codec in _OF_PAIRS}
    return {codec: bits for codec, bits in rated.items() if bits is not None}


def _is_dearer(language: Language, lines: bytes, prices: dict[str, float]) -> bool:
    """Whether a few characters are words of Chinese rather than of another language."""
    if not prices:
        return False
    return (price(lines, language.codec) or 0.0) > min(prices.values()) + _FOR_LABEL


def _cheapest(prices: dict[str, float], declared: Declared, readings: Readings) -> Judgement | None:
    """Of the readings of a few hanzi the one that is written, if it is clearly cheaper than the other."""
    rated = {codec: bits - _FOR_LABEL * declared.means(codec) for codec, bits in prices.items()}
    if not rated:
        return None
    codec = min(rated, key=lambda name: rated[name])
    lead = min((bits for name, bits in rated.items() if name != codec), default=1e9) - rated[codec]
    if lead < _CLEARLY or readings[codec].ordinary < _HALF:
        return None
    why = f"few hanzi, likeliest in {codec}"
    if declared.means(codec):
        why += ", as the label says"
    score = min(_score(readings[codec], codec), _HALF + lead / 100)
    return Judgement(codec=codec, why=why, score=score)


def _cut(lines: bytes) -> bytes:
    """The first lines, ended where no character is torn: behind a byte that begins or ends none."""
    if len(lines) <= _ENOUGH:
        return lines
    whole = lines[:_ENOUGH].rstrip(_IN_CHARACTERS)
    return whole or lines[:_ENOUGH]


def _best(readings: Readings, declared: Declared) -> str:
    return max(readings, key=lambda name: readings[name].weight + _TIE * declared.means(name))


def _likely(data: bytes, readings: Readings, declared: Declared) -> tuple[str, str] | None:
    """Name the codec of a page that is short, or not well readable, but Chinese; and say why."""
    codec = _best(readings, declared)
    reading = readings[codec]
    japanese = _is_japanese(data)
    if reading.weight >= CHINESE and not japanese:
        return codec, f"reads as Chinese in {codec}"
    if _is_far_ahead(codec, readings) and not japanese:
        return codec, f"reads as Chinese in {codec}, though not well"
    if mixed := _majority(data):
        return mixed, f"mixed; most of it reads as Chinese in {mixed}"
    if reading.characters < _SHORT and (label := _ordinary_label(declared, readings, 0.8)):
        return label, f"few hanzi, but ordinary ones in {label}, as the label says"
    return None


def _is_far_ahead(codec: str, readings: Readings) -> bool:
    """Tell whether a reading that is not good is at least the only one with any sense."""
    reading = readings[codec]
    others = max(readings[name].weight for name in readings if name != codec)
    likely = reading.weight >= _LIKELY and reading.frequent >= _SOME_FREQUENT
    return likely and reading.weight >= others + _LEAD


def _ordinary_label(declared: Declared, readings: Readings, least: float) -> str | None:
    """Name the first label in which at least that share of the characters is ordinary."""
    chinese = (name for name in declared.families if name in readings)
    return next((name for name in chinese if readings[name].ordinary >= least), None)


def _faultless_label(declared: Declared, readings: Readings) -> str | None:
    """Name the first label of Chinese that fits all bytes; rare hanzi are rare in any codec."""
    chinese = (name for name in declared.families if name in readings and name != "utf-8")
    return next((name for name in chinese if not readings[name].bad), None)


def _is_japanese(data: bytes) -> bool:
    """Tell EUC-JP by its kana: its bytes are frequent hanzi in Big5, ordinary ones in GB."""
    text = data[:_KANA_SAMPLE].decode("euc_jp", "replace")
    kana = len(_KANA.findall(text))
    return kana > 0.2 * len(text) and text.count(LOST) < 0.1 * kana


def _score(reading: Shares, codec: str) -> float:
    """Share of ordinary characters; of good ones where UTF-8 may carry any language."""
    good = 1 - reading.bad
    return good if codec == "utf-8" and reading.weight < CHINESE else min(good, reading.ordinary)


def _majority(data: bytes) -> str | None:
    """Name the codec of most of the text on a page that mixes them; ``None`` if it does not."""
    blocks = foreign_blocks(data, "gb18030")
    parts: dict[str, list[bytes]] = {"gb18030": []}
    done = 0
    for block in blocks:
        parts["gb18030"].append(data[done : block.start])
        parts.setdefault(block.codec, []).append(data[block.start : block.end])
        done = block.end
    parts["gb18030"].append(data[done:])
    readings = {
        codec: measure(b"<".join(runs).decode(codec, "replace")) for codec, runs in parts.items()
    }
    chinese = [codec for codec, reading in readings.items() if reading.weight >= CHINESE]
    return (
        max(chinese, key=lambda codec: readings[codec].characters) if blocks and chinese else None
    )


def _few(body: bytes, declared: Declared, readings: Readings) -> Judgement:
    """Trust the label where there is too little to read, if the page can be decoded so.

    A label that fits any bytes, or a language that these bytes do not write, is no label here.
    """
    little = "too little text to judge"
    for codec in declared.families:
        if codec in readings and codec != "utf-8" and readings[codec].ordinary >= _HALF:
            why = f"{little}; hanzi in {codec}, as the label says"
            return Judgement(codec=codec, why=why, score=_HALF)
    codec = max(CODECS, key=lambda codec: readings[codec].weight)
    if readings[codec].weight >= 1:
        return Judgement(codec=codec, why=f"{little}; hanzi in {codec}", score=_HALF)
    for codec in declared.families:
        if _decodes(body, codec):
            why = f"{little}; valid in {codec}, as the label says"
            return Judgement(codec=codec, why=why, score=_HALF)
    return _least_bad(body, declared, readings)


def _foreign(body: bytes, declared: Declared, readings: Readings) -> Judgement:
    """Decide for a page that is not clearly Chinese: chardet, the labels, the best reading."""
    if wide := reads_as_chinese(body):
        return Judgement(codec=wide, why=f"reads as Chinese in {wide}", score=0.9)
    if language := _damaged_label(_cut(sample_lines(body)), declared, readings):
        return _in_language(body, language)
    best = max(CODECS, key=lambda codec: readings[codec].weight)
    labels = [name for name in declared.families if name not in CODECS and _decodes(body, name)]
    lines = sample_lines(body)
    opinion = ask(lines, declared.families)
    if opinion and labels and opinion.confidence < _UNSURE:
        opinion = None
    if opinion and not (opinion.codec in CODECS and readings[best].weight >= _LIKELY):
        return Judgement(
            codec=opinion.codec,
            why="does not read as Chinese; chardet's opinion",
            score=_good(body, opinion.codec),
            opinion=str(opinion),
        )
    # Latin-1 fits any bytes; but where no Chinese codec fits these, that says something.
    is_no_chinese = min(readings[codec].bad for codec in CODECS) > DAMAGED / 2
    if labels and (_is_latin(lines) or labels[0] not in _LATIN or is_no_chinese):
        return Judgement(
            codec=labels[0],
            why=f"does not read as Chinese; valid in {labels[0]}, as the label says",
            score=0.5,
        )
    return _least_bad(lines, declared, readings)


def _least_bad(lines: bytes, declared: Declared, readings: Readings) -> Judgement:
    """Choose where nobody knows: hardly any text, very rare hanzi, or a binary file."""
    if _is_latin(lines):
        return Judgement(
            codec="cp1252", why="letters above ASCII stand alone in words", score=_HALF
        )
    label = _ordinary_label(declared, readings, _HALF) or _faultless_label(declared, readings)
    codec = label or _by_repertoire(lines, readings)
    why = f"hanzi in {codec}, as the label says" if label else f"{codec} is the nearest"
    return Judgement(
        codec=codec, why=f"reads as nothing known; {why}", score=readings[codec].ordinary / 2
    )


def _by_repertoire(lines: bytes, readings: Readings) -> str:
    """Choose by which characters occur at all; tells rare hanzi of GBK from rare ones of Big5.

    Simplified text in GBK stays within GB 2312. Big5 read as GBK leaves it at every second
    character, and traditional text in GBK has bytes that Big5 does not know.
    """
    hanzi = re.sub("[\0-\x7f]+", "", lines.decode("gb18030", "replace"))
    known = len(hanzi.encode("gb2312", "ignore")) / 2
    if known >= _IN_GB2312 * len(hanzi) and readings["gb18030"].bad <= DAMAGED:
        return "gb18030"
    if readings["big5hkscs"].bad <= DAMAGED / 4 and readings["big5hkscs"].ordinary >= _HALF:
        return "big5hkscs"
    return max(CODECS, key=lambda codec: readings[codec].weight)


def _is_latin(lines: bytes) -> bool:
    """Tell whether the bytes above ASCII mostly stand alone, as accents do and hanzi cannot."""
    return len(_LONE_BYTE.findall(lines)) >= 0.8 * len(_HIGH_BYTE.findall(lines))


def _decodes(body: bytes, codec: str) -> bool:
    """Tell whether ``body`` is valid in ``codec``; its last character may be torn."""
    if codec == "utf-16":  # it would have been recognised by its NULs
        return False
    text = decode_run(body, codec)
    bad = text.count(LOST)
    if codec == "hz" and not body.isascii():
        return False
    if not bad:
        return True
    torn = bad <= _TORN.get(codec, 0) and text.endswith(LOST * bad)
    # One torn character proves nothing where there is hardly another one.
    return torn and sum(char > "\x7f" for char in text[:100]) - bad >= _FEW


_TORN: Final = {"utf-8": 3, "gb18030": 3, "big5hkscs": 1, "cp932": 1, "cp949": 1, "euc_jp": 2}


def _good(body: bytes, codec: str) -> float:
    text = decode_run(sample(body), codec)
    return 1 - text.count(LOST) / max(1, len(text))
