"""Other tools of SQLite find the full text: the view has it in one piece, the index leads to it."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from crawler.crawl import record
from crawler.store.articles import By
from tests.crawl.visits import NOW, article, prose
from tests.crawls.conftest import ROOT

LINES = ("合作社的村民说，今年丰收。", "第二段。")


@pytest.fixture
def filled(store):
    """Two articles, one of which was indexed twice; gives the file."""
    items = [replace(article(1), paragraphs=LINES), article(2, prose(7))]
    with store.writing.begin() as connection:
        for item in items:
            record.finish(connection, [record.keep(connection, item, NOW, By(None, "1"))])
        changed = replace(items[0], title="改过的标题")
        record.finish(connection, [record.keep(connection, changed, NOW, By(None, "1"))])
    return store.path


def test_a_row_has_the_whole_text(filled):
    """Paragraphs a line each, in their order; each article once."""
    with closing(sqlite3.connect(filled)) as db:
        texts = dict(db.execute("SELECT url, text FROM article_text").fetchall())

    assert texts[article(1).url] == "\n".join(LINES)
    assert len(texts) == 2


@pytest.mark.filterwarnings("ignore")  # of what datasette does inside
def test_datasette_finds_it_as_the_documents_say(filled):
    """With the metadata of docs/search.md: a word in quotation marks, one behind the other, none."""
    datasette = pytest.importorskip("datasette.app")
    text = (ROOT / "docs" / "search.md").read_text("utf-8")
    (told,) = re.findall(r"```json\n(\{\"databases.*?)```", text, re.DOTALL)

    async def ask(question):
        app = datasette.Datasette([str(filled)], metadata=json.loads(told))
        answer = await app.client.get(
            f"/{filled.stem}/article_text.json", params={"_search": question, "_shape": "array"}
        )
        assert answer.status_code == 200, answer.text
        return [row["url"] for row in answer.json()]

    def asked(question):
        return asyncio.run(ask(question))

    assert filled.stem == "renmin"
    assert asked('"合 作 社"') == [article(1).url]
    assert asked('"合 作 社" "村 民"') == [article(1).url]
    assert asked('"社 作 合"') == []
