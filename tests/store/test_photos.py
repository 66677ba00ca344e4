"""Photos: a picture once by its content, whole or not there, and what is missing in turn."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from crawler.crawl.photos import read_picture
from crawler.errors import ConfigError, DiskFullError
from crawler.items import Failure
from crawler.replica.site import jpeg
from crawler.store.photos import PhotoStore
from tests.crawl.visits import NOW

URLS = [f"http://{host}.people.com.cn/{n}.jpg" for host in ("bj", "sd") for n in range(20)]
BODY = jpeg(90, 60, 5)


@pytest.fixture
def photos(tmp_path):
    """A folder in which forty photos of two hosts are noted."""
    opened = PhotoStore(tmp_path / "photos")
    opened.enter([("article", url) for url in URLS], 1)
    yield opened
    opened.close()


def test_hosts_take_turns(photos):
    """Neither waits until the other is done."""
    asked = list(photos.missing(1, 5))

    assert sorted(asked) == sorted(URLS)
    assert {"bj" in url for url in asked[:32]} == {True, False}


def test_two_addresses_have_one_picture(photos):
    """It is written once, and each address leads to it."""
    picture = read_picture(BODY)

    new = [photos.keep(url, picture, BODY, NOW) for url in URLS[:2]]

    assert new == [True, False]
    assert photos.pictures(URLS) == dict.fromkeys(URLS[:2], picture)
    assert photos.path(picture).read_bytes() == BODY


@pytest.mark.parametrize(
    ("failure", "tries"),
    [
        (Failure(reason="http_404", retry=False), 1),
        (Failure(reason="timeout"), 5),
        (Failure(reason="robots_unreadable", wait=True), None),
    ],
)
def test_what_failed_is_asked_for_again_as_often_as_that_makes_sense(photos, failure, tries):
    """Never, a few times, or whenever the host can be asked."""
    for _ in range(tries or 9):
        assert URLS[0] in list(photos.missing(1, 5))
        photos.fail(URLS[0], failure)

    assert (URLS[0] in list(photos.missing(1, 5))) == (tries is None)
    assert photos.figures(1) == (len(URLS), 0, {failure.reason: 1})


def test_a_full_disk_leaves_nothing_behind(photos):
    """The error names the file; the photo is still missing."""
    picture = read_picture(BODY)
    full = mock.patch.object(Path, "replace", side_effect=OSError(28, "No space left on device"))

    with full, pytest.raises(DiskFullError, match=picture.sha256):
        photos.keep(URLS[0], picture, BODY, NOW)

    assert list(photos.folder.glob("??/*")) == []
    assert URLS[0] in list(photos.missing(1, 5))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """With the command that makes it."""
    with pytest.raises(ConfigError, match="renmin photos fetch"):
        PhotoStore(tmp_path / "none", readonly=True)
