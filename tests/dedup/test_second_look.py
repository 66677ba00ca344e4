"""The second look finds heavily edited and partly rewritten copies, and no two articles of one mould."""

from __future__ import annotations

from random import Random

import pytest

from crawler.dedup.compare import Text
from crawler.dedup.decide import decide, in_order

WORDS = "会议召开治理河道先易后难记者获悉今年以来农业生产形势稳定粮食产量再创新高居民收入增长城市更新项目开工建设群众"
SENTENCES = 24


def sentence(rng, number):
    words = "".join(rng.choices(WORDS, k=22))
    return f"{words}共{number}处{''.join(rng.choices(WORDS, k=6))}。"


def story(seed):
    rng = Random(seed)
    return [sentence(rng, 100 * seed + n) for n in range(10, 10 + SENTENCES)]


def edited(text, share, rng):
    return "".join(
        rng.choice(WORDS) if rng.random() < share and c not in "0123456789" else c for c in text
    )


def test_every_fifth_character_changed_is_still_the_article():
    """The letters stand in order, the numbers are the same."""
    text = "".join(story(1))

    assert decide(Text.of(edited(text, 0.2, Random(3))), Text.of(text)) is not None


def test_a_third_of_the_sentences_rewritten_is_still_the_article():
    """Long passages are the same to the letter, and so are most numbers."""
    old, other = story(1), story(2)
    new = [o if n % 3 == 0 else s for n, (s, o) in enumerate(zip(old, other, strict=True))]

    relation = decide(Text.of("".join(new)), Text.of("".join(old)))

    assert relation is not None
    assert relation.name == "reprint"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2])
def test_another_filling_of_the_mould_is_another_article(share):
    """The same sentences around other numbers, edited or not."""
    rng = Random(5)
    frame = [sentence(Random(n), 0) for n in range(SENTENCES)]
    one, other = (
        "".join(s.replace("共0", f"共{base + n}") for n, s in enumerate(frame)) for base in (20, 70)
    )

    assert decide(Text.of(edited(one, share, rng)), Text.of(other)) is None


def test_another_article_is_another_article():
    """Two texts of the same words, and not one sentence in common."""
    assert decide(Text.of("".join(story(1))), Text.of("".join(story(2)))) is None


@pytest.mark.parametrize(
    ("a", "b", "length"), [("", "一", 0), ("一二三", "三二一", 1), ("一二三", "一三", 2)]
)
def test_letters_in_order(a, b, length):
    """The longest common subsequence, whichever text comes first."""
    assert in_order(a, b) == in_order(b, a) == length


@pytest.mark.parametrize(
    ("more", "name"),
    [("", "same_text"), ("（本文转自人民网山东频道）", "contains"), (-1, "excerpt")],
)
def test_the_same_text_has_nothing_more(more, name):
    """A note more, or a paragraph less, is no same text."""
    old = story(1)
    new = old[:more] if more == -1 else [*old, more]

    assert decide(Text.of("".join(new)), Text.of("".join(old))).name == name


@pytest.mark.parametrize(
    ("passage", "name"),
    [
        ("市民周先生告诉记者，新站点离家近多了，出门很方便。", "reprint"),
        ("另一条消息称工程明年完工。", "reprint"),
        ("王小明", "same_text"),
    ],
)
def test_the_same_text_has_no_other_passage(passage, name):
    """A clause in the place of another of its length is more than a slip; a name is not."""
    old = "".join(story(1))
    place = len(old) // 2
    new = old[:place] + passage + old[place + len(passage) :]

    assert decide(Text.of(new), Text.of(old)).name == name
    assert decide(Text.of(old), Text.of(new)).name == name
