"""Titles, sources and times."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.dates import read_moment, read_time
from crawler.extract.header import is_stamp, read_source, without_page_number, without_site
from crawler.extract.keywords import marks
from crawler.extract.parse import parse_article
from crawler.extract.tree import parse as document
from crawler.extract.tree import text_of

URL = "http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2019年06月15日08:18\xa0\xa0来源：人民网", "2019-06-15T08:18:00+08:00"),
        ("来源:人民网-图片频道  2021年03月26日08:41", "2021-03-26T08:41:00+08:00"),
        ("2026-02-12 09:05:33", "2026-02-12T09:05:00+08:00"),
        ("2012/1/9 7:05", "2012-01-09T07:05:00+08:00"),
        ("2026年2月12日", "2026-02-12T00:00:00+08:00"),
        ("2024年04月24日 | 2024年04月24日23:52", "2024-04-24T23:52:00+08:00"),
        ("2026年2月12日 下午3:05", "2026-02-12T15:05:00+08:00"),
        ("2026年02月12日 星期四 18:00", "2026-02-12T18:00:00+08:00"),
        ("2026年2月12日16时", "2026-02-12T16:00:00+08:00"),
        ("２０２６－０２－１２ ０９：０５", "2026-02-12T09:05:00+08:00"),
        ("2026-02-12 12:10 AM", "2026-02-12T00:10:00+08:00"),
        ("2026-02-11T17:05:33.120Z", "2026-02-12T01:05:00+08:00"),
        ("2026-02-11T17:05:33+00:00", "2026-02-12T01:05:00+08:00"),
        ("2026-02-12T09:05:33+08:00", "2026-02-12T09:05:00+08:00"),
        ("2026-02-12 08:00-10:00", "2026-02-12T08:00:00+08:00"),
        ("更新时间：2026-02-13 10:00 发布时间：2026-02-12 09:05", "2026-02-12T09:05:00+08:00"),
        ("2026-02-13 10:00 更新 | 2026-02-12 09:05 发布", "2026-02-12T09:05:00+08:00"),
        ("修改于2026-02-13 10:00 | 2026-02-12 09:05", "2026-02-12T09:05:00+08:00"),
        ("2026-02-13 10:00更新 2026-02-12 09:05发布", "2026-02-12T09:05:00+08:00"),
        ("2026-02-11 17:05:33 UTC", "2026-02-12T01:05:00+08:00"),
        ("更新时间：2026-02-13 10:00", "2026-02-13T10:00:00+08:00"),
        ("2026-02-12 25:61", "2026-02-12T00:00:00+08:00"),
        ("2021-02-31 08:41", None),
        ("2021年13月01日", None),
        ("昨天", None),
    ],
)
def test_time_is_read_to_the_minute(text, time):
    """The first time of day is read, at +08:00; a day alone is its first minute."""
    moment = read_time(text)

    assert (moment and moment.isoformat()) == time


@pytest.mark.parametrize(
    ("line", "precision"),
    [("2026年2月12日", "day"), ("2026年2月12日16时", "minute"), ("2026年2月12日00:00", "minute")],
)
def test_a_moment_says_how_much_of_it_was_told(line, precision):
    """Midnight that is printed differs from midnight that stands in for a day."""
    assert read_moment(line).precision == precision


@given(st.text(alphabet="2026年月日0123456789:： 时分下午星期一更新发布TZ+-./|时间１", max_size=80))
def test_no_line_breaks_the_reading_of_times(line):
    """Any line gives a time in Beijing or none."""
    moment = read_moment(line)

    assert moment is None or moment.at.utcoffset() == timedelta(hours=8)


def test_the_headline_is_the_one_that_the_title_says_too():
    """An h1 of a logo loses to the heading with which the title begins."""
    html = (
        "<title>风筝飞过了河--地方--河岸网</title><h1>河岸网主办</h1><h2 id=newstit>风筝飞过了河</h2>"
        "<div><p>风筝飞过了河，桥上的人都抬起头来看，看了一下午也没有散，到了晚上又点起灯来接着看。</p></div>"
    )

    assert parse_article(html, "http://river.example/a.html").article.title == "风筝飞过了河"


@pytest.mark.parametrize("number", ["41500648", "L_41500648", "F_41500648"])
def test_numbers_in_meta_may_name_their_system(number):
    """A saved page of the regional system tells its numbers as a national one does."""
    html = f'<meta name="contentid" content="{number}"><div class=rm_txt><h1>花</h1><div class=rm_txt_con><p>花开了。'

    assert parse_article(html, "http://copy.example/a.html").article.content_id == "41500648"


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("2019年06月15日08:18  来源：人民网-文化频道", "人民网-文化频道"),
        ("2024年04月24日23:52 | 来源：新华网", "新华网"),
        ("来源:人民网-图片频道  2021年03月26日08:41", "人民网-图片频道"),
        ("来源： 人民网－《人民日报》 手机看新闻", "人民网－《人民日报》"),
        ("来源 : 人民网-山东频道", "人民网-山东频道"),
        ("來源：人民網－山東頻道 訂閱 收藏", "人民網－山東頻道"),
        ("来源：湖北日报 第 06 版", "湖北日报"),
        ("来源：人民日报 作者：张三", "人民日报"),
        ("来源：上海发布", "上海发布"),
        ("来源：中国评论新闻网 评论(3)", "中国评论新闻网"),
        ("来源：人民网-通辽频道 更新时间：2026-02-13 发布时间：2026-02-12", "人民网-通辽频道"),
        ("来源：北京阅读时间 发布于 2026-02-12 09:05", "北京阅读时间"),
        ("来源：", None),
        ("2024年04月24日23:52", None),
    ],
)
def test_source_is_what_stands_behind_its_word(line, source):
    """The source ends where a time, a tool or another label begins."""
    assert read_source(line) == source


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("花开了--山东频道--人民网 ", "花开了"),
        ("花开——又一年--文化--人民网", "花开——又一年"),
        ("花开了--人民网", "花开了"),
        ("老区新貌--理论-中国共产党新闻网", "老区新貌"),
        ("花--开", "花--开"),
    ],
)
def test_site_is_taken_off_document_titles_only_at_the_end(title, clean):
    """Channel and site go; dashes of the headline stay."""
    assert without_site(title) == clean


def test_page_number_is_taken_off():
    """【4】 at the end of a later page's headline goes, in the middle it stays."""
    assert without_page_number("雪【1】落【4】") == "雪【1】落"


