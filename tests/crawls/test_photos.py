"""``renmin photos``: the articles' pictures, politely, once, whole, and handed on with captions."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from crawler.crawl.photos import read_picture
from crawler.items import Failure
from crawler.replica.answer import Response
from crawler.replica.site import jpeg
from crawler.store.photos import PhotoStore
from tests.crawls.conftest import QUICK, command, counters, crawl, rows, run

pytestmark = pytest.mark.crawl


def png_head(width: int, height: int) -> bytes:
    """A PNG that claims a size, and holds a few bytes."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in (head, body, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def answer(body: bytes, kind: str = "image/jpeg", status: int = 200) -> Response:
    return Response(status=status, headers={"Content-Type": kind}, body=body)


HOSTILE = {
    "photo_bomb": answer(png_head(100_000, 100_000), "image/png"),
    "photo_type": answer(b"<html><body>404</body></html>", "text/html"),
    "photo_broken": answer(jpeg(400, 300, 7)[:-40]),
    "http_404": answer(b"", status=404),
}


def photos_of(database: str) -> list[str]:
    """The addresses of all photos, each once."""
    found = [
        photo["url"]
        for (text,) in rows(database, "SELECT photos FROM article")
        for photo in (json.loads(text) if isinstance(text, str) else text)
    ]
    return sorted({url for url in found if url})


def fetch(site, database: str, *more: str):
    proxy = f"http://127.0.0.1:{site.port}"
    return run(command("photos", "fetch", "--proxy", proxy, "--database", database, *QUICK, *more))


@pytest.fixture(scope="module")
def fetched(serve_for_all, tmp_path_factory):
    """A site whose photos were fetched; four of them are none."""
    folder = tmp_path_factory.mktemp("photos")
    site, database = serve_for_all(articles=60), f"sqlite:///{folder / 'renmin.db'}"
    assert crawl(site, database).returncode == 0
    urls = photos_of(database)
    assert len(urls) > 8
    assert not any(each.url.endswith(".jpg") for each in site.asked)
    site.instead |= dict(zip(urls, HOSTILE.values(), strict=False))
    site.asked.clear()
    done = fetch(site, database)
    return site, database, folder, urls, done


def test_each_photo_is_asked_for_once_and_kept_by_its_content(fetched):
    """robots.txt first; a picture's name is its digest, and its bytes are the site's."""
    site, database, folder, urls, done = fetched

    asked = [each.url for each in site.asked]
    pictures = sorted((folder / "renmin.photos").glob("??/*"))

    assert done.returncode == 0, done.stderr
    assert asked[0].endswith("robots.txt")
    assert sorted(url for url in asked if url.endswith(".jpg")) == urls
    assert all(hashlib.sha256(each.read_bytes()).hexdigest() == each.stem for each in pictures)
    counts = counters(database)
    assert counts["photo/new"] == len(pictures)
    assert counts["photo/new"] + counts.get("photo/same", 0) == len(urls) - len(HOSTILE)


def test_what_is_no_picture_is_named(fetched):
    """A bomb, a page, one cut off, none: each by its reason, in the counters and to the person."""
    _, database, _, _, done = fetched

    counts = counters(database)

    assert {name: counts[f"failure/{name}"] for name in HOSTILE} == dict.fromkeys(HOSTILE, 1)
    assert all(f"{name}: 1" in done.stdout for name in HOSTILE)


def test_the_same_command_asks_for_nothing_that_it_has(fetched):
    """Nor for what can be no picture; a file that was lost comes again."""
    site, database, folder, urls, _ = fetched
    site.asked.clear()

    again = fetch(site, database)
    nothing = list(site.asked)
    lost = next((folder / "renmin.photos").glob("??/*.jpg"))
    lost.unlink()
    mended = fetch(site, database)

    assert (again.returncode, nothing) == (1, [])
    assert mended.returncode == 0, mended.stderr
    assert lost.exists()
    assert 1 <= sum(each.url in urls for each in site.asked) < 4


def test_the_record_says_what_was_fetched(fetched, tmp_path):
    """Digest and size of each; null for what is not there; that it was fetched changes no article."""
    _, database, folder, urls, _ = fetched
    before, after = tmp_path / "before", tmp_path / "after"
    moved = folder / "elsewhere"
    (folder / "renmin.photos").rename(moved)
    run(command("export", f"{before}/", "--database", database))
    moved.rename(folder / "renmin.photos")
    run(command("export", f"{after}/", "--format", "parquet", "--database", database))
    run(command("export", str(tmp_path / "a.jsonl"), "--database", database))

    records = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    found = [photo for record in records for photo in record["photos"]]
    for photo in found:
        known = photo["url"] in urls[len(HOSTILE) :]
        assert (photo["sha256"] is not None) == known
        if known:
            path = folder / "renmin.photos" / photo["sha256"][:2] / f"{photo['sha256']}.jpg"
            with Image.open(path) as image:
                assert image.size == (photo["width"], photo["height"])
    changes = run(
        command(
            "export", f"{tmp_path / 'c'}/", "--changed-since", str(before), "--database", database
        )
    )
    assert changes.returncode == 1
    assert "nothing changed" in changes.stderr


