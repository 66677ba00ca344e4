"""A Chinese page is Chinese: what is left in letters are names, identifiers and quotations."""

import re
from html.parser import HTMLParser

import pytest

from crawler.site import channels
from crawler.web.rendering import DESIGNS
from tests.report.sample import DAMAGE
from tests.web.addresses import pages
from tests.web.conftest import settings_of
from tests.web.story import HOSTILE

NAMES = list(pages(type("Any", (), {"__getattr__": lambda self, name: 1})()))
# Code, keys and logs are what one types or what a program wrote; another language says so itself.
QUOTED = {"code", "kbd", "pre", "script", "cite"}
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-labels", "data-when", "data-empty")
VOID = {"br", "img", "input", "link", "meta", "hr"}
# Names, formats and units that Chinese operators write as they are.
ALLOWED = {
    *re.findall(
        "[A-Za-z]+", "renmin CSV JSON UTF FFFD GDP kB MB GB TB chardet robots txt gzip HTML HTTP"
    ),
    *re.findall("[A-Za-z]+", "press room morning gb gbk utf big IT logs photos fetch javascript"),
    # What the story's hostile page says in a title, and as its source.
    *re.findall("[A-Za-z]+", f"{HOSTILE} cmd calc"),
    *channels.load(),
    *(word for name in (*DESIGNS, *DAMAGE) for word in re.findall("[A-Za-z]+", name)),
}
ADDRESS = re.compile(r"https?://\S+|\b[\w.-]+\.(?:com\.cn|toml)\b|[0-9a-f]{16}…|№")


class Words(HTMLParser):
    """Collects what a person reads, or hears, of a page."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._open = []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        foreign = tag in QUOTED or known.get("lang", "zh")[:2] != "zh"
        if not self._is_quoted():
            self.found += [known[name] for name in SPOKEN if known.get(name)]
        if tag not in VOID:
            self._open.append((tag, foreign))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self._is_quoted():
            self.found.append(data)

    def _is_quoted(self):
        return any(foreign for _, foreign in self._open)


def foreign_words(page):
    """The words of two letters and more that are neither Chinese nor allowed."""
    words = Words()
    # The title of an article is the site's.
    words.feed(re.sub(r"<html[^>]*>|<title>.*?</title>", "", page))
    text = ADDRESS.sub(" ", " ".join(words.found))
    return set(re.findall(r"[A-Za-z]{2,}", text)) - ALLOWED


@pytest.mark.parametrize("name", NAMES)
def test_no_english_word_is_left_on_a_chinese_page(client, story, name):
    """Headings, columns, states, reasons, details, messages of alerts, titles and labels."""
    page = client.get(pages(story)[name], headers={"accept-language": "zh-CN"}).text

    assert foreign_words(page) == set()


def test_a_page_that_cannot_be_shown_is_chinese_as_well(tmp_path, serve):
    """No database yet, no such page, an old form."""
    client = serve(settings_of(tmp_path), headers={"accept-language": "zh-CN"})
    found = [client.get("/"), client.get("/nowhere"), client.post("/preference")]

    assert [answer.status_code for answer in found] == [503, 404, 403]
    for answer in found:
        folder = {word for part in tmp_path.parts for word in re.findall("[A-Za-z]+", part)}
        assert foreign_words(answer.text) - folder <= {"db", "crawl"}


def test_the_search_for_words_finds_them():
    """English in a text, in a label and in a title is found; code and other languages are left."""
    page = '<p lang="zh">好 bad</p><a title="worse">x</a><code>fine</code><i lang="en">fine too</i>'

    assert foreign_words(page) == {"bad", "worse"}
