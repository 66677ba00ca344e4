"""Throw hostile and half-broken text at charset and repair: ``python benchmarks/fuzz_text.py [MINUTES [SEED]]``.

Ten minutes by default. Every text is made by chance from ordinary sentences, mojibake through every
channel of the benchmark (docs/mojibake-benchmark.md), escapes, odd characters and long repetitions,
cut and joined anywhere; every third is bytes, of a text or of nothing. Promises checked: nothing
raises, a second repair changes nothing more, doubts show what stands at their places, a text alone
and as lines of a document, and no text takes more time than its length allows, nor one four times
as long more than some five times that. Exits with 1 at the first broken promise, and prints the
text so that it can become a test.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from crawler.text.charset.decide import decide, decode
from crawler.text.mojibake.document import repair_document
from crawler.text.mojibake.repair import Repaired, repair
from tools.data.make_mojibake import channels

SENTENCES = (
    "记者从省文化和旅游厅获悉，今年国庆假期全省共接待游客4280万人次。",
    "“孩子放学有人接，老人吃饭有去处。”居民刘桂兰笑着说。",
    "臺灣優勢產業發展論壇日前舉行，與會學者展開討論。",
    "列夫·托尔斯泰——《战争与和平》",
    "Le café a été fermé à Noël.",
    "シンガポールで会議が行われた。",
)
ODD = (
    "?", "\ufffd", "€", "锟斤拷", "烫烫", "屯", "&amp;", "&#20154;", "&#x4eba;", "%25", "%E4%BA",
    "\\u4eba", "\\", "%u4eba", "\u200b", "\ufeff", "\u200d", "⼈", "\uf900", "\ue5e5", "\ue000",
    "\ue81e", "―", "・", "ǎ", "(shù)", "?！", ",，", "鲍罢贵", "Ã¤Â", "\x80", "\x9d", "\0", "\n",
    "\ud800", "\udfff", "😀", "👨‍👩‍👧", "𠮷", "㛃", "Ａ", "０", "=E4=BA=BA", "~{HKCq~}", "+TrpsEQ-", " ", "<p>",
    "&#20154", "& #20154;", "#20154;#20155;", "&#55357;&#56832;", "=?utf-8?B?5Lq6?=", "=?gbk?Q?=C8=CB?=", "=\n", "=C8=CB=C3\n",
    "\\u20154?", "\\u-29776?", "\\'c8\\'cb", "\\344\\272\\272", "u4ebau6c11", "<U+4EBA>", "_x4EBA_", "\\4EBA\\6C11", "\\ud83d\\ude00",
    "í\xa0½í¸\x80", "\ue415", "⺮", "⿱", "⺠", "“", "”", "‘", "——", "…", "\xa0", "\xad", "\x85", "\u2028",
)  # fmt: skip
CHANNELS = tuple(channels())
CODECS = (
    "utf-8",
    "gb18030",
    "big5hkscs",
    "cp1252",
    "cp932",
    "utf-16-le",
    "utf-32-be",
    "koi8-r",
    "hz",
)
FOUR_TIMES = 6.0
MOST_SECONDS_PER_CHARACTER = 0.02
START_SECONDS = 5.0


def spoiled(text: str, dice: random.Random) -> str:
    """``text`` through a channel, or cut, or repeated."""
    choice = dice.randrange(6)
    if choice < 4:
        channel = dice.choice(CHANNELS)
        known = "".join(char for char in text if char.encode(channel.real, "ignore"))
        return channel.damage(known)
    if choice == 4:
        return text[dice.randrange(len(text) + 1) :]
    return text * dice.choice((1, 2, 50))


def as_bytes(text: str, dice: random.Random) -> bytes:
    """``text`` in some charset, cut and salted; or bytes of nothing."""
    if dice.random() < 0.2:
        return dice.randbytes(dice.randrange(300))
    body = bytearray(text.encode(dice.choice(CODECS), "ignore")[dice.randrange(2) :])
    for _ in range(dice.randrange(4)):
        body.insert(dice.randrange(len(body) + 1), dice.randrange(256))
    label = dice.choice(("", "utf-8", "gb2312", "big5", "iso-8859-1", "euc-kr", "utf-16", "x" * 50))
    return (f'<meta charset="{label}">'.encode() if label else b"") + bytes(body)


def made(dice: random.Random) -> str:
    """One text of one to six pieces."""
    pieces = []
    for _ in range(dice.randrange(1, 7)):
        piece = dice.choice(SENTENCES) if dice.random() < 0.6 else dice.choice(ODD)
        for _ in range(dice.randrange(3)):
            piece = spoiled(piece, dice)
        pieces.append(piece * (dice.choice((1, 1, 1, 3, 400)) if len(piece) < 8 else 1))
    text = "".join(pieces)
    if dice.random() < 0.3:
        start = dice.randrange(len(text) + 1)
        text = text[:start] + spoiled(text[start:], dice)
    return text[:4000]


def broken_promise(text: str, dice: random.Random) -> str | None:
    """What is wrong with the repair of ``text``; ``None`` if nothing is."""
    try:
        once, seconds = timed(text)
        wrong = unsteady(once, repair(once.text))
        document = repair_document(text)
        wrong = wrong or unsteady(document, repair_document(document.text))
        return wrong or slow(text, seconds, dice)
    except Exception as error:  # that it never raises is the promise
        return f"raised {error!r}"


def unsteady(once: Repaired, twice: Repaired) -> str | None:
    """What is wrong with one repair, told by the next."""
    if twice.text != once.text:
        return f"a second repair changes {once.text!r} to {twice.text!r}"
    if any(once.text[doubt.start : doubt.end] != doubt.text for doubt in once.doubts):
        return "a doubt is out of place"
    return None


def slow(text: str, seconds: float, dice: random.Random) -> str | None:
    """Whether the repair took too long for the length, or longer than in proportion."""
    if seconds > START_SECONDS + MOST_SECONDS_PER_CHARACTER * len(text):
        return f"{seconds:.1f} s for {len(text)} characters"
    if seconds > 0.2 and dice.random() < 0.2:
        # Neither was read before, so nothing of either is remembered.
        _, twice = timed(text * 2)
        _, longer = timed(text * 8)
        if longer > FOUR_TIMES * twice + 1:
            return f"{twice:.1f} s for two of the text, {longer:.1f} s for eight"
    return None


def timed(text: str) -> tuple[Repaired, float]:
    """The repair of ``text`` and its seconds of CPU."""
    begin = time.process_time()
    repaired = repair(text)
    return repaired, time.process_time() - begin


def read(body: bytes) -> tuple[str | None, str]:
    """What is wrong with the decoding of ``body``, and its text."""
    begin = time.process_time()
    try:
        verdict = decide(body)
        text = decode(body, verdict)
    except Exception as error:  # that it never raises is the promise
        return f"decoding raised {error!r}", ""
    if not 0 <= verdict.score <= 1 or not verdict.why:
        return f"a verdict of {verdict}", text
    seconds = time.process_time() - begin
    return (f"{seconds:.1f} s to decode" if seconds > START_SECONDS else None), text


def main(minutes: float, seed: int) -> int:
    dice = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    count = slowest = 0
    while time.monotonic() < end:
        text, wrong = made(dice), None
        body = as_bytes(text, dice) if count % 3 == 0 else None
        if body is not None:
            wrong, text = read(body)
        begin = time.process_time()
        wrong = wrong or broken_promise(text, dice)
        slowest = max(slowest, time.process_time() - begin)
        count += 1
        if wrong:
            print(f"{wrong}\nseed {seed}, text {count}: {text!r}\nbytes: {body!r}")
            return 1
    print(
        f"{count} texts in {minutes:g} min, no promise broken; slowest {slowest:.1f} s (seed {seed})"
    )
    return 0


if __name__ == "__main__":
    sys.exit(
        main(*(float(a) for a in sys.argv[1:2] or ["10"]), seed=int((sys.argv[2:] or ["1"])[0]))
    )
