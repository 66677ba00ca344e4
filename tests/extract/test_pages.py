"""Articles of several pages."""

import pytest

from crawler.extract.pages import Page, join
from crawler.extract.parse import parse_article
from crawler.items import Article, Photo

URL = "http://sx.people.com.cn/n2/2021/0326/c189130-34640001.html"
PATH = "/n2/2021/0326/c189130-34640001"


def page(number, **fields):
    return Page(number=number, article=Article(url=URL, **fields))


def read(bar, url=URL):
    html = f'<div class="rm_txt"><h1>雪【2】</h1><div class="rm_txt_con"><p>　　雪落了。</p>{bar}</div></div>'
    return parse_article(html, url)


@pytest.mark.parametrize(
    ("bar", "numbers"),
    [
        (f'<a href="{PATH}-2.html">【2】</a><a href="{PATH}-3.html">【3】</a>', [2, 3]),
        (f'<a href="{PATH}-3.html">3</a><a href="{PATH}-2.html#a">2</a><a href="{PATH}-2.html">2</a>', [2, 3]),
        (f"<a id=next href='http://sx.people.com.cn{PATH}-2.html'>下一页</a>", [2]),
        ("<a id=\"next\" href=\"javascript:showAd('http://pic.people.com.cn/')\">下一页</a>", []),
        (f'<a href="{PATH.replace("1", "2")}-2.html">别的文章</a>', []),
        (f'<a href="{PATH}-999.html">999</a>', []),
    ],
)  # fmt: skip
def test_further_pages_are_found_by_the_article_s_number(bar, numbers):
    """Later pages of the same article are given in order, each once; other links are not."""
    assert list(read(bar).further) == [f"{URL[:-5]}-{number}.html" for number in numbers]


def test_later_page_names_only_pages_behind_it():
    """Following the pages of a page comes to an end."""
    bar = "".join(f'<a href="{PATH}-{n}.html">{n}</a>' for n in range(2, 90))

    parsed = read(bar, f"{URL[:-5]}-40.html")

    assert [int(url[:-5].rpartition("-")[2]) for url in parsed.further] == list(range(41, 51))
    assert (parsed.number, parsed.article.url, parsed.article.title) == (40, URL, "雪")


def test_pages_are_joined_in_order_and_photos_move_along():
    """Paragraphs follow page numbers; a photo keeps its place among them."""
    one = page(
        1,
        title="雪【1】",
        paragraphs=("一。", "二。"),
        photos=(Photo(url="a", before_paragraph=2),),
    )
    two = page(2, paragraphs=("三。",), photos=(Photo(url="b", before_paragraph=0), Photo(url="a")))

    article = join([two, one])

    assert (article.title, article.paragraphs) == ("雪", ("一。", "二。", "三。"))
    assert [(p.url, p.before_paragraph) for p in article.photos] == [("a", 2), ("b", 2)]


def test_repeated_description_is_kept_once():
    """What every page of a gallery says again is said once, and its photos are all kept."""
    text = "3月25日，春雪落在古塔的檐角。"
    pages = [
        page(n, title="雪", paragraphs=(text,), photos=(Photo(url=str(n), caption=text),))
        for n in (1, 2, 3)
    ]

    article = join(pages)

    assert article.paragraphs == (text,)
    assert [(p.url, p.caption) for p in article.photos] == [("1", text), ("2", None), ("3", None)]


def test_short_line_may_occur_on_two_pages():
    """A heading such as 点评： belongs to each page that has it."""
    article = join([page(1, paragraphs=("点评：", "一。")), page(2, paragraphs=("点评：", "二。"))])

    assert article.paragraphs == ("点评：", "一。", "点评：", "二。")


def test_byline_on_the_last_page_is_read():
    """Dateline of the first page and byline of the last meet in the joined article."""
    first = page(1, paragraphs=("人民网太原3月26日电 雪落了。",), editors=("温文",))
    last = page(2, paragraphs=("雪停了。（记者 柴小亭）",), editors=("温文", "马云"))

    article = join([first, last])

    assert (article.dateline.place, article.authors, article.editors) == (
        "太原",
        ("柴小亭",),
        ("温文", "马云"),
    )


def test_nothing_cannot_be_joined():
    """An article without a page is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one page"):
        join([])
