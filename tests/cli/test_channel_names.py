"""A channel has many names; every filter takes each of them, and refuses what is none."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from crawler import open_store
from crawler.cli.main import app
from crawler.crawl.record import finish, keep
from crawler.errors import ConfigError, UnknownChannelError
from crawler.items import Link
from crawler.store import frontier
from crawler.store.articles import By
from tests.crawl.visits import NOW, article, url_of

NAMES = ("bj.people.com.cn", "BJ.people.cn", "http://bj.people.com.cn/", "北京", "Beijing", "BJ")
MIRROR = "news.example.org"
QUESTIONS = {
    "search": ("search", "合作社"),
    "kwic": ("kwic", "合作社"),
    "coverage": ("coverage",),
    "trend": ("trend", "合作社"),
    "queue": ("queue",),
}


@pytest.fixture
def filled(store, database):
    """An article and a page that waits: of two channels and of a host that republishes them."""
    with store.writing.begin() as connection:
        hosts = {"sd": "sd.people.com.cn", "bj": "bj.people.com.cn", MIRROR: MIRROR}
        kept = []
        for number, (name, host) in enumerate(hosts.items()):
            made = article(number, f"第{number}个合作社。" * (9 + number), host=host, channel=name)
            kept.append(keep(connection, made, NOW, By(None, "1")))
            url = url_of(number + 10, host)
            link = Link(url=url, fetch_url=url, kind="article", channel=name)
            frontier.add(connection, [link], NOW, f"http://{host}/")
        finish(connection, kept)
    return database


def ask(database, question, channel):
    named = [channel] if question == "queue" else ["--channel", channel]
    return CliRunner().invoke(app, [*QUESTIONS[question], *named, "--database", database])


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_filter_takes_every_name_of_a_channel(filled, question):
    """Id, host, Chinese name and pinyin bring the same lines; and those of one channel alone."""
    by_id = ask(filled, question, "bj")

    assert by_id.exit_code == 0
    for name in NAMES:
        assert ask(filled, question, name).stdout == by_id.stdout
    assert ask(filled, question, "sd").stdout != by_id.stdout
    assert ask(filled, question, MIRROR).exit_code == 0


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", ["bj.peple.com.cn", "www.example.org", "pekin?", " "])
def test_a_filter_refuses_what_names_nothing(filled, question, name):
    """A host under which nothing is stored is spelled wrong; it never just finds nothing."""
    assert isinstance(ask(filled, question, name).exception, UnknownChannelError)


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_and_a_program_take_every_name(filled, tmp_path, name):
    """``renmin export`` and the Python interface count the same articles."""
    path = tmp_path / "found.jsonl"
    typed = ["export", str(path), "--channel", "sd", "--channel", name, "--database", filled]

    assert CliRunner().invoke(app, typed).exit_code == 0
    with open_store(filled) as library:
        found = list(library.articles(channel=["sd", name]))

    assert len(path.read_text("utf-8").splitlines()) == len(found) == 2


@pytest.mark.parametrize("channel", [[], (), "", 3, [3], ["sd", None], "bj.peple.com.cn"])
def test_a_program_that_names_no_channel_is_refused(filled, channel):
    """An empty list is not all of them, and no value leads to a TypeError."""
    with open_store(filled) as library, pytest.raises(ConfigError):
        list(library.records(channel=channel))
