"""Repair of whole articles."""

from crawler.extract import extract
from crawler.extract.repaired import repaired
from crawler.items import Article, Photo
from tests.crawl.visits import fetch

CLEAN = Article(
    url="u",
    title="渔村里的图书馆办了一场读书会",
    source="人民网-山东频道",
    paragraphs=("人民网济南3月25日电（宋小翠）渔村里的图书馆只有两间屋，借书的人要先脱鞋。",),
    photos=(Photo(caption="读书会现场。", credit="人民网 宋小翠摄"),),
    authors=("宋小翠",),
)


def latin(text):
    return text.encode("gb18030").decode("latin-1")


def test_clean_article_stays_the_same_object():
    """Nothing is noted on a clean article."""
    assert repaired(CLEAN) is CLEAN


def test_garbled_texts_are_repaired_together_and_read_again():
    """Dateline, authors and credits are found in the repaired text, and the article says how."""
    garbled = Article(
        url="u",
        title=latin(CLEAN.title),
        paragraphs=(latin(CLEAN.paragraphs[0]),),
        photos=(Photo(caption=latin("读书会现场。人民网 宋小翠摄")),),
    )

    article = repaired(garbled)

    assert (article.title, article.paragraphs) == (CLEAN.title, CLEAN.paragraphs)
    assert (article.dateline.place, article.authors) == ("济南", ("宋小翠",))
    assert (article.photos[0].caption, article.photos[0].credit) == (
        "读书会现场。",
        "人民网 宋小翠摄",
    )
    assert article.damage
    assert sum(repair.count for repair in article.repairs) > 1


def test_lines_that_damage_hides_are_read_off_the_repaired_source():
    """Source, minute and editors stand behind words that damage hides; the page is read again."""

    def box(text):
        return text.replace("{", "<").replace("}", ">")

    html = box(
        "{div class=rm_txt}{h1}"
        + latin(CLEAN.title)
        + "{/h1}{div class=channel}{div}"
        + latin("2026年02月12日09:05 | 来源：山东日报")
        + "{/div}{/div}{div class=rm_txt_con}{p}"
        + latin(CLEAN.paragraphs[0])
        + "{/p}{div class=edit}"
        + latin("(责编：甘露、丁涛)")
        + "{/div}{/div}{/div}"
    )

    url = "http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html"
    article = extract([fetch(url, html.encode())])

    assert (article.title, article.source) == (CLEAN.title, "山东日报")
    assert (article.published_at.hour, article.editors) == (9, ("甘露", "丁涛"))
