"""Reprints and mirrors are stored, marked, and told from the original."""

from __future__ import annotations

import json

import pytest

from crawler.replica.addresses import MIRROR_HOST
from crawler.replica.answer import page
from tests.crawls.conftest import command, crawl, rows, run

pytestmark = pytest.mark.crawl

LIST = f"http://{MIRROR_HOST}/news/index.html"


@pytest.fixture
def mirrored(serve):
    """A site of which a foreign host shows three garbled copies in a list of its own."""
    site = serve(articles=40)
    paths = [url.split(".com.cn", 1)[1] for url in site.urls if "-" in url][-12::4]
    links = "".join(f'<li><a href="{path}">news</a></li>' for path in paths)
    links += '<a href="http://elsewhere.example/2026/12345.html">other</a>'
    html = f"<html><body><ul>{links}</ul></body></html>"
    site.instead[LIST] = page(html.encode())
    site.instead[f"http://{MIRROR_HOST}/robots.txt"] = page(b"", "text/plain")
    site.copies = {f"http://{MIRROR_HOST}{path}" for path in paths}
    return site


@pytest.mark.parametrize("mirror_first", [False, True])
def test_a_mirrors_copies_are_marked_whatever_came_first(
    mirrored, database, tmp_path, mirror_first
):
    """The copies of a mirror's list point to the originals, which stay unmarked."""
    crawls = [("--mirror", LIST), ("sd",)]

    for arguments in crawls:
        done = run_crawl(mirrored, database, arguments)
        assert done.returncode == 0, done.stderr

    pairs = rows(database, "SELECT url, duplicate_of, relation FROM duplicate_pairs")
    by_url = {url: (original, relation) for url, original, relation in pairs}
    assert set(by_url) >= mirrored.copies
    for url in mirrored.copies:
        original, relation = by_url[url]
        assert relation == "mirror"
        assert original.split(".com.cn", 1)[1] == url.split(".example", 1)[1]
    verified = "SELECT count(*) FROM article WHERE repairs LIKE '%%mirror-verified%%'"
    assert rows(database, verified.replace("%%", "%")) == [(len(mirrored.copies),)]
    assert not any("elsewhere.example" in each.url for each in mirrored.asked)
    without, whole = (
        exported(database, tmp_path),
        exported(database, tmp_path, "--include-duplicates"),
    )
    assert without == set(mirrored.urls)
    assert whole == without | mirrored.copies


def run_crawl(site, database, arguments):
    """Crawl the channel, or the mirror's list alone."""
    if arguments[0] == "sd":
        return crawl(site, database, *arguments)
    from tests.crawls.conftest import QUICK

    proxy = f"http://127.0.0.1:{site.port}"
    return run(command("crawl", *arguments, "--proxy", proxy, "--database", database, *QUICK))


def exported(database, tmp_path, *options):
    """The addresses in the data set."""
    out = tmp_path / "out.jsonl"
    assert run(command("export", str(out), "--database", database, *options)).returncode == 0
    return {json.loads(line)["url"] for line in out.read_text(encoding="utf-8").splitlines()}
