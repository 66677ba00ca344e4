"""The stand-in site is readable: extraction brings back what was printed, in every design."""

import pytest

from crawler.extract.pages import join
from crawler.extract.parse import parse_article
from crawler.replica import Site
from crawler.text.charset.decide import decide, decode

SITE = Site(articles=300, seed=11)
STORIES = [story for story in SITE.articles() if story.entry.kind == "article"]
FIELDS = (
    "url", "channel", "node_id", "content_id", "title", "kicker", "subtitle", "source",
    "published_at", "dateline", "authors", "editors", "photos",
)  # fmt: skip


def fetch(url):
    response = SITE.respond("GET", url, {})
    return decode(response.body, decide(response.body, response.headers["Content-Type"]))


def read(story):
    """Read an article with all its pages, as a crawl does."""
    pages, known = [], [story.truth.url]
    while len(pages) < len(known):
        url = known[len(pages)]
        pages.append(parse_article(fetch(url), url))
        # A page bar names a few pages only: each page may lead to more.
        known += [further for further in pages[-1].further if further not in known]
    return join(pages)


@pytest.fixture(scope="module")
def articles():
    return [read(story) for story in STORIES]


@pytest.mark.parametrize("field", FIELDS)
def test_field_is_read_as_it_was_printed(articles, field):
    """The field of every article is the truth, whatever its design, charset and traits."""
    wrong = [
        (story.truth.url, getattr(article, field), getattr(story.truth, field))
        for story, article in zip(STORIES, articles, strict=True)
        if getattr(article, field) != getattr(story.truth, field)
    ]

    assert wrong == []


def test_paragraphs_are_read_as_they_were_printed(articles):
    """All paragraphs come in order and once; only what was spoilt before printing differs."""
    for story, article in zip(STORIES, articles, strict=True):
        pairs = list(zip(article.paragraphs, story.truth.paragraphs, strict=True))
        differing = sum(read_ != true for read_, true in pairs)
        assert differing <= ("mojibake" in story.traits), story.truth.url


def test_every_design_is_told_by_what_is_on_the_page(articles):
    """No page of a known design falls to the generic reader; a changed design does."""
    assert "generic" not in {article.template for article in articles}
    changed = Site(articles=300, seed=11, faults=["design-changed"])
    story = next(s for s in STORIES if not s.traits)
    html = changed.respond("GET", story.truth.url, {}).body.decode("utf-8")

    assert parse_article(html, story.truth.url).article.template == "generic"
