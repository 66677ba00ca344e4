"""What changes something needs a form of ours, and does what it says."""

import pytest

from crawler.report import articles, queue
from crawler.store.engine import crawl_lock
from tests.web.conftest import csrf_of, settings_of
from tests.web.story import keep


@pytest.mark.parametrize("path", ["/preference", "/failures/1/extract"])
@pytest.mark.parametrize("csrf", [None, "", "0" * 64])
def test_a_form_from_elsewhere_is_refused(client, path, csrf):
    """Without the token that our page gave this browser, nothing happens."""
    data = {"language": "zh"} | ({"csrf": csrf} if csrf is not None else {})

    answer = client.post(path, data=data)

    assert answer.status_code == 403
    assert "renmin_language" not in answer.headers.get("set-cookie", "")


def test_the_token_of_one_browser_is_not_that_of_another(client, morning):
    """A form token is bound to the session in which it was given."""
    theirs = csrf_of(client.get("/"))
    client.cookies.clear()

    assert client.post("/preference", data={"csrf": theirs}).status_code == 403


@pytest.mark.parametrize("path", ["/preference", "/failures/1/extract"])
def test_what_changes_something_is_not_done_by_following_a_link(client, path):
    """Only POST."""
    assert client.get(path).status_code == 405


def test_language_and_theme_are_kept(client):
    """The choice is in a cookie, and the way back leads where one was."""
    csrf = csrf_of(client.get("/runs"))

    chosen = client.post("/preference", data={"csrf": csrf, "back": "/runs", "language": "zh"})
    client.post("/preference", data={"csrf": csrf, "back": "/runs", "theme": "dark"})

    assert (chosen.status_code, chosen.headers["location"]) == (303, "/runs")
    page = client.get("/runs", headers={"accept-language": "en"}).text
    assert 'lang="zh-Hans" data-theme="dark"' in page


def test_the_way_back_leads_nowhere_else(client):
    """Another site as the way back is not followed."""
    csrf = csrf_of(client.get("/"))

    answer = client.post("/preference", data={"csrf": csrf, "back": "//evil.example/"})

    assert answer.headers["location"] == "/"


def test_extraction_that_still_fails_says_why(own, serve):
    """A page without a headline is not made an article by asking again."""
    client = serve(settings_of(own.folder))
    csrf = csrf_of(client.get("/failures"))

    answer = client.post(f"/failures/{own.story.failure}/extract", data={"csrf": csrf})

    assert answer.status_code == 200
    assert "state bad" in answer.text


def test_extraction_that_succeeds_stores_the_article_and_settles_the_failure(own, serve):
    """The page becomes an article, and is no failure any more."""
    client = serve(settings_of(own.folder))
    with own.store.reading.connect() as connection:
        url = queue.url_of(connection, own.story.failure)
    paragraph = "松林镇图书馆昨日开门，第一位读者是七岁的小学生，他借走了一本讲鲸鱼的书。" * 3
    html = (
        "<html><body><div class='text_title'><h1>松林镇图书馆开门</h1><div class='box01'>"
        "<div class='fl'>2026年11月20日07:20 来源：青石日报</div></div></div>"
        f"<div id='rwb_zw' class='box_con'><p>\u3000\u3000{paragraph}</p></div></body></html>"
    )
    keep(own.folder / "renmin.archive.db", url, html.encode())
    csrf = csrf_of(client.get("/failures"))

    answer = client.post(f"/failures/{own.story.failure}/extract", data={"csrf": csrf})

    with own.store.reading.connect() as connection:
        number = articles.id_of(connection, url)
        still = queue.failed_pages(connection, limit=200).rows
    assert f'href="/article/{number}"' in answer.text
    assert own.story.failure not in {row["id"] for row in still}
    assert "松林镇图书馆开门" in client.get("/search?q=鲸鱼").text


def test_nothing_is_written_beside_a_crawl(own, serve):
    """While a crawl holds the file, the button says so and leaves everything alone."""
    client = serve(settings_of(own.folder))
    csrf = csrf_of(client.get("/failures"))

    with crawl_lock(own.store):
        answer = client.post(f"/failures/{own.story.failure}/extract", data={"csrf": csrf})

    assert answer.status_code == 409
    assert "another crawl" in answer.text


def test_an_unknown_failure_is_not_found(own, serve):
    """There is nothing to extract again."""
    client = serve(settings_of(own.folder))
    csrf = csrf_of(client.get("/failures"))

    assert client.post("/failures/999999/extract", data={"csrf": csrf}).status_code == 404
