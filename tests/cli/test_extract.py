"""``renmin extract``."""

import json
import shutil
from functools import partial

import pytest
from typer.testing import CliRunner

from crawler.cli import extract as module
from crawler.cli.main import app
from crawler.crawl import helpers
from crawler.dataset.record import as_record
from crawler.items import Article
from tests.crawl.visits import html_of, prose
from tests.crawls import conftest as crawls
from tests.golden import PAGES

PAGE = PAGES / "wbc2020" / "script-and-nested-boxes" / "body.html"
URL = "http://hi.people.com.cn/n2/2024/0424/c231190-40820001.html"


def run(*arguments):
    return CliRunner().invoke(app, ["extract", *map(str, arguments)])


def test_one_record_a_page_in_the_order_of_the_record():
    """A page gives one line: the record that export writes, hanzi as hanzi."""
    result = run(PAGE, "--url", URL)

    record = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(record) == list(as_record(Article(url="")))
    assert (record["url"], record["title"]) == (URL, "双语导游把课堂搬到火山口")
    assert (record["charset"]["decided"], record["script"], record["authors"]) == (
        "gb18030",
        "Hans",
        ["孟喆", "朴云语"],
    )
    assert "火山" in result.stdout


def test_headers_beside_the_page_are_heard(tmp_path):
    """PAGE.headers.json gives the Content-Type, unless the option does."""
    page = tmp_path / "a.html"
    shutil.copy(PAGE, page)
    (tmp_path / "a.html.headers.json").write_text('{"content-type": "text/html; charset=gbk"}')

    records = [
        json.loads(run(page, *more).stdout)
        for more in ((), ("--content-type", "text/html; charset=utf-8"))
    ]

    assert [r["charset"]["declared_header"] for r in records] == ["gbk", "utf-8"]


def test_address_is_read_off_the_page_or_is_the_file_s(tmp_path):
    """Without --url, the page's canonical link names it; without one, its file does."""
    stated, silent = tmp_path / "a.html", tmp_path / "b.html"
    text = PAGE.read_text("gb18030")
    silent.write_text(text, "gb18030")
    stated.write_text(
        text.replace("<head>", f'<head><link rel="canonical" href="{URL}">'), "gb18030"
    )

    urls = [json.loads(run(page).stdout)["url"] for page in (stated, silent)]

    assert urls == [URL, silent.resolve().as_uri()]


def test_missing_file_is_bad_use(tmp_path):
    """A file that is not there is named, with exit code 2, before anything is printed."""
    result = run(PAGE, tmp_path / "none.html")

    assert (result.exception.exit_code, result.stdout) == (2, "")
    assert "none.html: cannot be read: No such file" in str(result.exception)


def test_page_without_an_article_does_not_stop_the_others(tmp_path):
    """A failing page is one line on standard error; the others are printed, and the exit code is 3."""
    empty = tmp_path / "empty.html"
    empty.write_bytes(b"")

    result = run(empty, PAGE)

    assert (result.exit_code, len(result.stdout.splitlines())) == (3, 1)
    assert "empty page" in result.stderr


@pytest.mark.parametrize(
    ("content_type", "why"),
    [("image/png", "not a page but image/png"), ("application/pdf", "not a page")],
)
def test_other_type_is_refused(content_type, why):
    """A body that says it is no page is not read."""
    result = run(PAGE, "--content-type", content_type)

    assert result.exit_code == 3
    assert why in result.stderr


def test_one_address_names_one_page():
    """--url with several pages is bad use."""
    assert run(PAGE, PAGE, "--url", URL).exception.exit_code == 2


@pytest.mark.parametrize("url", ["http://[bad", "ht tp:\\x", "page.html", "http://", ""])
def test_what_is_no_address_is_refused_by_name(url):
    """--url names the page of a web site."""
    error = run(PAGE, "--url", url).exception

    assert error.exit_code == 2
    assert str(error).startswith(f"--url {url}: ")


def test_folders_and_lists_are_read_in_order_by_all_cores(tmp_path):
    """The same records, in the order of the pages, whoever reads them; a bad page is named."""
    for number in range(5):
        page = html_of(f"第{number}篇", [prose(number)])
        (tmp_path / f"{number}.html").write_bytes(page)
    (tmp_path / "3.html").write_bytes(b"")

    alone = crawls.run(crawls.command("extract", str(tmp_path), "--processes", "1"))
    together = crawls.run(crawls.command("extract", str(tmp_path), "--processes", "2"))
    listed = crawls.run(
        crawls.command("extract", "--files-from", "-"),
        input="".join(f"{tmp_path}/{number}.html\n" for number in range(5)),
    )

    assert alone.stdout == together.stdout == listed.stdout
    titles = [json.loads(line)["title"] for line in alone.stdout.splitlines()]
    assert titles == ["第0篇", "第1篇", "第2篇", "第4篇"]
    assert (alone.returncode, together.returncode, listed.returncode) == (3, 3, 3)
    assert "3.html" in together.stderr


def test_a_page_that_takes_too_long_is_named(monkeypatch, tmp_path):
    """The limit of a crawl holds here too: one page in a folder does not keep the others."""

    def never(_fetches):
        while True:
            sum(range(100))

    monkeypatch.setattr(module.extraction, "extract", never)
    monkeypatch.setattr(helpers, "limited", partial(helpers.limited, seconds=0.05))
    result = run(PAGE, "--processes", 1)

    assert result.exit_code == 3
    assert "more than 0.05 s of a processor" in result.stderr
