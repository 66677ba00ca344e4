"""Every kind of damage is undone, recorded and, where it was inferred, doubted."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from crawler.text import repair
from crawler.text.mojibake.repair import RULES, repair_all

CASES = Path(__file__).parents[2] / "cases"


def load(name):
    rows = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(row) for row in rows]


def by_id(row):
    return row["id"]


@pytest.mark.parametrize("row", load("repair-in-the-wild") + load("repair-synthetic"), ids=by_id)
def test_damage_is_undone(row):
    """A damaged text comes back as it was, and says by which rule."""
    repaired = repair(row["garbled"])

    assert repaired.text == row["clean"]
    assert repaired.repairs
    assert {done.rule for done in repaired.repairs} <= set(repaired.damage)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, marks=pytest.mark.xfail(reason=row["why"], strict=True), id=row["id"])
        for row in load("repair-known-failures")
    ],
)
def test_known_failure(row):
    """What cannot be undone yet is listed with its reason."""
    assert repair(row["garbled"]).text == row["clean"]


@pytest.mark.parametrize("row", load("repair-negative") + load("repair-sentences"), ids=by_id)
def test_text_that_is_as_it_should_be_is_never_touched(row):
    """Clean text of any language and kind comes back as the same object."""
    repaired = repair(row["text"])

    assert repaired.text is row["text"]
    assert not repaired.repairs
    assert not repaired.hopeless


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_undoes_its_samples(rule):
    """Each row of the table proves itself."""
    assert rule.samples

    for damaged, clean in rule.samples:
        repaired = repair(damaged)
        assert repaired.text == clean
        assert rule.name in [done.rule for done in repaired.repairs]


def test_names_of_rules_are_unique():
    """A record that names a rule names one row of the table."""
    names = [rule.name for rule in RULES]

    assert len(names) == len(set(names))


def test_lossless_repair_has_no_doubt():
    """What the bytes force is no guess."""
    repaired = repair("ÈËÃñÈÕ±¨¼ÇÕß")

    assert [done.lossless for done in repaired.repairs] == [True]
    assert not repaired.doubts


def test_inferred_character_is_a_doubt_with_its_place_and_candidates():
    """The lost name is guessed, and says so; what the bytes force beside it does not."""
    repaired = repair("（记者胡\ufffd础⒑钗睦ぃ\ufffd")

    first, last = repaired.doubts
    assert repaired.text == "（记者胡喆、侯文坤）"
    assert (first.start, first.end, first.text, first.candidates[0]) == (4, 5, "喆", "喆")
    assert (last.start, last.text) == (9, "）")
    assert [done.lossless for done in repaired.repairs] == [False]


def test_doubts_move_with_the_text():
    """A later repair before a doubt moves it to its new place."""
    repaired = repair("&ldquo;会议&rdquo;（记者胡\ufffd础⒑钗睦ぃ\ufffd")

    assert [repaired.text[doubt.start : doubt.end] for doubt in repaired.doubts] == ["喆", "）"]


def test_only_the_damaged_span_is_changed():
    """A clean article around one bad sentence stays as it is to the last character."""
    clean = "".join(row["text"] for row in load("repair-sentences")[:12])
    damaged = "县医院新大楼昨天启用".encode("gbk").decode("latin-1")

    repaired = repair(clean + damaged + clean)

    assert repaired.text == clean + "县医院新大楼昨天启用" + clean
    assert [done.count for done in repaired.repairs] == [1]


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        ("锟斤拷锟斤拷锟斤拷2026锟斤拷锟斤拷", "utf8-lost-then-read-as-gbk"),
        ("\ufffd\ufffd\ufffd\ufffd2026\ufffd\ufffd\ufffd\ufffd", "replacement-characters"),
        ("烫烫烫烫烫烫烫烫", "memory-read-as-gbk"),
        ("屯屯屯屯屯屯", "memory-read-as-gbk"),
        ("????????2026????", "question-marks"),
        ("省里召开新的工作会议".encode("gbk").decode("utf-8", "replace"), "gbk-read-as-utf8"),
    ],
)
def test_hopeless_text_is_reported_and_left_alone(text, damage):
    """What is lost for good is named, placed and kept, so that the page is fetched again."""
    repaired = repair(text)

    assert repaired.text is text
    assert repaired.hopeless
    assert damage in repaired.damage
    assert repaired.doubts


def test_lost_characters_in_a_readable_text_are_doubts():
    """A few lost characters do not make a text hopeless, but each place is named."""
    repaired = repair("全省共有\ufffd\ufffd个县区参加了这次秋季运动会的开幕式和各项比赛。")

    assert not repaired.hopeless
    assert [(doubt.start, doubt.end) for doubt in repaired.doubts] == [(4, 6)]


def test_private_use_characters_stay_until_a_rule_resolves_them():
    """They may hold the bytes of a mirror's damage, so none is thrown away."""
    text = "这里有一个\ue4b5私有区字符"

    assert repair(text).text == text


