"""The gate passes clean Chinese and stops what may be damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.chinese.script import to_traditional
from crawler.text.mojibake.detect import suspicious
from crawler.text.mojibake.repair import RULES

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
