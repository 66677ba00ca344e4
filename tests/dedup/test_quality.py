"""The promised quality, on a small draw; benchmarks/near_duplicates.py measures it on a large one."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks import template_articles, text_damage
from crawler.dedup.lines import Index
from crawler.dedup.sketch import MIN_LENGTH
from crawler.replica.addresses import SitePlan
from crawler.replica.story import write
from crawler.site.channels import load
from crawler.text.chinese.script import canonical


@pytest.fixture(scope="module")
def texts() -> list[str]:
    plan = SitePlan(articles=150, seed=7, channels=tuple(load().values()), plain=True)
    written = ("\n".join(write(entry, 7).truth.paragraphs) for entry in plan.entries())
    return [text for text in written if len(canonical(text)) >= MIN_LENGTH]


@pytest.fixture(scope="module")
def index(texts) -> Index:
    made = Index()
    for text in texts:
        made.add(text)
    return made


def test_articles_are_not_copies_of_each_other(texts):
    """Articles about the same things are different articles."""
    index = Index()

    assert [text for text in texts if index.add(text)] == []


@pytest.mark.parametrize("kind", text_damage.KINDS)
def test_damaged_copy_is_found(texts, index, kind):
    """Of 40 copies with this damage at least 37 are found, and none is taken for another's."""
    random = Random(kind)
    found = []
    for number in random.sample(range(len(texts)), 40):
        copy = text_damage.KINDS[kind](texts[number], random, texts)
        if len(canonical(copy)) >= MIN_LENGTH:
            match = index.find(copy)
            found.append(match and match.number - number)

    assert found.count(0) >= 0.92 * len(found)
    assert set(found) <= {0, None}


@pytest.mark.parametrize("kind", template_articles.KINDS)
def test_articles_of_one_mould_are_not_merged(kind):
    """Fifty days' weather are fifty reports."""
    index = Index()

    assert [text for text in template_articles.articles(kind, 50, 7) if index.add(text)] == []
