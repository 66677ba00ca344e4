"""Throw hostile and half-broken text at gate and repair: ``python benchmarks/fuzz_text.py [MINUTES]``.

Ten minutes by default. Every text is made by chance from ordinary sentences, mojibake of all
kinds, escapes, odd characters and long repetitions, cut and joined anywhere. Promises checked:
nothing raises; a second repair changes nothing more; doubts show what stands at their places;
and no text takes more time than its length allows. Exits with 1 at the first broken promise, and
prints the text so that it can become a test.
"""

from __future__ import annotations

import random
import sys
import time

from crawler.text.mojibake.repair import repair

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
)  # fmt: skip
CODECS = (
    "utf-8",
    "gb18030",
    "gbk",
    "gb2312",
    "big5hkscs",
    "big5",
    "latin-1",
    "cp1252",
    "utf-16-le",
)
MOST_SECONDS_PER_CHARACTER = 0.02
START_SECONDS = 5.0


def spoiled(text: str, dice: random.Random) -> str:
    """``text`` through one pair of codecs, or cut, or repeated."""
    choice = dice.randrange(6)
    if choice < 4:
        real, shown = dice.sample(CODECS, 2)
        code = text.encode(real, "ignore")[dice.randrange(2) :]
        return code.decode(shown, dice.choice(("replace", "ignore")))
    if choice == 4:
        return text[dice.randrange(len(text) + 1) :]
    return text * dice.choice((1, 2, 50))


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


def broken_promise(text: str) -> str | None:
    """What is wrong with the repair of ``text``; ``None`` if nothing is."""
    begin = time.process_time()
    try:
        once = repair(text)
        twice = repair(once.text)
    except Exception as error:  # that it never raises is the promise
        return f"raised {error!r}"
    seconds = time.process_time() - begin
    if twice.text != once.text:
        return f"a second repair changes {once.text!r} to {twice.text!r}"
    if any(once.text[doubt.start : doubt.end] != doubt.text for doubt in once.doubts):
        return "a doubt is out of place"
    if seconds > START_SECONDS + MOST_SECONDS_PER_CHARACTER * len(text):
        return f"{seconds:.1f} s for {len(text)} characters"
    return None


def main(minutes: float, seed: int) -> int:
    dice = random.Random(seed)
    end = time.monotonic() + 60 * minutes
    count = slowest = 0
    while time.monotonic() < end:
        text = made(dice)
        begin = time.process_time()
        wrong = broken_promise(text)
        slowest = max(slowest, time.process_time() - begin)
        count += 1
        if wrong:
            print(f"{wrong}\nseed {seed}, text {count}: {text!r}")
            return 1
    print(
        f"{count} texts in {minutes:g} min, no promise broken; slowest {slowest:.1f} s (seed {seed})"
    )
    return 0


if __name__ == "__main__":
    sys.exit(
        main(*(float(a) for a in sys.argv[1:2] or ["10"]), seed=int((sys.argv[2:] or ["1"])[0]))
    )
