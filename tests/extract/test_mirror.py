"""Copies on other sites."""

from datetime import datetime

import pytest

from crawler.clock import SHANGHAI
from crawler.extract.mirror import origin_of
from crawler.extract.parse import parse_article
from crawler.replica.answer import MirrorSite, damage

URL = "http://news.mirror.example/zuxun/4751.html"
TITLE = "渔村里的图书馆办了一场读书会"
STAMP = "来源:人民网-山东频道"
TEXT = (
    "人民网济南3月25日电（宋小翠）渔村里的图书馆只有两间屋，借书的人要先脱鞋。图书馆的管理员是退休的船长。",
    "管理员说，图书馆的书怕潮，渔村里的人不怕。去年，村里借出的书有三千多册，还回来的比借出去的多。",
    "读书会现场。人民网 宋小翠摄",
    "会议要求，要把办好图书馆作为分内之事，努力解决渔村里的群众读书的问题，让图书馆的灯一直亮着。",
)
SITE = MirrorSite(commas=True, flatten=True)
JUNK = (
    "随便看看：",
    "- [热评]全国首例！判了！",
    "相关推荐：",
    "网友评论：",
    "推荐使用友言、多说、畅言（需备案后使用）等社会化评论插件",
    "- 领航小食品革新：首创低温烘焙工艺，重塑味道。",
)


def article(lines, url=URL):
    return parse_article("\n".join(lines), url).article


def test_copy_as_plain_text_is_parted_from_the_junk():
    """Headline, source, dateline, byline, captions and text are found; the lists below are not."""
    found = article((TITLE, STAMP, *TEXT, *JUNK))

    assert (found.template, found.title, found.source) == ("mirror", TITLE, "人民网-山东频道")
    assert (found.dateline.place, found.authors) == ("济南", ("宋小翠",))
    assert found.paragraphs == (TEXT[0], TEXT[1], TEXT[3])
    assert [(p.caption, p.credit, p.before_paragraph) for p in found.photos] == [
        ("读书会现场。", "人民网 宋小翠摄", 2)
    ]


def test_copy_in_any_markup_is_read_as_lines():
    """Navigation, breadcrumbs and linked lists around a copy are left out."""
    lines = "".join(f"<p>{line}</p>" for line in TEXT)
    html = (
        f"<title>{TITLE}_热点_镜像网</title><a href=/>首页</a><div>当前位置：<a href=/>首页</a></div><h1>{TITLE}</h1>"
        f"<div>2023-03-25 10:12 {STAMP} 点击：8</div><div>{lines}</div><h3>猜你喜欢</h3><ul><li><a href=/2.html>湖面结冰了</a></ul>"
    )

    found = parse_article(html, URL).article

    assert (found.title, found.paragraphs) == (TITLE, (TEXT[0], TEXT[1], TEXT[3]))
    assert found.published_at == datetime(2023, 3, 25, 10, 12, tzinfo=SHANGHAI)


def test_garbled_copy_is_restored_before_it_is_read():
    """The words that part an article from junk are garbled too, so all lines are restored first."""
    found = article(damage((TITLE, STAMP, *TEXT, *JUNK), SITE))

    assert (found.title, found.source) == (TITLE, "人民网-山东频道")
    assert (found.dateline.text, found.authors) == ("人民网济南3月25日电", ("宋小翠",))
    assert len(found.paragraphs) == 3
    assert [photo.credit for photo in found.photos] == ["人民网 宋小翠摄"]
    assert found.damage == ("mirror",)
    assert {repair.rule for repair in found.repairs} >= {"mirror-pinyin"}


def test_doubts_of_a_garbled_copy_point_into_the_article():
    """Each doubt names a field and a place where its text stands."""
    found = article(damage((TITLE, STAMP, *TEXT, *JUNK), SITE))

    for doubt in found.doubts:
        text = {"title": found.title, "source": found.source}.get(doubt.field)
        if doubt.field == "paragraphs":
            text = found.paragraphs[doubt.paragraph]
        if text is not None:
            assert text[doubt.start : doubt.end] == doubt.text


@pytest.mark.parametrize(
    ("url", "source", "address", "content_id"),
    [
        ("http://m.example/n2/2023/0325/c364532-40350001.html", "人民网-山东频道", "http://sd.people.com.cn/n2/2023/0325/c364532-40350001.html", "40350001"),
        ("http://m.example/n2/2023/0325/c364532-40350001.html", "人民網－山東頻道", "http://sd.people.com.cn/n2/2023/0325/c364532-40350001.html", "40350001"),
        ("http://m.example/n2/2023/0325/c364532-40350001.html", "羊城晚报", None, "40350001"),
        ("http://m.example/zuxun/4751.html", "人民网-山东频道", None, None),
        ("http://[broken", None, None, None),
    ],
)  # fmt: skip
def test_original_is_named_as_far_as_the_address_tells(url, source, address, content_id):
    """The path tells column, number and day; only with the channel in the source the whole address."""
    origin = origin_of(url, source)

    assert (origin.address, origin.content_id) == (address, content_id)
