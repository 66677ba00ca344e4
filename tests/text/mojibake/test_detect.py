"""The gate passes clean Chinese and stops what may be damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.chinese.script import to_traditional
from crawler.text.mojibake.detect import korean_words, suspicious
from crawler.text.mojibake.repair import RULES, repair
from crawler.text.mojibake.unread import UNKNOWN

CASES = Path(__file__).parents[2] / "cases"


def load(name):
    rows = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(row) for row in rows]


SENTENCES = [row["text"] for row in load("repair-sentences")]
PARAGRAPHS = ["".join(SENTENCES[i : i + 14]) for i in range(0, len(SENTENCES) - 13, 4)]


@pytest.mark.parametrize("text", PARAGRAPHS, ids=range(len(PARAGRAPHS)))
def test_clean_paragraph_passes_in_both_scripts(text):
    """A clean paragraph of 200 characters or more raises no alarm, simplified or traditional."""
    assert len(text) >= 200

    alarms = [suspicious(text), suspicious(to_traditional(text))]

    assert alarms == [False, False]


@pytest.mark.parametrize("row", load("repair-synthetic"), ids=lambda row: row["id"])
def test_damage_is_noticed_inside_a_clean_article(row):
    """One damaged sentence raises the alarm for the clean article around it."""
    assert suspicious(PARAGRAPHS[0] + row["garbled"] + PARAGRAPHS[1])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_let_through(rule):
    """No rule's sample is taken for clean text."""
    assert all(suspicious(damaged) for damaged, _ in rule.samples)


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("有馀之家不知匮，", False),  # a line of verse
        ("论文刊于《柳叶刀（Lancet）》等国际知名学术刊物。", False),  # a foreign word
        ("论文刊于《柳叶刀（L谩ncet）》等国际知名学术刊物。", True),
        ("螝伪位畏渭苇蟻伪", True),  # two rare hanzi apart as well, but none is frequent
    ],
)
def test_the_few_odd_characters_of_a_line_are_judged_by_those_around(text, alarm):
    """Two rare hanzi that stand apart among frequent ones are words, and so are letters together."""
    assert suspicious(text) is alarm


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_gate_answers_for_any_text(text):
    """The gate never raises, whatever it is shown."""
    assert suspicious(text) in (True, False)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("서울시 축제 일정이 발표되었다", "cp949"),
        ("지역 소식", "cp949"),
        ("首相が記者会見を開いた", "cp932"),
    ],
)
def test_foreign_words_that_became_hanzi_are_told_of(text, codec):
    """Korean and Japanese bytes that were read as GBK are hanzi, and the text is said to be damaged."""
    found = repair(text.encode(codec).decode("gbk"))

    assert UNKNOWN in found.damage
    assert found.doubts


@pytest.mark.parametrize(
    "text",
    [
        "春 夏 秋 冬",
        "山东 河北 江苏 浙江",
        "编辑 王晓明 校对 李建国",
        "氢 氦 锂 铍 硼 碳",
        "上一页 下一页",
    ],
)
def test_chinese_words_with_blanks_between_them_are_no_korean(text):
    """Names, elements and buttons stand in rows too."""
    assert korean_words(text) == []