def test_parts_of_a_document_come_back_in_order():
    """As many parts come back as were given, each with its own record."""
    parts = repair_all(["山村夜校", "ÈËÃñÈÕ±¨", ""])

    assert [part.text for part in parts] == ["山村夜校", "人民日报", ""]
    assert [bool(part.repairs) for part in parts] == [False, True, False]


def test_escapes_in_a_web_address_stay():
    """An address is escaped on purpose; the sentence around it is repaired all the same."""
    repaired = repair("他说&ldquo;看http://a.example/?q=%E4%BA%BA&amp;b=1&rdquo;")

    assert "%E4%BA%BA&amp;b=1" in repaired.text
    assert repaired.text.startswith("他说“看")


def test_documentation_lists_every_rule():
    """The page for readers has one row for each rule, with its words and its sample."""
    page = (CASES.parents[1] / "docs" / "repair.md").read_text(encoding="utf-8")
    table = page.split("<!-- rules -->")[1].split("<!-- /rules -->")[0]

    rows = [line.split(" | ") for line in table.strip().splitlines()[2:]]

    assert [row[0].strip("| `") for row in rows] == [rule.name for rule in RULES]
    assert [row[1] for row in rows] == [rule.undoes for rule in RULES]
    assert [row[2] for row in rows] == ["yes" if rule.lossless else "no" for rule in RULES]


def test_bytes_that_are_no_text_are_left():
    """Noise is not searched for originals: it comes back as it is, marked as damaged."""
    noise = random.Random(1).randbytes(2000).replace(b"\n", b"").decode("gb18030", "replace")

    done = repair(noise)

    assert done.text == noise
    assert done.damage


@pytest.mark.parametrize(
    ("real", "shown"),
    [
        ("utf-8", "latin-1"),
        ("gb18030", "latin-1"),
        ("big5hkscs", "latin-1"),
        ("big5hkscs", "gb18030"),
    ],
)
def test_what_lost_no_byte_comes_back_exactly(real, shown):
    """Every sentence, also a long one whose beginning is compared before its end is read."""
    for row in load("repair-sentences"):
        try:
            garbled = row["text"].encode(real).decode(shown)
        except UnicodeError:  # a character that this charset lacks
            continue

        assert repair(garbled).text == row["text"]


@pytest.mark.parametrize(
    "row", [row for row in load("repair-negative") if row["id"].startswith("listed")], ids=by_id
)
def test_rare_words_are_no_damage(row):
    """Cantonese, and lists of rare words, are not taken for damage of an unknown kind."""
    repaired = repair(row["text"])

    assert not repaired.damage
    assert not repaired.doubts


@pytest.mark.parametrize(("real", "shown"), [("utf-8", "latin-1"), ("gb18030", "latin-1")])
@pytest.mark.parametrize("between", ["\n", "2026年", ""])
def test_a_long_text_is_cut_between_its_characters(real, shown, between):
    """Whatever part of it is searched at once, no character's bytes come into two parts."""
    lines = [
        f"第{n}天，老师傅拿起锉刀，在铜坯上一点一点修，图书馆里坐满了读者。" for n in range(40)
    ]
    text = between.join(lines)

    found = repair(text.encode(real).decode(shown))

    assert found.text == text
    assert all(done.lossless for done in found.repairs)
    assert not found.doubts
