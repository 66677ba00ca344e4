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
