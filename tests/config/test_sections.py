"""Channels as an operator wants them, without a change to the package."""

from datetime import date, datetime

import pytest
from scrapy import Request
from typer.testing import CliRunner

from crawler.cli.crawl import chosen
from crawler.cli.main import app
from crawler.clock import SHANGHAI, read_day
from crawler.config import resolve
from crawler.config import sections as own
from crawler.crawl.run import Plan
from crawler.errors import ConfigError
from crawler.hooks.guard import ExcludedRequest, GuardMiddleware
from crawler.site import channels as site
from spiders.channel import plan_of, start_links

LISTS = "host = 'new.people.com.cn'\nlists = [['/GB/1234/index.html', '要闻']]\n"


@pytest.fixture
def used(tmp_path, monkeypatch):
    """Work with the channels of a renmin.toml."""

    def use(text):
        path = tmp_path / resolve.FILE
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv(resolve.VARIABLE, str(path))
        own.use(own.load())
        return path

    yield use
    site.use(None)


def start_urls(name):
    return [link.url for link in start_links(Plan("", (name,)), "")]


def test_a_new_channel_is_crawled_like_any_other(used):
    """It is found by its names, its pages are its own, its lists are where a crawl begins."""
    used(f"[channels.new]\nname = '新区'\n{LISTS}")

    assert site.find("新区") is site.by_host("new.people.com.cn")
    assert start_urls("new") == ["http://new.people.com.cn/GB/1234/index.html"]
    assert plan_of("new", since="", limit="", mirrors="", command="").channels == ("new",)


def test_lists_are_put_in_the_place_of_the_known_ones_or_beside_them(used):
    """Each once, and only pages of the channel's own host."""
    before = start_urls("sd")
    used("[channels.sd]\nextra_lists = ['/GB/999/index.html']\n[channels.bj]\nlists = ['/GB/7/']")

    assert start_urls("sd") == [*before, "http://sd.people.com.cn/GB/999/index.html"]
    assert len(start_urls("bj")) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[channels.sdd]\nenabled = false", "did you mean sd"),
        ("[channels.new]\nhost = 'example.org'\nlists = ['/GB/1/']", "expected a host of the site"),
        ("[channels.sd]\nlists = ['http://bj.people.com.cn/GB/1/']", "expected a page of sd"),
        ("[channels.sd]\nlists = ['/about.html']", "no column number"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(used, text, says):
    """With what would be right."""
    with pytest.raises(ConfigError, match=says):
        used(text)


def test_an_excluded_address_is_not_asked_for(used):
    """Neither as a link nor when it waits already; the pattern is one of shells."""
    used("[channels.sd]\nexclude = ['*/n2/2019/*']\ndelay = 4")
    guard = GuardMiddleware("", frozenset())
    asked = Request("http://sd.people.com.cn/n2/2020/0101/c1-2.html")

    guard.process_request(asked)

    assert asked.meta["autothrottle_dont_adjust_delay"] is True
    assert site.is_excluded("sd", "http://sd.people.com.cn/n2/2019/0101/c1-2.html")
    with pytest.raises(ExcludedRequest):
        guard.process_request(Request("http://sd.people.com.cn/n2/2019/0101/c1-2.html"))


def test_a_channel_rests_by_the_file_by_pause_and_by_except(used, database, capsys):
    """Whoever names it is told why; ``--all`` leaves it out without a word."""
    used("[channels.sd]\nenabled = false")
    paused = CliRunner().invoke(app, ["channels", "pause", "bj", "--database", database])

    assert paused.exit_code == 0, paused.output
    assert chosen(["sd", "bj", "gd", "gz"], "gz", database) == ["gd"]
    assert "renmin channels resume bj" in capsys.readouterr().err
    assert {"sd", "bj", "qh"}.isdisjoint(chosen(["all"], "qh", database))
    assert (
        CliRunner().invoke(app, ["channels", "resume", "bj", "--database", database]).exit_code == 0
    )
    assert chosen(["bj"], "", database) == ["bj"]


def test_all_channels_or_these():
    """Both at once is refused: thirty channels are not crawled by mistake."""
    result = CliRunner().invoke(app, ["crawl", "sd", "--all"])

    assert isinstance(result.exception, ConfigError)


def test_a_day_may_be_so_many_days_ago(monkeypatch):
    """In Shanghai, and never before there was a web."""
    monkeypatch.setattr("crawler.clock.now", lambda: datetime(2026, 3, 2, tzinfo=SHANGHAI))

    assert read_day("--since", "7d") == date(2026, 2, 23)
    assert read_day("--since", "2w") == date(2026, 2, 16)
    assert read_day("--since", "99999d") == date(1990, 1, 1)
    with pytest.raises(ConfigError, match="7d for the last seven days"):
        read_day("--since", "7 days")


def test_the_days_of_a_crawl_stand_in_order():
    """An empty stretch of time is a mistake."""
    with pytest.raises(ConfigError, match="no article is between"):
        plan_of("sd", since="2026-03-02", until="2026-03-01", limit="", mirrors="", command="")
