"""Rules of :mod:`crawler.replica.faults`: each misbehaviour does what its name says."""

import pytest

from crawler.replica import Clock, Site
from crawler.replica.faults import FAULTS, parse

ARTICLES = 60
PLAIN = Site(articles=ARTICLES, seed=1)


def faulty(*names, **more):
    return Site(articles=ARTICLES, seed=1, faults=names, **more)


def get(site, url):
    return site.respond("GET", url, {})


def article_with_photo():
    return next(
        s
        for s in PLAIN.articles()
        if s.entry.kind == "article" and not s.traits and any(p.caption for p in s.truth.photos)
    )


def printed(site, story):
    """Read the page of a story; its charset is that of the healthy site."""
    return get(site, story.truth.url).body.decode(PLAIN.newsroom.coding(story).codec)


def test_every_fault_has_its_sentence():
    """The table says of every fault what it does."""
    assert all(text and not text.endswith(".") for text in FAULTS.values())
    assert all(parse([name]).at(name, "sd") for name in FAULTS)


def test_a_changed_design_has_none_of_the_known_marks():
    """No id or class of a known design is left around the article."""
    story = article_with_photo()

    html = get(faulty("design-changed"), story.truth.url).body.decode("utf-8")

    assert story.truth.paragraphs[-1] in html
    assert not any(mark in html for mark in ("rm_txt", "rwb_zw", "p_content", "text_con", "<h1"))


def test_a_gone_source_is_not_on_the_page():
    """The page names no source, and the truth knows of none."""
    site = faulty("source-gone")
    story = article_with_photo()

    assert story.truth.source
    assert "来源" not in printed(site, story)
    assert site.newsroom.story(story.entry.number).truth.source is None


def test_gone_captions_are_not_on_the_page():
    """The photos stay, their captions go."""
    story = article_with_photo()
    caption = next(photo.caption for photo in story.truth.photos if photo.caption)

    html = printed(faulty("captions-gone"), story)

    assert caption not in html
    assert "/NMediaFile/" in html


@pytest.mark.parametrize(("fault", "sign"), [("garbled", "锛"), ("replaced", "&#65533;")])
def test_spoilt_text_is_spoilt(fault, sign):
    """No paragraph is as it was."""
    story = next(
        s for s in PLAIN.articles() if not s.traits and PLAIN.newsroom.coding(s).codec == "gbk"
    )

    html = printed(faulty(fault), story)

    assert sign in html
    assert not any(p in html for p in story.truth.paragraphs if len(p) > 40)


@pytest.mark.parametrize(
    ("fault", "status"), [("forbidden", 403), ("too-many", 429), ("down", 503)]
)
def test_a_closed_site_answers_with_its_status(fault, status):
    """Pages and lists are closed; robots.txt is too when the site is down."""
    site = faulty(fault)
    story = article_with_photo()

    assert get(site, story.truth.url).status == status
    assert get(site, story.entry.column.url).status == status
    robots = get(site, f"http://{story.entry.channel.host}/robots.txt").status
    assert robots == (503 if fault == "down" else 200)


def test_a_fault_stays_where_it_was_put():
    """With ``=CHANNEL`` only that channel misbehaves."""
    site = faulty("forbidden=sd,北京", "slow=gd")

    answers = {
        name: get(site, f"http://{name}.people.com.cn/") for name in ("sd", "bj", "gd", "sz")
    }

    assert {name: answer.status for name, answer in answers.items()} == {
        "sd": 403,
        "bj": 403,
        "gd": 200,
        "sz": 200,
    }
    assert [answers[name].delay for name in ("gd", "sz")] == [2.0, 0.0]


def test_a_silent_site_gets_no_new_pages():
    """Days pass without news."""
    assert faulty("silent", clock=Clock(day=5)).plan.total == PLAIN.plan.total


def test_robots_can_forbid_and_break():
    """robots.txt forbids one channel, or answers 500 everywhere."""
    forbidding, broken = faulty("robots-forbidden=sd"), faulty("robots-broken")

    assert b"Disallow: /\n" in get(forbidding, "http://sd.people.com.cn/robots.txt").body
    assert b"Disallow: /\n" not in get(forbidding, "http://bj.people.com.cn/robots.txt").body
    assert get(broken, "http://bj.people.com.cn/robots.txt").status == 500


def test_robots_of_a_healthy_site():
    """The main host forbids all, one channel asks for patience, one has no robots.txt."""
    answers = {
        host: get(PLAIN, f"http://{host}/robots.txt")
        for host in ("www.people.com.cn", "qxn.people.com.cn", "xz.people.com.cn", "sd.people.cn")
    }

    assert b"Disallow: /\n" in answers["www.people.com.cn"].body
    assert b"Crawl-delay: 0.5" in answers["qxn.people.com.cn"].body
    assert answers["xz.people.com.cn"].status == 404
    assert b"news_sitemap.xml" in answers["sd.people.cn"].body
