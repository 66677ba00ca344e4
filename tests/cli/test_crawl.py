"""``renmin crawl``: what is said before anything is fetched."""

from __future__ import annotations

import pytest

from crawler.cli.crawl import crawl
from crawler.errors import ConfigError, UnknownChannelError


@pytest.fixture(autouse=True)
def _no_contact(monkeypatch, tmp_path):
    monkeypatch.delenv("RENMIN_CONTACT", raising=False)
    monkeypatch.delenv("RENMIN_PROXY", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_mistyped_channel_is_told_the_nearest_names_first():
    """An unknown channel is named with its neighbours, also where no contact is set yet."""
    with pytest.raises(UnknownChannelError) as raised:
        crawl(channels=["shandnog"])

    assert "sd" in raised.value.nearest


def test_the_live_site_is_not_fetched_without_a_contact():
    """A crawl that nobody answers for does not start."""
    with pytest.raises(ConfigError, match="RENMIN_CONTACT"):
        crawl(channels=["sd"])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"setting": ["DOWNLOAD_DELAY=abc"]}, "-s DOWNLOAD_DELAY=abc: expected a number"),
        ({"setting": ["RENMIN_DELAY=0.1"]}, "-s RENMIN_DELAY=0.1: is no Scrapy setting"),
        ({"proxy": "nonsense::"}, "--proxy = 'nonsense::': expected"),
        ({"mirror": ["http://127.0.0.1/"]}, "mirror 'http://127.0.0.1/': cannot be asked"),
        ({"mirror": ["http://[bad"]}, r"mirror 'http://\[bad': cannot be asked"),
        ({"since": "yesterday"}, "since=yesterday: not a day"),
        ({"channels": []}, "no channel named"),
    ],
)
def test_what_cannot_be_done_is_said_before_there_is_a_run(monkeypatch, tmp_path, asked, says):
    """Bad use makes no database, and so no run that somebody takes for a lost one."""
    monkeypatch.setenv("RENMIN_CONTACT", "somebody@example.org")

    with pytest.raises(ConfigError, match=says):
        crawl(**{"channels": ["sd"], **asked})

    assert not list(tmp_path.iterdir())
