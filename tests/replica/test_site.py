"""Rules of :mod:`crawler.replica.site`: what it answers."""

from email.utils import format_datetime, parsedate_to_datetime
from html import unescape

import pytest

from crawler.errors import ConfigError, UnknownChannelError
from crawler.replica import Clock, Site
from crawler.replica.addresses import MIRROR_HOST
from crawler.replica.answer import NEVER
from crawler.replica.designs import DESIGNS
from crawler.site.channels import load

SITE = Site(articles=300, seed=1)


def get(url, site=SITE, **headers):
    return site.respond("GET", url, {k.replace("_", "-"): v for k, v in headers.items()})


def entry_of(kind, site=SITE):
    return next(entry for entry in site.plan.entries() if entry.kind == kind)


def story_with(trait, site=SITE):
    return next(s for s in site.articles() if trait in s.traits and s.entry.kind == "article")


def read(response):
    """Read a page as text, whichever of its two charsets it is in; raw bytes become U+FFFD."""
    utf8 = response.body.decode("utf-8", "replace")
    gbk = response.body.decode("gb18030", "replace")
    return unescape(min(utf8, gbk, key=lambda text: text.count("\ufffd")))


def test_same_seed_is_the_same_site():
    """Two sites of one seed answer with the same bytes; another seed does not."""
    url = entry_of("article").url

    assert get(url, Site(articles=300, seed=1)) == get(url)
    assert get(url, Site(articles=300, seed=2)).body != get(url).body


def test_every_article_is_printed_with_its_truth():
    """Title, first paragraph, source and minute stand on the page of every article."""
    for story in SITE.articles():
        if story.entry.kind != "article":
            continue
        html = read(get(story.truth.url))
        assert story.truth.title in html
        assert story.truth.paragraphs[0] in html
        assert f"{story.truth.published_at:%Y年%m月%d日%H:%M}" in html
        assert (story.truth.source or "") in html
        assert story.truth.editors[0] in html


def test_every_design_is_in_use():
    """300 articles show all designs but the one that is kept for a relaunch."""
    used = {SITE.newsroom.design(story) for story in SITE.articles()}

    assert used == set(DESIGNS) - {"unknown"}


def test_pages_have_the_size_of_real_ones():
    """A page is between 25 and 60 kB, most of it no article."""
    sizes = [len(get(s.truth.url).body) for s in SITE.articles() if s.entry.kind == "article"]

    assert min(sizes) > 25_000
    assert max(sizes) < 60_000


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("gone", 404),
        ("broken", 500),
        ("forbidden", 403),
        ("moved", 301),
        ("loop", 302),
        ("soft-gone", 200),
        ("empty", 200),
        ("truncated", 200),
        ("wrong-type", 200),
        ("rubbish", 200),
        ("deep", 200),
        ("huge", 200),
        ("reprint", 200),
        ("twin", 200),
        ("mirror", 200),
    ],
)
def test_a_kind_answers_with_its_status(kind, status):
    """What is broken is broken in the way that the list says."""
    assert get(entry_of(kind).url).status == status


def test_a_flaky_page_recovers():
    """It fails twice and answers from then on."""
    site = Site(articles=300, seed=1)
    url = entry_of("flaky").url

    assert [get(url, site).status for _ in range(4)] == [500, 500, 200, 200]


def test_a_hanging_page_never_answers():
    """Its answer never begins."""
    assert get(entry_of("hang").url).delay == NEVER


def test_a_loop_leads_to_itself():
    """Every step of the loop leads to the next."""
    url = entry_of("loop").url

    for _ in range(5):
        answer = get(url)
        url = answer.headers["Location"]
        assert answer.status == 302
    assert url.startswith(entry_of("loop").url)


def test_a_moved_page_leads_to_its_article():
    """The target of the redirection is the article that the list names."""
    entry = entry_of("moved")

    target = get(entry.url).headers["Location"]

    assert target == SITE.plan.entry(entry.of).url
    assert get(target).status == 200


def test_a_huge_page_is_over_any_limit():
    """It has close to 20 MB."""
    assert len(get(entry_of("huge").url).body) > 17_000_000


def test_pages_of_an_article_end():
    """An article of several pages links to all of them, and there is none after the last."""
    story = story_with("pages")
    stem = story.truth.url.removesuffix(".html")
    pages = [get(story.truth.url), *(get(f"{stem}-{n}.html") for n in range(2, story.pages + 1))]

    assert story.pages > 1
    assert [page.status for page in pages] == [200] * story.pages
    assert get(f"{stem}-{story.pages + 1}.html").status == 404
    text = "".join(map(read, pages))
    assert all(text.count(f"{paragraph}<") == 1 for paragraph in story.truth.paragraphs)
    assert f"-{story.pages}.html" in read(pages[0])


def test_the_traditional_edition_is_the_same_page():
    """``/BIG5/`` serves the article in traditional characters and Big5."""
    story = next(s for s in SITE.articles() if "/n2/" in s.truth.url and not s.traits)

    answer = get(story.truth.url.replace(".com.cn/", ".com.cn/BIG5/"))

    html = answer.body.decode("big5")
    assert "Big5" in answer.headers["Content-Type"]
    assert "頻道" in html
    assert "频道" not in html
    assert "/BIG5/n2/" in html


