"""Pages that are no pages: a clear error, soon."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import ExtractionError
from crawler.extract.article import refuse
from crawler.extract.limits import excess
from crawler.extract.listing import read_list, read_sitemap
from crawler.extract.parse import parse_article
from crawler.items import MAX_PAGE_BYTES

URL = "http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html"
BOX = '<div class="rm_txt"><h1>{}</h1><div class="rm_txt_con">{}</div></div>'
RUBBISH = random.Random(7).randbytes(60_000).decode("gb18030", "replace")


@pytest.mark.parametrize(
    ("html", "template", "field", "why"),
    [
        ("", None, "page", "empty page"),
        (" \n\t", None, "page", "empty page"),
        (RUBBISH, None, "page", "not a text page"),
        ("<p>" + "春到泉城。" * 1_700_000, None, "page", "page too large"),
        (BOX.format("", "<p>春天来了。</p>"), "wbc2020", "title", "no title"),
        (BOX.format("春天", ""), "wbc2020", "paragraphs", "no text"),
        (BOX.format("春天", "<script>1</script><p>　　</p>"), "wbc2020", "paragraphs", "no text"),
        ("<div>" * 100_000 + "春天", None, "page", "too many elements"),
        ("<div>" * 20_000 + "春天", "generic", "title", "no title"),
        (BOX.format("春天", "<div>" * 20_000 + "<p>春天来了。"), "wbc2020", "paragraphs", "no text"),
        (BOX.format("春天", "<p>花开了。" * 8_000), None, "page", "too many lines"),
        (BOX.format("春天", "花开了。<br>" * 8_000), None, "page", "too many lines"),
        ("春天来了。\n" * 8_000, None, "page", "too many lines"),
        (BOX.format("春天", "<h1>花</h1>" * 4_000), None, "page", "too many headlines"),
        (BOX.format("春天", f"<p {' '.join(f'a{i}=1' for i in range(12_000))}>"), None, "page", "too many attributes"),
        (BOX.format("春天", "<p " + " ".join(f'a{i}="<"' for i in range(12_000)) + ">"), None, "page", "too many attributes"),
        ("<title>页面没有找到</title><p>您访问的页面不存在，请返回首页查看其他内容，谢谢您的支持和理解。", "generic", "page", "error page"),
        ("<title>出错啦</title><h1>出错啦！</h1>", "generic", "page", "error page"),
    ],
    ids=["empty", "blank", "rubbish", "huge", "untitled", "textless", "blank-text", "very-deep", "deep", "deep-text", "lines", "breaks", "plain-lines", "headlines", "attributes", "hidden-attributes", "gone", "broken"],
)  # fmt: skip
def test_page_without_an_article_says_what_is_missing(html, template, field, why):
    """The error names address, design and field, and why in a few words."""
    with pytest.raises(ExtractionError) as caught:
        parse_article(html, URL)

    error = caught.value
    assert (error.url, error.template, error.field, error.why) == (URL, template, field, why)


def test_page_cut_in_its_text_gives_what_is_there():
    """A page that ends in the middle of its text is read as far as it goes."""
    whole = BOX.format("春天", "<p>　　一。</p><p>　　二。</p>")

    article = parse_article(whole[: whole.index("二")], URL).article

    assert article.paragraphs == ("一。",)


def test_unclosed_elements_do_not_bury_the_text():
    """A thousand open font elements are bad style, not a missing article."""
    article = parse_article(BOX.format("春天", "<font>" * 1_000 + "<p>春天来了。"), URL).article

    assert article.paragraphs == ("春天来了。",)


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "video/mp4"])
def test_other_types_are_refused(content_type):
    """A body that says it is something else is not read."""
    with pytest.raises(ExtractionError, match=f"not a page but {content_type}"):
        refuse(b"<p>", content_type, URL)


def test_oversized_body_is_refused_before_it_is_decoded():
    """A body beyond the limit is an error that says so."""
    with pytest.raises(ExtractionError, match="page too large"):
        refuse(b" " * (MAX_PAGE_BYTES + 1), None, URL)


@pytest.mark.parametrize(
    "unit", [*"（(　记图《“·，。1x -/?", "<p>图为春天。张三摄</p>", "<br>", "&amp;"]
)
def test_long_runs_are_read_in_step_with_their_length(unit):
    """No repetition makes a page slow; the time limit of the test run would show it."""
    body = f"<p>{unit * (5_000 if '<' in unit else 30_000)}</p><p>春天来了。</p>"

    article = parse_article(BOX.format("春天", body), URL).article

    assert article.paragraphs


PIECES = st.sampled_from(
    ["<p>", "</p>", "<div class='rm_txt'>", "<div class=rm_txt_con>", "<h1>", "</h1>", "<br>", "<img src=/NMediaFile/a.jpg>",
     "<table>", "<td>", "人民网济南3月25日电", "（记者 张三）", "（责编：", "。", "　", "摄", "<a href=/n2/2026/0212/c364532-41500648-2.html>",
     "</a>", "来源：", "2026年02月12日09:05", "<script>", "</script>", "相关链接", "\x00", "\ud800", "<!--", "]]>", "<center>", "随便看看："]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=120, deadline=None)
def test_any_markup_gives_an_article_or_the_one_error(pieces):
    """Whatever the markup, the outcome is an article with title and text, or ExtractionError."""
    try:
        article = parse_article("".join(pieces), URL).article
    except ExtractionError:
        return

    assert article.title
    assert all(text.strip(" 　") for text in article.paragraphs)
    assert all(0 <= photo.before_paragraph <= len(article.paragraphs) for photo in article.photos)


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_lists_and_sitemaps_of_rubbish_raise_nothing_else(body):
    """Rubbish in place of a list or a sitemap is an empty listing or ExtractionError."""
    for read, given_ in ((read_list, body.decode("latin-1")), (read_sitemap, body)):
        try:
            listing = read(given_, URL)
        except ExtractionError:
            continue
        assert listing.links == ()


@pytest.mark.parametrize(
    "title",
    ["签约轴承订单 云岭县惠及404户", "铁路售票系统维护 今晚暂停服务", "多家网站无法访问 警方介入"],
)
def test_a_headline_on_errors_is_no_error_page(title):
    """A short article about 404 of something, or about a site that is down, is an article."""
    html = (
        f"<title>{title}</title><h1>{title}</h1><p>{'记者从有关部门获悉，情况已经查明。' * 8}</p>"
    )

    assert parse_article(html, "http://sd.people.com.cn/n2/2026/1101/c1-40000001.html").article


@pytest.mark.parametrize("title", ["404", "404 Not Found", "404错误", "页面无法访问", "系统维护中"])
def test_a_page_that_says_only_that_it_failed_is_an_error_page(title):
    """The server's own words for a missing page give no article."""
    html = (
        f"<title>{title}</title><h1>{title}</h1><p>请稍后再试，或者返回首页查看其他内容，谢谢。</p>"
    )

    with pytest.raises(ExtractionError, match="error page"):
        parse_article(html, "http://sd.people.com.cn/n2/2026/1101/c1-40000001.html")


def test_a_script_is_no_crowded_tag():
    """A comparison in a script looks like a tag of thousands of attributes, and is none."""
    text = "<p>花开了。</p>" * 6_000
    script = "<script>for (e = 0; e<t.length;" + "a=b, c=d;" * 1_000 + "e++) {}</script>"
    crowded = "<p " + "a=b " * 600 + ">"

    assert excess(text + script) is None
    assert excess(text + crowded) == "too many attributes"
    assert excess(f"{text}<!-- <script> -->{crowded}") == "too many attributes"
    assert excess(f"{text}<script>{crowded}") == "too many attributes"


@pytest.mark.parametrize("attribute", ["name", "property", "itemprop"])
def test_a_meta_without_a_name_is_passed_over(attribute):
    """An empty name names nothing, and is no fault of ours."""
    html = f'<meta {attribute}="" content="春天">' + BOX.format("春天", "<p>春天来了，花开了。</p>")

    assert parse_article(html, URL).article.title == "春天"
