"""The public benchmark: its file is what its builder makes, and its scorer counts rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import mojibake
from tools.data.make_mojibake import Channel, channels, is_lossless, lines

FOLDER = Path(__file__).parents[2] / "cases" / "mojibake"
CASES = mojibake.damaged()


def test_the_file_is_what_the_builder_makes():
    """Nobody edits the damaged texts by hand; sentences and channels are their only source."""
    assert (FOLDER / "damaged.jsonl").read_text("utf-8") == lines(FOLDER)


def test_every_channel_has_cases_and_every_case_its_own_name():
    """No channel is empty, and a case can be named."""
    assert {case["channel"] for case in CASES} == {channel.name for channel in channels()}
    assert len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("channel", "clean", "garbled"),
    [
        (Channel("utf-8", "gb18030"), "浏览器", "娴忚\ue74d鍣�"),
        (Channel("utf-8", "gbk", "browser"), "合肥。", "鍚堣偉銆�"),
        (Channel("utf-8", "gbk", "python", ("q",)), "新闻稿", "鏂伴椈绋?"),
        (Channel("gb18030", "latin-1"), "茶园", "²èÔ°"),
        (Channel("gb18030", "cp437"), "茶园", "▓Φ╘░"),
        (Channel("gb18030", "cp1251"), "茶园", "Іи\u0424°"),
        (Channel("big5hkscs", "gb18030"), "圖片", "瓜\ue777"),
        (Channel("utf-8", "latin-1", times=2), "茶", "è\x8c¶".encode().decode("latin-1")),
    ],
    ids=lambda value: value.name if isinstance(value, Channel) else None,
)
def test_readers_do_what_programs_do(channel, clean, garbled):
    """Damage is that of the program: known strings of known readers come out."""
    assert channel.damage(clean) == garbled


def test_what_was_lost_is_known():
    """A byte that a reader refused is lost; a dropped control character is lost."""
    assert is_lossless(Channel("utf-8", "latin-1"), "茶园")
    assert not is_lossless(Channel("utf-8", "gbk"), "茶园。")
    assert not is_lossless(Channel("utf-8", "latin-1", steps=("c1",)), "茶园")


def test_the_scorer_knows_perfect_from_nothing():
    """Right answers score one, untouched texts score nothing exact and nothing silent."""
    truth = {case["garbled"]: case["clean"] for case in CASES}

    best = mojibake.summed(mojibake.score(truth.__getitem__, CASES[::50]).values()).row()
    idle = mojibake.summed(mojibake.score(mojibake.nothing, CASES[::50]).values()).row()

    assert (best["exact"], best["characters"], best["silent"], best["neighbours"]) == (1, 1, 0, 1)
    assert (idle["exact"], idle["silent"]) == (0, 0)


def test_a_wrong_character_is_silent_unless_it_is_a_doubt():
    """An invented character counts, one under a doubt does not, and a spoilt neighbour does."""
    case = {"channel": "x", "lossless": True, "part": [1, 2], "garbled": "aÃb", "clean": "aéb"}

    score = mojibake.summed(mojibake.score(lambda _: "aüc", [case]).values())

    assert (score.silent, score.neighbours) == (2, 0)