def test_a_lying_label_names_the_other_charset():
    """The page declares one charset and is in the other."""
    stories = [
        s for s in SITE.articles() if "lying-label" in s.traits and s.entry.kind == "article"
    ]

    for story in stories:
        coding = SITE.newsroom.coding(story)
        assert (coding.label, coding.codec) in {("GB2312", "utf-8"), ("utf-8", "gbk")}
        assert f"charset={coding.label}".encode() in get(story.truth.url).body


def test_a_spoilt_paragraph_stands_in_place_of_the_true_one():
    """One paragraph is missing from the page, and its bytes are there in one of two forms."""
    stories = [s for s in SITE.articles() if "mojibake" in s.traits and s.entry.kind == "article"]
    forms = set()
    for story in stories:
        stem = story.truth.url.removesuffix(".html")
        tails = ("", *(f"-{n}" for n in range(2, story.pages + 1)))
        pages = [get(f"{stem}{tail}.html") for tail in tails]
        text = "".join(map(read, pages))

        (lost,) = (p for p in story.truth.paragraphs if p not in text)

        raw = any(lost.encode("utf-8") in page.body for page in pages)
        latin = lost.encode("gb18030").decode("latin-1") in text
        assert raw != latin
        forms.add("raw" if raw else "latin")
    assert forms == {"raw", "latin"}


def test_a_title_that_is_html_is_escaped():
    """The injected script is text on the page."""
    story = story_with("script-title")

    assert story.truth.title.startswith("<script>")
    assert b"&lt;script&gt;alert(" in get(story.truth.url).body
    assert b"<script>alert(" not in get(story.truth.url).body


def test_the_mirror_garbles_what_the_site_tells():
    """The copy stands at the same path on a foreign host, in other characters."""
    entry = entry_of("mirror")
    original = SITE.newsroom.story(entry.of)

    html = get(entry.url).body.decode("utf-8")

    assert entry.url.split("/", 3)[3] == original.truth.url.split("/", 3)[3]
    assert MIRROR_HOST in entry.url
    assert original.truth.paragraphs[0] not in html
    assert get(f"http://{MIRROR_HOST}/n2/2026/0101/c1-99999999.html").status == 404


def test_known_pages_are_not_sent_again():
    """ETag and Last-Modified both lead to a 304 without a body; an older one does not."""
    first = get(entry_of("article").url)
    changed = parsedate_to_datetime(first.headers["Last-Modified"])
    older = format_datetime(changed.replace(year=changed.year - 1), usegmt=True)

    by_tag = get(entry_of("article").url, if_none_match=first.headers["ETag"])
    by_time = get(entry_of("article").url, if_modified_since=first.headers["Last-Modified"])
    outdated = get(entry_of("article").url, if_modified_since=older)
    other_tag = get(
        entry_of("article").url,
        if_none_match='"x"',
        if_modified_since=first.headers["Last-Modified"],
    )

    assert [(r.status, r.body) for r in (by_tag, by_time)] == [(304, b""), (304, b"")]
    assert [r.status for r in (outdated, other_tag)] == [200, 200]
    assert get(entry_of("article").url, if_modified_since="yesterday").status == 200


def test_a_corrected_article_is_sent_again():
    """The day's correction changes title, text, ETag and Last-Modified of one article only."""
    later = Site(articles=300, seed=1, clock=Clock(day=1))
    number = later.plan.changed_on(1)
    url = later.plan.entry(number).url
    before, now = get(url), get(url, later)

    assert now.body != before.body
    assert now.headers["Last-Modified"] > ""
    assert get(url, later, if_modified_since=before.headers["Last-Modified"]).status == 200
    assert later.newsroom.story(number).truth.revision == 2
    others = [e for e in SITE.plan.entries() if e.kind == "article" and e.number != number][:40]
    assert all(get(e.url, later) == get(e.url) for e in others)


@pytest.mark.parametrize("host", ["nowhere.people.com.cn", "example.org", "127.0.0.1"])
def test_an_unknown_host_is_named(host):
    """A host that the replica does not stand in for answers 502."""
    answer = get(f"http://{host}/")

    assert answer.status == 502
    assert host in answer.body.decode()


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("POST", "http://sd.people.com.cn/", 405),
        ("GET", "ftp://sd.people.com.cn/", 400),
        ("GET", "http://sd.people.com.cn/n2/2026/0101/c1-99999999.html", 404),
        ("GET", "http://sd.people.com.cn/n2/2026/0101/c1-40000001.html", 404),
        ("GET", "http://sd.people.com.cn/nothing.html", 404),
        ("GET", "http://www.people.com.cn/", 404),
        ("GET", "http://sd.people.com.cn/zt/2026/", 200),
        ("HEAD", "http://sd.people.com.cn/", 200),
    ],
)
def test_odd_requests_get_a_clear_answer(method, url, status):
    """What the site has not is a status with a sentence, never an exception."""
    assert SITE.respond(method, url, {}).status == status


def test_unknown_names_are_refused():
    """A wrong fault, channel or number is named before anything is served."""
    with pytest.raises(ConfigError, match="design-changed"):
        Site(faults=["desing-changed"])
    with pytest.raises(UnknownChannelError):
        Site(channels=["sdd"])
    with pytest.raises(ConfigError, match="negative"):
        Site(articles=-1)


def test_chosen_channels_hold_all_articles():
    """With channels named, the others answer and are empty."""
    site = Site(articles=40, channels=["山东", "bj"])

    assert {entry.channel.id for entry in site.plan.entries()} == {"sd", "bj"}
    empty = get(load()["gd"].lists[0].url, site)
    assert empty.status == 200
    assert len(empty.body) < 1_500
