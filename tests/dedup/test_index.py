"""The duplicates among texts that come one after the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.lines import Index

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "dedup-pairs.jsonl")
    .read_text("utf-8")
    .splitlines()
]
ARTICLE = PAIRS[0]["new"]
OTHER = next(pair["new"] for pair in PAIRS if pair["case"] == "another article")
UNFLAGGED = [pair for pair in PAIRS if "flags" not in pair]


@pytest.fixture
def index():
    return Index()


@pytest.mark.parametrize("pair", UNFLAGGED, ids=[pair["case"] for pair in UNFLAGGED])
def test_text_is_found_among_others(index, pair):
    """The index comes to the verdict that the two texts alone give."""
    index.add(OTHER if pair["new"] != OTHER else ARTICLE)
    index.add(pair["old"])

    match = index.add(pair["new"])

    assert (match and (match.number, match.relation.name)) == (
        pair["relation"] and (1, pair["relation"])
    )


def test_copy_of_a_copy_is_a_copy_of_the_original(index):
    """Marks point straight at the original."""
    index.add(ARTICLE)
    index.add(ARTICLE.replace("青石板", "石板"))

    near, exact = (index.add(ARTICLE.replace("青石板", "石板") + tail) for tail in ("（完）", ""))

    assert (near.number, exact.number) == (0, 0)


def test_excerpt_of_a_digest_is_not_a_copy_of_its_other_parts(index):
    """A digest of two articles is a copy of the first, its second part is one of the digest only."""
    index.add(ARTICLE)
    digest = index.add(f"{ARTICLE}\n{OTHER}")

    second = index.add(OTHER)

    assert (digest.number, digest.relation.name) == (0, "contains")
    assert (second.number, second.relation.name) == (1, "excerpt")


@pytest.mark.parametrize(
    ("title", "date", "number"),
    [
        ("停水通知", "2024-03-25", 0),
        ("停水通知", "2024-03-26", None),
        ("停电通知", "2024-03-25", None),
    ],
)
def test_short_text_needs_the_same_title_and_date(index, title, date, number):
    """A caption of a few words is the same article only with the same headline on the same day."""
    index.add("图为活动现场。", "停水通知", "2024-03-25")

    match = index.add("图为活动现场。", title, date)

    assert (match and match.number) == number


def test_long_text_needs_neither(index):
    """A whole article is the same article under any headline."""
    index.add(ARTICLE, "三条旧巷完成改造", "2024-03-25")

    assert index.add(ARTICLE, "老城新貌", "2024-04-02").number == 0


@pytest.mark.parametrize("text", ["", "  \n", "……", "(!)"])
def test_empty_text_is_nobodys_copy(index, text):
    """Two articles without text are not copies of each other."""
    index.add(text)

    assert index.add(text) is None


def test_menus_of_one_site_make_no_copies(index):
    """Two pages whose menus are longer than their articles are copies of the articles only."""
    menus = "首页要闻专题图片视频互动社会财经教育健康旅游" * 4 + "版权所有未经书面授权禁止使用" * 6
    index.add(ARTICLE)
    index.add(OTHER)

    found = [index.add(f"{menus}\n{text}\n{menus[::-1]}").number for text in (ARTICLE, OTHER)]

    assert found == [0, 1]


def test_finding_keeps_nothing(index):
    """A text that was only looked up is not found later."""
    assert index.find(ARTICLE) is None
    assert index.find(ARTICLE) is None
    assert len(index) == 0


def test_popular_text_does_not_crowd_the_index(index):
    """After hundreds of copies the next one is still found, with its original."""
    texts = [ARTICLE + f"（转载自第{number}号网站）" for number in range(200)]

    matches = [index.add(text) for text in texts]

    assert {match.number for match in matches[1:]} == {0}


@given(st.lists(st.text(max_size=150), max_size=6))
def test_any_texts_can_be_added(texts):
    """No text raises, and a match is always an earlier one."""
    index = Index()
    for number, text in enumerate(texts):
        match = index.add(text)

        assert match is None or match.number < number
