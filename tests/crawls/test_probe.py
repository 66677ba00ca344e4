"""``renmin probe`` looks at channels, says what does not fit, and stores nothing."""

from __future__ import annotations

import json

import pytest

from tests.crawls.conftest import command, environment, run
from tests.golden import read_saved

pytestmark = pytest.mark.crawl

CHANNELS = ["sd", "bj", "tj", "he", "sx"]
FAULTS = ["lists-gone=bj", "design-changed=tj", "robots-forbidden=he", "lists-moved=sx"]


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    """One look at five channels, four of which have something wrong with them."""
    from crawler.replica import Site
    from crawler.replica.proxy import in_thread

    asked = []

    class Watched:
        site = Site(articles=126, plain=True, channels=CHANNELS, faults=FAULTS)

        def respond(self, method, url, headers):
            asked.append(url)
            return self.site.respond(method, url, headers)

    folder = tmp_path_factory.mktemp("probe")
    with in_thread(Watched(), 0.0) as port:
        proxy = f"http://127.0.0.1:{port}"
        line = command("probe", *CHANNELS, "--primary", "--json", "--save", "kept")
        done = run(line, cwd=folder, env=environment(RENMIN_PROXY=proxy, RENMIN_DELAY="0.5"))
    seen = {each["id"]: each for each in json.loads(done.stdout)["channels"]}
    return done, seen, folder, asked


def test_each_channel_has_a_verdict_and_its_words(probed):
    """What moved, changed or forbids us is told in plain words; the exit code says that one does not fit."""
    done, seen, _, _ = probed

    assert done.returncode == 1, done.stderr
    assert {id_: each["verdict"] for id_, each in seen.items()} == {
        "sd": "fits",
        "bj": "unknown",
        "tj": "unknown",
        "he": "unknown",
        "sx": "degraded",
    }
    assert "gone (status 404)" in seen["bj"]["words"]
    assert "no known page design" in seen["tj"]["words"]
    assert "robots.txt forbids us" in seen["he"]["words"]
    assert "moved" in seen["sx"]["words"]


def test_lists_and_articles_are_told_one_by_one(probed):
    """Status, links, newest day, next page; design, charset, filled fields."""
    _, seen, _, _ = probed
    first, article = seen["sd"]["lists"][0], seen["sd"]["articles"][0]

    assert (first["status"], first["next_page"], first["verdict"]) == (200, False, "fits")
    assert first["links"] > 3
    assert first["newest"].startswith("2026-11")
    assert article["design"] not in ("generic", None)
    assert {"title", "source", "published_at", "paragraphs"} <= set(article["filled"])
    assert len(seen["sd"]["articles"]) == 3


def test_a_look_is_limited_and_stores_nothing(probed):
    """Each list once, three articles a channel; a host that forbids us is asked for robots.txt alone."""
    _, seen, folder, asked = probed

    assert [url for url in asked if "//he." in url] == ["http://he.people.com.cn/robots.txt"]
    assert len([url for url in asked if "//sd." in url]) == 1 + len(seen["sd"]["lists"]) + 3
    assert {path.name for path in folder.iterdir()} == {"kept"}


def test_kept_pages_are_saved_pages(probed):
    """A kept article is a folder that ``make golden`` reads."""
    _, seen, folder, _ = probed
    article = seen["sd"]["articles"][0]
    kept = [p.parent for p in folder.glob(f"kept/{article['design']}/sd-*/meta.json")]

    assert article["url"] in {read_saved(page).article.url for page in kept}
