"""Every page shows what it should, in both languages, and nothing from a page becomes markup."""

import re

import pytest

from crawler.web.tables import ANSWERS
from tests.web.addresses import pages
from tests.web.story import HOSTILE

NAMES = list(pages(type("Any", (), {"__getattr__": lambda self, name: 1})()))


@pytest.mark.parametrize("language", ["zh-CN,zh;q=0.9", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_opens(client, story, name, language):
    """A page answers 200, in the language that the browser asks for, without a hole in it."""
    answer = client.get(pages(story)[name], headers={"accept-language": language})

    assert answer.status_code == 200
    assert f'<html lang="{"zh-Hans" if "zh" in language else "en"}"' in answer.text
    assert "None" not in re.sub(r"<[^>]*>", "", answer.text)


@pytest.mark.parametrize("name", NAMES)
def test_no_page_has_script_or_style_of_its_own(client, story, name):
    """What the policy forbids is not there: scripts are files, styles are files."""
    text = client.get(pages(story)[name]).text

    assert not re.search(r"<script(?![^>]* src=\"/static/)", text)
    assert not re.search(r"<style|<[^>]+\sstyle=|<[^>]+\son[a-z]+=\"", text)
    assert 'href="javascript:' not in text


def test_a_hostile_title_stays_text(client, story):
    """Markup in a title, a caption and a credit is shown as it was written."""
    text = client.get(f"/article/{story.hostile}").text

    assert "<script>document" not in text
    assert "<img src=x" not in text
    assert text.count("&lt;script&gt;document") >= 4


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/run/999",
        "/article/999999",
        "/channel/nosuch",
        "/raw/" + "0" * 64,
        "/raw/..%2f..%2fetc",
        "/data/nosuch.csv",
    ],
)
def test_what_is_not_there_is_not_found(client, address):
    """An unknown page, run, article, channel, body or table is 404."""
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=0",
        "page=99999999999999999999",
        "page=x",
        "size=10000000",
        "days=0",
        "q=" + "会" * 900,
        "q=%00%22%27%29%28*",
        "channel=%1b",
        "run=²",
        "article=1e9",
        "day=2026-02-30",
        "day=yesterday",
        "severity=loud",
        "relation=%3Cscript%3E",
        "state=1",
        "waits=x",
    ],
)
@pytest.mark.parametrize("page", ["/articles", "/search", "/failures", "/queue", "/data/runs.json"])
def test_a_question_that_cannot_be_read_is_refused_in_plain_text(client, page, query):
    """400 with a sentence that names the value; never a page that answers something else."""
    answer = client.get(f"{page}?{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith(query.partition("=")[0] + "=")


@pytest.mark.parametrize(
    "query",
    [
        "channel=%3Cscript%3E",
        "reason=%27%20OR%201=1",
        "design=%25%22",
        "q=%E3%80%80%E4%BC%9A%E8%AE%AE%09",
        "q=%22%27%29%28*",
        "done=%3Cscript%3E&n=3",
        "utm_source=x&day=",
        "page=400&size=200",
    ],
)
@pytest.mark.parametrize("page", ["/articles", "/search", "/failures", "/queue", "/data/runs.json"])
def test_no_question_breaks_a_page(client, page, query):
    """Whatever stands behind the question mark, the answer is bounded and well."""
    answer = client.get(f"{page}?{query}")

    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace('<script src="', "")
    assert len(answer.content) < 2_000_000


@pytest.mark.parametrize("number", ["9" * 19, "9" * 40])
@pytest.mark.parametrize("path", ["/run/{}", "/article/{}", "/run/{}/live"])
def test_a_number_that_no_row_has_is_not_found(client, path, number):
    """However long it is, and it is not called something else."""
    answer = client.get(path.format(number))

    assert answer.status_code in (400, 404)
    assert "is no whole number" not in answer.text


def test_the_grid_shows_state_freshness_and_alerts(client, story):
    """Today: a channel's last run, its curve, its alerts."""
    text = client.get("/").text

    assert f'href="/run/{story.live_run}"' in text
    assert text.count('class="spark"') == 6
    assert "the newest article is of 11-18 16:00, 42 hours ago" in text


def test_an_article_shows_what_was_done_to_it(client, story):
    """Charset against its label, the repair before and after, the doubt and what it may be."""
    text = client.get(f"/article/{story.repaired}", headers={"accept-language": "en"}).text

    assert "<dd>valid UTF-8</dd>" in text
    assert "disagrees" in text
    assert "<del>鑰佹" in text
    assert "<ins>老戏台重新开锣</ins>" in text
    assert re.search(r'<mark class="doubt"[^>]*修好 / 修妤[^>]*>修好</mark>', text)
    assert "云溪镇老戏台<mark" in text


def test_a_changed_article_shows_its_revisions_word_by_word(client, story):
    """What the site changed is marked on both sides."""
    text = client.get(f"/article/{story.changed}").text

    assert "白沙河大桥<del>今</del>日通车" in text
    assert "白沙河大桥<ins>昨</ins>日通车" in text
    assert "<del>1208</del>" in text


def test_an_article_links_its_copies(client, story):
    """The original names its copies, and they name it."""
    text = client.get(f"/article/{story.original}").text

    assert 'id="repairs"' not in text or "reprint" in text
    assert re.search(r'href="/article/\d+" lang="zh">转载：青石书展', text)


def test_search_finds_and_marks_a_word_of_two_characters(client):
    """会议 is found and marked; a word that is nowhere is not."""
    assert "<mark>会议</mark>" in client.get("/search?q=会议").text
    assert "<mark>" not in client.get("/search?q=绝无此词").text


def test_a_failure_links_its_raw_bytes_and_can_be_extracted_again(client, story):
    """Where the archive has the body, there is a link to it and a button."""
    text = client.get("/failures?reason=extraction_title").text

    assert f'href="/raw/{story.failure_body}"' in text
    assert f'action="/failures/{story.failure}/extract"' in text


def test_links_to_other_sites_tell_them_nothing(client, story):
    """An address that a page named is a link only for http and https, and sends no referrer."""
    text = client.get(f"/article/{story.repaired}").text

    outward = re.findall(r'<a href="https?://[^>]*>', text)
    assert outward
    assert all('rel="noreferrer noopener external"' in link for link in outward)


@pytest.mark.parametrize("name", NAMES)
def test_every_table_has_its_csv_and_its_json(client, story, name):
    """Each address of a file on a page leads to a table; both kinds stand together."""
    text = client.get(pages(story)[name]).text
    files = re.findall(r'href="(/data/([a-z-]+)\.(csv|json)[^"]*)"', text)

    assert {(each[1], each[2]) for each in files} == {
        (each[1], kind) for each in files for kind in ("csv", "json")
    }
    for address, table, _ in files:
        assert table in ANSWERS
        assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_hostile_is_hostile():
    """The story's title holds a script, an image with a handler, quotes and an entity."""
    assert all(part in HOSTILE for part in ("<script>", "onerror=", "\"'", "&amp;"))
