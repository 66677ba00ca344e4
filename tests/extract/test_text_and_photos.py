"""Which lines are text, which are captions, which are left out."""

import pytest

from crawler.extract.parse import parse_article

URL = "http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html"
IMAGE = '<img src="/NMediaFile/2026/0212/LOCAL1.jpg" alt="花开了">'


def read(body):
    html = f'<div class="rm_txt"><h1>花开了</h1><div class="rm_txt_con">{body}</div></div>'
    return parse_article(html, URL).article


def texts(body):
    return list(read(body).paragraphs)


CENTRED = 'style="text-align: center;"'
VERSE = 'style="text-indent: 2em; text-align: center;"'


@pytest.mark.parametrize(
    ("body", "paragraphs", "captions"),
    [
        (f"<p {CENTRED}>{IMAGE}</p><p {CENTRED}>村口的花</p><p>　　花开了。</p>", ["花开了。"], ["村口的花"]),
        (f"<p {CENTRED}>{IMAGE}</p><p {VERSE}>一声布谷</p><p {VERSE}>过前汀</p><p>　　花开了。</p>", ["一声布谷", "过前汀", "花开了。"], [None]),
        (f"<p {VERSE}>{IMAGE}</p><p {VERSE}>村口的花。</p><p>　　花开了。</p>", ["花开了。"], ["村口的花。"]),
        (f"<p {CENTRED}>{IMAGE}<br>村口的花</p><p>　　花开了。</p>", ["花开了。"], ["村口的花"]),
        (f"<p>{IMAGE}</p><p>　　花开在村口。张三摄</p><p>　　花开了。</p>", ["花开了。"], ["花开在村口。"]),
        (f"<p>{IMAGE}</p><p>　　图为村口的花。</p><p>　　花开了。</p>", ["花开了。"], ["图为村口的花。"]),
        (f"<p>{IMAGE}</p><p>　　花开了。</p>", ["花开了。"], [None]),
        (f"<table><tr><td>{IMAGE}</td></tr><tr><td>村口的花</td></tr></table><p>　　花开了。</p>", ["花开了。"], ["村口的花"]),
        (f"<p {CENTRED}>{IMAGE}</p><p {CENTRED}><strong>第一章</strong></p><p>　　花开了。</p>", ["第一章", "花开了。"], [None]),
        ("<p>　　花开了。</p><p>　　花开在村口。人民网 张三摄</p>", ["花开了。"], ["花开在村口。"]),
        (f"<p>　　花开在村口。张三摄</p><p>{IMAGE}</p><p>　　花开了。</p>", ["花开了。"], ["花开在村口。"]),
    ],
)  # fmt: skip
def test_caption_is_told_from_text(body, paragraphs, captions):
    """A line is a caption by its place or its credit; several centred lines are verse."""
    article = read(body)

    assert list(article.paragraphs) == paragraphs
    assert [photo.caption for photo in article.photos] == captions


def test_photo_knows_the_paragraph_that_follows_it():
    """A photo's place counts the paragraphs before it; captions do not count."""
    article = read(
        f"<p>　　一。</p><p {CENTRED}>{IMAGE}</p><p {CENTRED}>花</p><p>　　二。</p><p>{IMAGE}</p>"
    )

    assert [photo.before_paragraph for photo in article.photos] == [1, 2]


def test_caption_only_item_keeps_its_text():
    """A photo with nothing but a caption has the caption, as printed, for its text too."""
    article = read(f"<p {CENTRED}>{IMAGE}</p><p {CENTRED}>花开了。张三摄</p>")

    assert article.paragraphs == ("花开了。张三摄",)
    assert article.text_is_captions
    assert not read(f"<p>　　花开了。</p><p {CENTRED}>{IMAGE}</p>").text_is_captions
    assert (article.photos[0].caption, article.photos[0].credit) == ("花开了。", "张三摄")


@pytest.mark.parametrize(
    "line",
    [
        "原标题：花开三度",
        "（原标题：花开三度）",
        "分享让更多人看到",
        '<a href="/GB/405419/index.html">点击进入“春天”专题</a><b>&gt;&gt;</b>',
        '<a href="/n2/2026/0211/c1-41500001.html">村里的路修好了</a>',
        '延伸阅读：<a href="/n2/2026/0211/c1-41500001.html">村里的路修好了</a>',
        "《 人民日报 》（ 2026年02月12日 07 版）",
        "（《人民日报》 2026年02月12日 第 07 版）",
        "（责编：甲乙(实习)、丙丁）",
        '<a href="/GB/1/index.html">【详细】</a>',
        "【1】【2】",
        '<span style="display: none">隐藏的字</span>',
    ],
)
def test_line_that_is_no_part_of_the_article_is_left_out(line):
    """Original titles, pointers, page marks, editors and hidden text are no paragraphs."""
    assert texts(f"<p>　　花开了。</p><p>{line}</p><p>　　人来了。</p>") == ["花开了。", "人来了。"]


@pytest.mark.parametrize(
    "line",
    [
        "他点击进入了系统，查看了记录。",
        "“更多的人来了。”他说。",
        "相关链接",
        '他在<a href="/n2/2026/0211/c1-41500001.html">人民网</a>上读到了这条路。',
        "《人民日报》报道过这座村子。",
        "新华社记者",
    ],
)
def test_line_that_only_resembles_such_a_line_stays(line):
    """A sentence stays, and so does a heading with text of the article under it."""
    expected = line.split("<")[0][:2]

    assert any(
        text.startswith(expected)
        for text in texts(f"<p>　　花开了。</p><p>{line}</p><p>　　人来了。</p>")
    )


def test_list_heading_goes_with_its_links():
    """延伸阅读 and the links under it are left out together."""
    links = '<p><a href="/n2/2026/0211/c1-41500001.html">路通了</a></p><p><a href="/zt/1.html">桥通了</a></p>'

    assert texts(f"<p>　　花开了。</p><p><strong>延伸阅读：</strong></p>{links}") == ["花开了。"]


@pytest.mark.parametrize(
    "source",
    [
        "/img/next_page.jpg",
        "http://www.people.com.cn/img/2016wb/images/icon01.gif",
        "/mediafile/reporter/P2010.jpg",
        "http://pmm.people.com.cn/a.jpg",
        "http://counter.people.cn/c.gif",
        "data:image/png;base64,AAAA",
        "",
    ],
)
def test_furniture_is_no_photo(source):
    """Icons, portraits, advertising, counters and inline images are no photos."""
    assert read(f'<p>　　花开了。</p><p><img src="{source}"></p>').photos == ()


def test_spaces_inside_sentences_are_kept():
    """Full-width spaces go at the ends of a paragraph and stay inside; NBSP is a space."""
    assert texts("<p>　　电　题：花\xa0开&nbsp;&nbsp;了。　</p>") == ["电　题：花 开 了。"]


def test_script_inside_a_paragraph_is_no_text():
    """The player's script in a paragraph leaves no trace."""
    assert texts("<p>　　<script>showPlayer({id:1})</script>花开了。</p>") == ["花开了。"]


def test_break_ends_a_paragraph():
    """A line that ends with br is a paragraph of its own."""
    assert texts("　　一。<br><br>　　二。<br>三。") == ["一。", "二。", "三。"]
