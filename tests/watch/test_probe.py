"""What a look at a channel says, judged without a network."""

from datetime import date, datetime

import pytest

from crawler.clock import SHANGHAI
from crawler.items import Article, Doubt, Failure, Fetch, Link, Visit
from crawler.site.channels import find
from crawler.watch.probe import judge

SD = find("sd")
LIST = SD.lists[0].url
TODAY = date(2026, 11, 20)
AT = datetime(2026, 11, 19, 9, 5, tzinfo=SHANGHAI)
ARTICLE = Article(
    url="http://sd.people.com.cn/n2/2026/1119/c1-41500001.html",
    title="花开了",
    source="人民网",
    published_at=AT,
    published_from="stamp",
    paragraphs=("花开了。",),
    template="wb2016",
)


def fetched(url, status=200):
    return Fetch(url=url, status=status, headers={}, body=b"", fetched_at=AT, sha256="")


def list_visit(day=TODAY, landed=LIST, **more):
    link = Link(url=ARTICLE.url, fetch_url=ARTICLE.url, kind="article", channel="sd", published=day)
    brought = {"links": (link,), "fetches": (fetched(landed),), **more}
    return Visit(url=LIST, frontier_id=0, kind="list", channel="sd", **brought)


def article_visit(**changes):
    from dataclasses import replace

    article = replace(ARTICLE, **changes)
    return Visit(
        url=article.url,
        frontier_id=0,
        kind="article",
        channel="sd",
        article=article,
        fetches=(fetched(article.url),),
    )


@pytest.mark.parametrize(
    ("visit", "verdict", "words"),
    [
        (list_visit(), "fits", "1 articles"),
        (list_visit(day=date(2019, 1, 4)), "degraded", "nothing new for"),
        (list_visit(day=None), "degraded", "no address of an article names a day"),
        (list_visit(links=()), "unknown", "empty or rebuilt"),
        (list_visit(links=(), skipped={"other-channel": 7}), "unknown", "7 articles of other"),
        (list_visit(landed="http://sd.people.com.cn/"), "degraded", "has moved"),
        (list_visit(links=(), failure=Failure(reason="http_404")), "unknown", "gone (status 404)"),
        (list_visit(links=(), failure=Failure(reason="http_502")), "unknown", "status 502"),
        (list_visit(links=(), failure=Failure(reason="robots")), "unknown", "does not allow"),
        (list_visit(links=(), failure=Failure(reason="timeout")), "unknown", "no answer in time"),
    ],
)
def test_a_list_fits_or_the_words_say_why_not(visit, verdict, words):
    """Each way in which a list page can fail a crawl has its own sentence."""
    seen = judge(SD, [visit], {}, TODAY).lists[0]

    assert seen.verdict == verdict
    assert words in seen.words


@pytest.mark.parametrize(
    ("changes", "verdict", "words"),
    [
        ({}, "fits", "wb2016"),
        ({"template": "generic"}, "unknown", "no known page design"),
        ({"source": None}, "degraded", "no source"),
        ({"published_from": "address"}, "degraded", "from its address"),
        ({"damage": ("gbk-shifted",)}, "degraded", "mis-encoded"),
        ({"doubts": (Doubt(start=0, end=1, text="花"),)}, "degraded", "1 places"),
    ],
)
def test_an_article_fits_or_the_words_name_its_losses(changes, verdict, words):
    """An article fits if its design is known, its fields are there and nothing is doubted."""
    seen = judge(SD, [article_visit(**changes)], {}, TODAY).articles[0]

    assert seen.verdict == verdict
    assert words in seen.words


def test_a_channel_is_what_its_parts_are():
    """It fits if all parts do, is degraded if some do, unknown if none is of use."""

    def verdict(*visits):
        return judge(SD, visits, {}, TODAY).verdict

    assert verdict(list_visit(), article_visit()) == "fits"
    assert verdict(list_visit(), article_visit(), article_visit(source=None)) == "degraded"
    assert verdict(list_visit(), article_visit(template="generic")) == "unknown"
    assert verdict() == "unknown"
