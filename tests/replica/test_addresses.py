"""Rules of :mod:`crawler.replica.addresses`: every address is worked out, nothing is stored."""

from collections import Counter
from itertools import pairwise

import pytest

from crawler.replica.addresses import EXTRAS, MIRROR_HOST, ONCE, TRAITS, Clock, SitePlan, traits_of
from crawler.site.channels import find, load
from crawler.site.urls import classify

ALL = tuple(load().values())
THREE = tuple(find(name) for name in ("sd", "bj", "sz"))


def plan(articles=300, channels=ALL, **more):
    return SitePlan(articles=articles, seed=1, channels=channels, **more)


@pytest.mark.parametrize("articles", [0, 1, 2, 11, 12, 13, 100, 301])
@pytest.mark.parametrize("channels", [ALL, THREE, THREE[:1]], ids=["all", "three", "one"])
@pytest.mark.parametrize("plain", [True, False])
def test_a_site_holds_as_many_articles_as_it_was_told(articles, channels, plain):
    """``articles`` counts the pages of kind article, whatever else there is."""
    kinds = Counter(entry.kind for entry in plan(articles, channels, plain=plain).entries())

    assert kinds["article"] == articles
    assert not plain or set(kinds) <= {"article"}


def test_a_site_of_300_articles_has_every_kind_and_every_trait():
    """The expensive kinds come once, all others and all traits at least once."""
    entries = list(plan(300).entries())
    kinds = Counter(entry.kind for entry in entries)
    traits = {trait for e in entries if e.kind == "article" for trait in traits_of(e.number)}

    assert set(kinds) == {"article", *EXTRAS}
    assert [kinds[kind] for kind in ONCE] == [1, 1]
    assert traits == set(TRAITS)


@pytest.mark.parametrize("channels", [ALL, THREE], ids=["all", "three"])
def test_every_page_is_found_at_its_address_and_in_its_column(channels):
    """Addresses are canonical and told apart; the columns hold each page once, newest first."""
    site = plan(200, channels)
    entries = list(site.entries())
    listed = [
        number
        for channel in channels
        for page in channel.lists
        for number in site.column(channel, page.node_id)
    ]

    assert len({entry.url for entry in entries}) == len(entries)
    assert sorted(listed) == list(range(site.total))
    for entry in entries:
        if entry.kind != "mirror":
            assert site.find(classify(entry.url)) == entry


def test_columns_go_back_in_time():
    """In every column, no page is of a later day than the one above it."""
    site = plan(400)

    for channel in ALL:
        for page in channel.lists:
            days = [site.entry(n).published.date() for n in site.column(channel, page.node_id)]
            assert days == sorted(days, reverse=True)


def test_copies_are_of_older_articles():
    """Each leads to a plain article; only a twin stays in its channel."""
    site = plan(400)
    copies = [entry for entry in site.entries() if entry.of is not None]

    assert {entry.kind for entry in copies} == {"reprint", "twin", "mirror", "moved"}
    for copy in copies:
        original = site.entry(copy.of)
        assert original.kind == "article"
        assert (original.channel == copy.channel) == (copy.kind == "twin")
        assert original.published.date() <= copy.published.date()
        assert (MIRROR_HOST in copy.url) == (copy.kind == "mirror")


def test_a_twin_claims_the_content_id_of_its_original():
    """Two addresses of one channel differ in the column only."""
    site = plan(300)
    twin = next(entry for entry in site.entries() if entry.kind == "twin")
    pair = [classify(url) for url in (twin.url, site.entry(twin.of).url)]

    assert pair[0].content_id == pair[1].content_id
    assert pair[0].node_id != pair[1].node_id
    assert site.find(pair[0]) == twin


def test_days_add_pages_and_change_none_of_the_addresses():
    """A later day has all pages of the day before, and two new ones in every channel."""
    today = list(plan(100).entries())
    later = list(plan(100, clock=Clock(day=3)).entries())

    assert later[: len(today)] == today
    new = Counter(entry.channel.id for entry in later[len(today) :])
    assert set(new.values()) == {6}
    assert {e.published.date().isoformat() for e in later[len(today) :]} == {
        "2026-11-21",
        "2026-11-22",
        "2026-11-23",
    }


def test_each_day_corrects_one_article():
    """The revisions of a site grow by one a day, and never shrink."""
    sites = [plan(100, clock=Clock(day=day)) for day in range(5)]
    written = [[site.revision(n) for n in range(site.base)] for site in sites]

    assert [sum(now) - site.base for now, site in zip(written, sites, strict=True)] == [
        0,
        1,
        2,
        3,
        4,
    ]
    for before, now in pairwise(written):
        assert all(a <= b for a, b in zip(before, now, strict=True))


def test_a_frozen_site_stays_as_it_was():
    """Days pass, and no page comes."""
    assert plan(50, clock=Clock(day=9), frozen=True).total == plan(50).total


def test_a_large_site_costs_nothing_to_plan():
    """The last page of a site of 100,000 articles is worked out without the others."""
    site = plan(100_000)

    last = site.entry(site.total - 1)

    assert last.published.date() == site.clock.today
    assert site.find(classify(last.url)) == last
