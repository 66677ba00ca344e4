"""The record."""

from datetime import datetime

import orjson
import pytest

from crawler import SCHEMA_VERSION
from crawler.clock import SHANGHAI
from crawler.dataset.record import as_record
from crawler.items import Article, Dateline, Doubt, Photo, Repair, Verdict

ORDER = [
    "url",
    "fetched_url",
    "channel",
    "node_id",
    "content_id",
    "title",
    "kicker",
    "subtitle",
    "source",
    "published_at",
    "dateline",
    "authors",
    "editors",
    "paragraphs",
    "photos",
    "script",
    "template",
    "charset",
    "damage",
    "repairs",
    "doubts",
    "duplicate_of",
    "relation",
    "revision",
    "fetched_at",
    "body_sha256",
    "schema_version",
    # Version 2.
    "published_on",
    "published_precision",
    "published_from",
    "first_seen_at",
    "changed_at",
    "similarity",
    "column",
    "province",
    "adcode",
    "text_is_captions",
    "quality",
    "code_version",
]


def test_fields_stand_in_the_documented_order():
    """Every record has all fields, in one order."""
    assert list(as_record(Article(url="http://sd.people.com.cn/"))) == ORDER


def test_unknown_is_null_and_absent_is_an_empty_list():
    """An article of which nothing is known gives nulls and empty lists."""
    record = as_record(Article(url="u"))

    assert {k for k, v in record.items() if v == []} == {
        "authors", "editors", "paragraphs", "photos", "damage", "repairs", "doubts",
    }  # fmt: skip
    assert (record["source"], record["published_at"], record["charset"]) == (None, None, None)
    assert (record["revision"], record["schema_version"]) == (1, SCHEMA_VERSION)


def test_full_article_is_json():
    """Nested values are plain objects, times carry their offset."""
    article = Article(
        url="u",
        published_at=datetime(2026, 2, 12, 9, 5, tzinfo=SHANGHAI),
        dateline=Dateline(text="人民网讯", agency="人民网"),
        photos=(Photo(url="p", caption="花", credit="张三摄", before_paragraph=1),),
        charset=Verdict(decided="gb18030", declared_meta="GB2312"),
        repairs=(Repair(rule="r", count=2, lossless=True),),
        doubts=(Doubt(field="title", start=0, end=1, text="花", candidates=("草",)),),
    )

    record = orjson.loads(orjson.dumps(as_record(article)))

    assert record["published_at"] == "2026-02-12T09:05:00+08:00"
    assert record["dateline"] == {
        "text": "人民网讯",
        "agency": "人民网",
        "place": None,
        "date": None,
    }
    assert record["photos"] == [
        {
            "url": "p",
            "caption": "花",
            "credit": "张三摄",
            "before_paragraph": 1,
            "sha256": None,
            "width": None,
            "height": None,
        }
    ]
    assert record["charset"]["decided"] == "gb18030"
    assert record["repairs"] == [{"rule": "r", "count": 2, "lossless": True}]
    assert record["doubts"][0]["candidates"] == ["草"]


def test_a_day_is_a_day_in_china():
    """The local date stands beside the stamp, whatever zone a reader turns that into."""
    article = Article(url="u", published_at=datetime(2026, 3, 1, 0, 30, tzinfo=SHANGHAI))

    assert as_record(article)["published_on"] == "2026-03-01"


def test_place_and_column_come_from_the_channel():
    """What is known of a channel is in every record of it."""
    record = as_record(Article(url="u", channel="bj", node_id="233088"))

    assert (record["province"], record["adcode"], record["column"]) == ("北京市", "110000", "原创")


@pytest.mark.parametrize(
    ("paragraphs", "answer"),
    [((), False), (("花开",), True), (("花开张三摄",), True), (("花开", "正文"), False)],
)
def test_text_that_only_repeats_captions_says_so(paragraphs, answer):
    """Who counts characters need not count them twice."""
    photo = Photo(url="p", caption="花开", credit="张三摄")

    record = as_record(Article(url="u", paragraphs=paragraphs, photos=(photo,)))

    assert record["text_is_captions"] is answer


def test_likelihood_is_told_of_a_repaired_text_alone():
    """Good text is likelier than what a repair had to leave; clean text is not asked."""
    undone = (Repair(rule="utf8-read-as-gbk", count=1, lossless=True),)
    texts = {
        "记者从会议上获悉，今年的工作已经完成。": undone,
        "娴滅儤鐨缂冩垵鍖楁稉婊鎴︿壕鐠佹媽": undone,
    }

    found = [
        as_record(Article(url="u", title="标题", paragraphs=(text,), repairs=repairs))["quality"]
        for text, repairs in texts.items()
    ]
    clean = as_record(Article(url="u", title="标题", paragraphs=tuple(texts)))["quality"]

    assert found[0]["likelihood"] > -10 > -13 > found[1]["likelihood"]
    assert clean["likelihood"] is None


def test_quality_says_at_least_what_the_doubts_say():
    """Share of characters in doubt; lossless only without doubts and guesses; else null."""
    doubt = Doubt(field="paragraphs", paragraph=0, start=0, end=1, text="花")
    article = Article(url="u", paragraphs=("花开花落",), doubts=(doubt,))

    assert as_record(article)["quality"] == {
        "likelihood": None,
        "doubt_share": 0.25,
        "lossless": False,
        "hopeless": None,
    }
