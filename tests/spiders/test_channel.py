"""What a crawl was asked to do is checked before anything is opened."""

from __future__ import annotations

import pytest

from crawler.errors import ConfigError, UnknownChannelError
from crawler.site.channels import load
from spiders.channel import plan_of, start_links


def plan(channels: str = "sd", **changed: str):
    given = {"since": "", "limit": "", "mirrors": "", "command": "test", **changed}
    return plan_of(channels, **given)


def test_names_in_any_form_are_the_same_channel():
    """Ids, hosts and Chinese names are folded into ids, each once."""
    assert plan("sd, sd.people.com.cn,bj").channels == ("sd", "bj")


def test_all_is_every_channel():
    """``all`` names all of them."""
    assert plan("all").channels == tuple(load())


@pytest.mark.parametrize(
    ("channels", "changed", "named"),
    [
        ("", {}, "no channel"),
        ("sd", {"since": "yesterday"}, "since=yesterday"),
        ("sd", {"since": "2026-02-30"}, "since=2026-02-30"),
        ("sd", {"limit": "0"}, "limit=0"),
        ("sd", {"limit": "many"}, "limit=many"),
    ],
)
def test_bad_arguments_are_named(channels, changed, named):
    """The message names the argument as it was typed."""
    with pytest.raises(ConfigError, match=named):
        plan(channels, **changed)


def test_an_unknown_channel_is_refused():
    """A name that is near to a channel's is told with it."""
    with pytest.raises(UnknownChannelError):
        plan("shandongg")


def test_a_crawl_begins_with_the_channels_lists_and_the_mirrors():
    """Start pages are lists, those of a mirror under its host's name."""
    mirror = "http://mirror.example/news/"
    links = start_links(plan(mirrors=mirror), mirror)

    assert {link.kind for link in links} == {"list"}
    assert {link.channel for link in links} == {"sd", "mirror.example"}
    assert len(links) == len(load()["sd"].lists) + 1


def test_a_mirror_must_be_an_address():
    """Something else is refused with what was typed."""
    with pytest.raises(ConfigError, match="garden"):
        start_links(plan(mirrors="garden"), "garden")