def test_document_title_stands_in_for_a_missing_headline():
    """A page without h1 takes its title, without the site's name."""
    html = (
        "<title>花开了--山东频道--人民网</title><div class=rm_txt><div class=rm_txt_con><p>花开了。"
    )

    assert parse_article(html, URL).article.title == "花开了"


def test_meta_stands_in_for_source_and_day():
    """Without a stamp, meta names source and day; without meta, the address names the day."""
    body = "<div class=rm_txt><h1>花</h1><div class=rm_txt_con><p>花开了。"
    meta = '<meta name="source" content="来源：山东日报 原创稿"><meta name="publishdate" content="2026-02-11">'

    with_meta, without = parse_article(meta + body, URL).article, parse_article(body, URL).article

    assert (with_meta.source, with_meta.published_at.day) == ("山东日报", 11)
    assert (without.source, without.published_at.day) == (None, 12)
    told = [(a.published_from, a.published_precision) for a in (with_meta, without)]
    assert told == [("meta", "day"), ("address", "day")]


def test_stamp_is_told_from_a_sentence():
    """A line that ends a sentence is no stamp, whatever it names."""
    assert is_stamp("来源：山东日报 2026-02-12")
    assert not is_stamp("2026年2月12日，消息来源：村民。")


def test_marks_read_both_scripts_inside_and_outside_of_classes():
    """A pattern in simplified characters reads traditional ones too."""
    assert marks(r"责编[:：]").match("責編：")
    assert marks(r"[报网]\[电\]").fullmatch("網[電]")


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("二〇二六年二月十二日09:05 来源：湖滨日报", "2026-02-12T09:05"),
        ("二○二六年十二月三十一日", "2026-12-31T00:00"),
        ("二零二六年十月二十日上午九时五分", "2026-10-20T09:05"),
        ("2026年2月12日 正午12:30", "2026-02-12T12:30"),
        ("20260212", "2026-02-12T00:00"),
        ("Thu, 12 Feb 2026 01:05:00 GMT", "2026-02-12T09:05"),
        ("Feb 12, 2026 09:05", "2026-02-12T09:05"),
        ("February 12 2026", "2026-02-12T00:00"),
        ("Thu Feb 12 09:05:33 CST 2026", "2026-02-12T09:05"),
        ("20260212090533", "2026-02-12T09:05"),
        ("2026年02月12日09:05 二〇二五年一月一日", "2026-02-12T09:05"),  # digits go first
    ],
)
def test_times_in_other_writing(line, moment):
    """They are read where no other time is told."""
    assert read_moment(line).at.isoformat()[:16] == moment


