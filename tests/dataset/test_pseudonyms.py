"""Without names: the makers of an article get pseudonyms, in their fields and in its texts."""

from __future__ import annotations

import pytest

from crawler.dataset.pseudonyms import Pseudonyms, open_key
from crawler.dataset.record import as_record
from crawler.errors import ConfigError
from crawler.items import Dateline, Doubt, Photo
from tests.crawl.visits import article

RENAME = Pseudonyms(b"key")
ITEM = article(
    1,
    "人民网济南3月25日电（记者张小三）春天来了。",
    "供图：宋 翠",
    authors=("张小三",),
    editors=("李　四",),
    dateline=Dateline(text="人民网济南3月25日电"),
    photos=(Photo(url="p", caption="花", credit="人民网 宋翠摄"),),
    doubts=(
        Doubt(field="paragraphs", paragraph=0, start=20, end=21, text="天", candidates=("夭",)),
        Doubt(field="paragraphs", paragraph=0, start=15, end=16, text="小", candidates=("晓",)),
    ),
)


def test_no_name_is_left():
    """Neither in the fields nor in the text, with or without a space between the characters."""
    found = RENAME(as_record(ITEM))

    text = repr(found)
    assert not any(name in text for name in ("张小三", "李　四", "宋翠", "宋 翠", "晓"))
    assert found["authors"] == [RENAME.of("张小三")]
    assert found["photos"][0]["credit"] == f"人民网 {RENAME.of('宋翠')}摄"


def test_doubts_move_with_the_text():
    """Each doubt still names its characters."""
    found = RENAME(as_record(ITEM))

    for doubt in found["doubts"]:
        text = found["paragraphs"][doubt["paragraph"]]
        assert text[doubt["start"] : doubt["end"]] == doubt["text"]


def test_a_key_makes_the_pseudonym(tmp_path):
    """The same key gives the same pseudonym, another key another one; a broken key is named."""
    path = tmp_path / "renmin.names.key"
    key = open_key(path)

    assert Pseudonyms(open_key(path)).of("张三") == Pseudonyms(key).of("张三")
    assert Pseudonyms(key).of("张三") != RENAME.of("张三")
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("nonsense")
    with pytest.raises(ConfigError, match=r"names\.key"):
        open_key(path)