@pytest.mark.parametrize("form", ["imagefolder", "parquet"])
def test_the_captions_go_with_the_pictures(fetched, tmp_path, form):
    """Hugging Face loads both forms: pictures that open, captions of the articles; twice alike."""
    datasets = pytest.importorskip("datasets")
    _, database, _, _, _ = fetched
    target = tmp_path / "set"
    words = command("photos", "export", f"{target}/", "--format", form, "--database", database)

    done = run(words)
    sums = (target / "SHA256SUMS").read_bytes()
    again = run(words)

    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert (target / "SHA256SUMS").read_bytes() == sums
    loaded = datasets.load_dataset(str(target), split="train", cache_dir=str(tmp_path / "cache"))
    captions = {
        photo["caption"]
        for (text,) in rows(database, "SELECT photos FROM article")
        for photo in (json.loads(text) if isinstance(text, str) else text)
    }
    assert len(loaded) >= 4
    assert set(loaded["text"]) <= captions
    assert all(row["image"].size == (row["width"], row["height"]) for row in loaded)
    assert set(map(str, loaded["photo_url"])) <= set(photos_of(database))
    days = {str(day)[:10] for (day,) in rows(database, "SELECT published_at FROM article")}
    assert {str(day)[:10] for day in loaded["published_on"]} <= days
    assert run(command("verify", str(target))).returncode == 0


def test_a_forgotten_article_takes_its_photos_along(fetched):
    """But for those that another article has."""
    _, database, folder, _, _ = fetched
    with closing(PhotoStore(folder / "renmin.photos", readonly=True)) as store:
        (url, photo) = store._db.execute(
            "SELECT article, photo FROM used JOIN photo ON url = photo WHERE sha256 IS NOT NULL"
            " ORDER BY article DESC LIMIT 1"
        ).fetchone()
        picture = store.pictures([photo])[photo]
        path = store.path(picture)

    done = run(command("forget", url, "--reason", "asked", "--database", database))

    assert done.returncode == 0, done.stderr
    with closing(PhotoStore(folder / "renmin.photos", readonly=True)) as store:
        assert store.pictures([photo]) == {}
        others = store._db.execute(
            "SELECT count(*) FROM photo WHERE sha256 = ?", (picture.sha256,)
        ).fetchone()[0]
    assert path.exists() == bool(others)


def test_a_host_that_forbids_it_is_left_alone(serve, database):
    """robots.txt holds for pictures too."""
    site = serve(articles=30)
    assert crawl(site, database).returncode == 0
    host = "http://sd.people.com.cn/robots.txt"
    for name in {each.url for each in site.asked if each.url.endswith("robots.txt")} | {host}:
        site.instead[name] = answer(b"User-agent: *\nDisallow: /NMediaFile/\n", "text/plain")
    site.asked.clear()

    done = fetch(site, database)

    refused = [url for url in photos_of(database) if "//sd.people.com.cn/" in url]
    assert refused
    assert not {each.url for each in site.asked} & set(refused)
    assert "robots: " in done.stdout


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "photo_type"),
        (b"GIF89a", "photo_broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_type"),
        (png_head(0, 10), "photo_broken"),
        (png_head(20_000, 6_000), "photo_bomb"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 60, "photo_broken"),
        (b"BM" + b"\0" * 60, "photo_broken"),
        (b"\xff\xd8\xff" + b"\xff" * 5000, "photo_broken"),
        (b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0", "photo_broken"),
    ],
)
def test_a_head_that_lies_is_no_picture(body, reason):
    """Whatever a head claims, it is named and nothing is decoded."""
    found = read_picture(body)

    assert isinstance(found, Failure)
    assert found.reason in {reason, "photo_type"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_a_picture_of_each_kind_is_read(kind):
    """Its kind by its bytes, its size by its head."""
    file = io.BytesIO()
    Image.new("RGB", (31, 17)).save(file, kind)

    found = read_picture(file.getvalue())

    assert (found.width, found.height, found.bytes) == (31, 17, len(file.getvalue()))
    assert Path("x").with_suffix(found.suffix).suffix == found.suffix
