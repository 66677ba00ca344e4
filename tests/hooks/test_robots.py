"""The group of robots.txt that is ours is found in whatever form the file comes."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Response

from crawler.hooks import robots
from crawler.hooks.robots import PRODUCT, RobotsMiddleware, delay_of, parse, text_of

PAGE = "http://sd.people.com.cn/n2/2026/1004/c364532-41700001.html"
CLOSED, OPEN = "Disallow: /\n", "Disallow:\n"


def may_fetch(text: str, encoding: str = "utf-8") -> bool:
    return parse(text.encode(encoding)).can_fetch(PAGE, PRODUCT)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_a_file_in_any_form_of_unicode_is_obeyed(encoding):
    """A byte order mark, or none, hides no first group."""
    assert not may_fetch("User-agent: *\n" + CLOSED, encoding)
    assert not may_fetch("\ufeff\ufeffUser-agent: *\r\n" + CLOSED, encoding)


@pytest.mark.parametrize(
    "name", ["news", "archive", "bot", "crawler", "ren", "renminbot", "renmin-news", "n", "sogou"]
)
def test_a_group_of_somebody_else_is_not_ours(name):
    """Parts of our name, our contact and our purpose choose no group."""
    assert not may_fetch(f"User-agent: {name}\n{OPEN}\nUser-agent: *\n{CLOSED}")
    assert may_fetch(f"User-agent: {name}\n{CLOSED}\nUser-agent: *\n{OPEN}")


@pytest.mark.parametrize(
    "name", ["renmin", "Renmin", "RENMIN", "renmin/1.0", "renmin*", "  renmin  # us", "renmin\t"]
)
def test_our_group_is_ours_in_any_spelling(name):
    """The product decides, before ``*``, wherever the groups stand."""
    assert not may_fetch(f"User-agent: {name}\n{CLOSED}\nUser-agent: *\n{OPEN}")
    assert may_fetch(f"User-agent: *\n{CLOSED}\nUser-agent: {name}\n{OPEN}")
    assert not may_fetch(f"User-agent: news\nUser-agent: {name}\n{CLOSED}\nUser-agent: *\n{OPEN}")


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Crawl-delay: 2", 2.0),
        ("Crawl-delay: 1.5", 1.5),
        ("Crawl-delay: 2s", 2.0),
        ("crawl-delay : 500ms", 0.5),
        ("Crawl-delay: 1m", 60.0),
        ("Crawl-delay: soon", None),
        ("Request-rate: 1/5", 5.0),
        ("Request-rate: 1/10s", 10.0),
        ("Crawl-delay: 1\nRequest-rate: 1/3", 3.0),
    ],
)
def test_a_pause_is_kept_in_whatever_way_it_is_asked_for(line, seconds):
    """Crawl-delay with and without a unit, and Request-rate; the longer one counts."""
    assert delay_of(parse(f"\ufeffUser-agent: *\n{line}\n".encode())) == seconds


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(body):
    """Any bytes are read."""
    assert isinstance(text_of(body), str)
    assert isinstance(parse(body).can_fetch(PAGE, PRODUCT), bool)


def test_rules_behind_half_a_megabyte_are_none():
    """A file of millions of rules must not keep the crawl from all other hosts."""
    rules = b"User-agent: *\nDisallow: /x\n" + b"Disallow: /*a*b*c$\n" * 100_000 + b"Disallow: /\n"

    parsed = parse(rules)

    assert not parsed.can_fetch("http://sd.people.com.cn/x", PRODUCT)
    assert parsed.can_fetch("http://sd.people.com.cn/n2/", PRODUCT)


@pytest.mark.parametrize(("rules", "here"), [(10, True), (5_000, False)])
def test_a_long_file_is_read_and_looked_at_beside_the_event_loop(monkeypatch, rules, here):
    """So nobody waits for it; what it says holds as that of a short one does."""
    at_work = []

    def noted(body):
        at_work.append(threading.current_thread() is threading.main_thread())
        return parse(body)

    monkeypatch.setattr(robots, "parse", noted)
    body = b"User-agent: *\n" + b"Disallow: /a*b\n" * rules + b"Disallow: /n2/\nCrawl-delay: 7\n"
    url = "http://sd.people.com.cn/robots.txt"

    found = asyncio.run(RobotsMiddleware(None, 1.0)._read(url, Response(url, body=body)))

    assert at_work == [here]
    assert (found.state, found.delay, found.long) == ("allowed", 7.0, not here)
    assert not found.parsed.can_fetch(PAGE, PRODUCT)
