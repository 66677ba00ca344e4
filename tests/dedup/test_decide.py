"""Which relation two texts have, case by case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.compare import Text
from crawler.dedup.decide import decide

CASES = Path(__file__).parents[1] / "cases" / "dedup-pairs.jsonl"
PAIRS = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]

ARTICLE = PAIRS[0]["new"]


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["case"] for pair in PAIRS])
def test_pair_has_its_relation(pair):
    """A copy is recognised for what it is, and another article of the same mould for what it is."""
    relation = decide(Text.of(pair["new"]), Text.of(pair["old"]), **pair.get("flags", {}))

    assert (relation.name if relation else None) == pair["relation"]


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["case"] for pair in PAIRS])
def test_order_decides_the_name_only(pair):
    """Whether two texts are the same article does not depend on which came first."""
    new, old = Text.of(pair["new"]), Text.of(pair["old"])

    assert (decide(new, old) is None) == (decide(old, new) is None)


def test_similarity_is_the_share_of_the_shorter_text():
    """Half an article is wholly contained in it: similarity 1, while as wholes they are half alike."""
    relation = decide(Text.of(ARTICLE[: len(ARTICLE) // 2]), Text.of(ARTICLE))

    assert relation.similarity == 1.0
    assert 0.4 < relation.jaccard < 0.6


def test_page_of_the_same_address_is_a_revision_even_if_hardly_changed():
    """A page that changed one letter is revised, not a copy of itself."""
    changed = ARTICLE.replace("青石板", "青砖")

    assert decide(Text.of(changed), Text.of(ARTICLE), same_page=True).name == "revised"


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_decided(new, old):
    """No text raises, and similarities stay between 0 and 1."""
    relation = decide(Text.of(new), Text.of(old))

    assert relation is None or 0 <= relation.jaccard <= relation.similarity <= 1


@given(st.text(alphabet="第三十月0123456789日电今天气温", max_size=400))
def test_text_of_numbers_is_its_own_copy(text):
    """However many numbers a text has, it does not contradict itself."""
    one, same = Text.of(text), Text.of(text)

    relation = decide(one, same)

    assert relation is None if len(one.shingles) == 0 else relation.name == "same_text"