@pytest.mark.parametrize("behind", ["转发微博", "扫一扫", "发表评论"])
def test_what_a_source_is_followed_by_is_no_part_of_it(behind):
    """The tools of the page stand on the same line."""
    assert read_source(f"2026年02月12日09:05 出处：湖滨日报 {behind}") == "湖滨日报"


@pytest.mark.parametrize(
    "title", ["湖边的灯_人民网", "湖边的灯 - 人民网", "湖边的灯|人民网", "湖边的灯——人民网", "湖边的灯--理论-人民网", "湖边的灯_山东频道_人民网"]
)  # fmt: skip
def test_the_site_names_itself_behind_any_mark(title):
    """Whatever parts the names of site and channel from the headline."""
    assert without_site(title) == "湖边的灯"


@pytest.mark.parametrize(
    "title", ["湖边的灯：人民网记者手记", "《人民网》——湖边的灯", "湖边的灯——人民网民的来信"]
)
def test_a_headline_that_speaks_of_the_site_stays(title):
    """The name is the headline's own where no mark parts it, or where more follows."""
    assert without_site(title) == title


@pytest.mark.parametrize(
    "logo", ['<h1 class="logo">人民网</h1>', '<h1><a href="/">山东频道</a></h1>']
)
def test_a_logo_in_the_box_of_the_headline_is_none(logo):
    """Of several headlines, the one that the document's title says counts."""
    box = (
        f'<div class="rm_txt">{logo}<h1>湖边的灯亮了</h1><div class="channel"><div>2026年02月12日09:05</div></div>'
        '<div class="rm_txt_con"><p>　　花开了，人来了，湖边的灯也亮了。</p><div class="edit">(责编：甲)</div></div></div>'
    )
    page = (
        f"<html><head><title>湖边的灯亮了--山东频道--人民网</title></head><body>{box}</body></html>"
    )

    assert parse_article(page, URL).article.title == "湖边的灯亮了"


@pytest.mark.parametrize(
    "meta",
    [
        '<meta itemprop="datePublished" content="2026-02-12T01:05:00Z">',
        '<meta name="_pubtime" content="2026-02-12 09:05">',
        '<meta name="weibo: article:create_at" content="2026-02-12 09:05:33">',
        '<meta property="article:published_time" content="Thu, 12 Feb 2026 01:05:00 GMT">',
    ],
)
def test_times_of_publication_in_meta_under_other_names(meta):
    """The houses name the time in their own ways."""
    box = '<div class="rm_txt"><h1>湖边的灯</h1><div class="rm_txt_con"><p>花开了。</p><div class="edit">(责编：甲)</div></div></div>'
    page = f"<html><head>{meta}</head><body>{box}</body></html>"

    assert parse_article(page, URL).article.published_at.isoformat()[:16] == "2026-02-12T09:05"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>来源：<b><i>湖滨</i>日报</b> 手机看<u>新闻</u>！</p>", "来源：湖滨日报 手机看新闻！"),
        ("<p>湖边<b>的<br>灯<i>亮</i>了</b>。</p>", "湖边的 灯亮了。"),
        ("<p>湖边<script>a<b></script><b>的</b>灯</p>", "湖边的灯"),
        ("<p>　湖边的灯　</p>", "湖边的灯"),
    ],
)
def test_text_of_an_element_is_in_reading_order(html, text):
    """What stands in an element comes before what stands behind it; a break is a space."""
    assert text_of(document(html, URL).root.find(".//p")) == text
