"""Rules of :mod:`crawler.site.channels`; every table of the file brings its proof."""

import re

import pytest

from crawler.errors import ConfigError, UnknownChannelError
from crawler.site.channels import by_host, find, load, read
from crawler.site.urls import classify

REGIONS = {"华北", "东北", "华东", "华中", "华南", "西南", "西北"}
TABLE = """
[xx]
host = "xx.people.com.cn"
name = "虚县"
pinyin = "xuxian"
region = "华东"
province = "虚省"
adcode = "370100"
as_of = "2024"
primary = ["12"]
lists = [["/GB/11/12/index.html", "要闻"], ["/GB/13/", "社会"]]
disabled = [["/GB/14/index.html", "视频"]]
"""


@pytest.mark.parametrize("channel", load().values(), ids=load().keys())
def test_channel_is_well_formed(channel):
    """A channel's table names a known region, a host of its own and lists on that host."""
    addresses = [classify(page.url) for page in (*channel.lists, *channel.disabled)]

    assert channel.host == f"{channel.id}.people.com.cn"
    assert channel.region in REGIONS
    assert re.fullmatch(r"[\u4e00-\u9fff]+(省|市|自治区)", channel.province)
    assert re.fullmatch(r"[1-6][0-9]{3}00", channel.adcode)
    assert re.fullmatch(r"[\u4e00-\u9fff]{2,5}", channel.name)
    assert re.fullmatch(r"[a-z]+", channel.pinyin)
    assert channel.as_of
    assert {(a.kind, a.channel, a.page, a.skip) for a in addresses} == {
        ("list", channel.id, 1, None)
    }
    assert len({classify(page.url).canonical for page in channel.lists}) == len(channel.lists)
    assert all(page.label.strip() == page.label != "" for page in channel.lists)
    assert channel.primary


def test_no_two_channels_share_a_name():
    """Id, host, Chinese name and pinyin each name one channel only."""
    channels = list(load().values())

    for names in zip(*((c.id, c.host, c.name, c.pinyin) for c in channels), strict=True):
        assert len(set(names)) == len(channels)


def test_the_digits_of_a_province_belong_to_it_alone():
    """The first two digits of a code and the name of a province stand for each other."""
    pairs = {(c.adcode[:2], c.province) for c in load().values()}

    assert len({code for code, _ in pairs}) == len({name for _, name in pairs}) == len(pairs) == 31


def test_every_known_channel_is_in_the_table():
    """The table holds the 37 hosts and 675 lists that are known."""
    lists = [page for c in load().values() for page in (*c.lists, *c.disabled)]

    assert (len(load()), len(lists)) == (37, 675)


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("sd", "sd"),
        ("SD", "sd"),
        ("sd.people.com.cn", "sd"),
        ("sd.people.cn", "sd"),
        ("http://sd.people.com.cn/", "sd"),
        ("山东", "sd"),
        ("山东省", "sd"),
        ("山东频道", "sd"),
        ("广西壮族自治区", "gx"),
        ("重庆市", "cq"),
        ("shandong", "sd"),
        ("henan", "henan"),
        ("shanxi", "sx"),
        ("shaanxi", "sn"),
    ],
)
def test_channel_is_found_by_what_people_call_it(name, id_):
    """Id, host, Chinese name and pinyin all find the channel."""
    assert find(name) is load()[id_]


@pytest.mark.parametrize(
    ("name", "nearest"), [("shangdong", "sd"), ("河南省分", "henan"), ("hebie", "he")]
)
def test_unknown_name_brings_the_nearest(name, nearest):
    """The error names what was typed and the nearest known ids."""
    with pytest.raises(UnknownChannelError) as caught:
        find(name)

    assert nearest in caught.value.nearest
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("name", ["", "   ", "qqqqqqqq", "省"])
def test_hopeless_name_is_still_a_clear_error(name):
    """A name that resembles nothing raises the same error without a hint."""
    with pytest.raises(UnknownChannelError, match="renmin channels"):
        find(name)


def test_channel_of_a_host():
    """A host finds its channel; a host that is none finds nothing."""
    assert by_host("bj.people.com.cn") is load()["bj"]
    assert by_host("politics.people.com.cn") is None


def test_one_table_is_one_channel():
    """All that a channel needs is its table."""
    channel = read(TABLE)["xx"]

    assert [page.url for page in channel.lists] == [
        "http://xx.people.com.cn/GB/11/12/index.html",
        "http://xx.people.com.cn/GB/13/",
    ]
    assert [page.node_id for page in channel.primary] == ["12"]
    assert [page.label for page in channel.disabled] == ["视频"]


@pytest.mark.parametrize(
    "text",
    [
        "[xx",
        TABLE.replace("host =", "hist ="),
        TABLE.replace("/GB/13/", "/GB/x/"),
        TABLE.replace('"/GB/13/", ', ""),
    ],
)
def test_bad_table_is_named(text):
    """A table that cannot be read is an error that names the file."""
    with pytest.raises(ConfigError, match=r"channels\.toml"):
        read(text)
