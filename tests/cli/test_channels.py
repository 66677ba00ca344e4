"""Rules of ``renmin channels``."""

import json

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.errors import UnknownChannelError
from crawler.site.channels import load


def run(*arguments):
    return CliRunner().invoke(app, ["channels", *arguments])


def test_all_channels_are_printed():
    """Without a name, every channel has its line."""
    lines = run().stdout.splitlines()

    assert len(lines) == 1 + len(load())
    assert any("sd.people.com.cn" in line and "山东" in line for line in lines)


def test_a_named_channel_is_printed_with_its_lists():
    """With a name, the lists stand below; those that a short crawl starts from are marked."""
    out = run("山东").stdout

    assert " * http://sd.people.com.cn/GB/364532/index.html" in out
    assert out.count("http://") == len(load()["sd"].lists)


def test_columns_that_are_left_out_say_so():
    """A disabled column is printed as such."""
    assert "(left out)" in run("nm").stdout


def test_json_has_a_line_for_each_channel():
    """``--json`` prints hosts and lists for programs."""
    rows = [json.loads(line) for line in run("--json", "sd", "bj").stdout.splitlines()]

    assert [row["host"] for row in rows] == ["sd.people.com.cn", "bj.people.com.cn"]
    assert rows[0]["lists"][0].keys() == {"url", "node_id", "label", "primary"}


def test_an_unknown_name_is_an_error():
    """The error that the command line prints in one line comes through."""
    result = run("shangdong")

    assert isinstance(result.exception, UnknownChannelError)
    with pytest.raises(UnknownChannelError, match="sd"):
        raise result.exception
