"""The snippets of the documents run as they stand, one after the other, in a fresh folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.crawl import record
from crawler.crawl.photos import read_picture
from crawler.items import Photo
from crawler.replica.site import jpeg
from crawler.store.articles import By
from crawler.store.engine import open_store
from crawler.store.photos import PhotoStore
from tests.crawl.visits import NOW, article, html_of, prose

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = (
    ("dataset/", "--format", "parquet", "--split", "year"),
    ("articles.jsonl",),
)
LIBRARIES = ("pandas", "datasets", "polars", "duckdb", "pyarrow")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A working folder with a database, a data set and a page."""
    path = tmp_path_factory.mktemp("docs")
    (path / "output").mkdir()
    store = open_store(f"sqlite:///{path}/output/renmin.db")
    photo = "http://sd.people.com.cn/NMediaFile/2026/0212/1.jpg"
    with store.writing.begin() as connection:
        pictured = replace(article(1), photos=(Photo(url=photo, caption="丰收"),))
        items = [pictured, article(2, host="bj.people.com.cn")]
        record.finish(connection, [record.keep(connection, x, NOW, By(None, "1")) for x in items])
    store.close()
    with closing(PhotoStore(path / "output" / "renmin.photos")) as photos:
        photos.enter([(pictured.url, photo)], 1)
        body = jpeg(90, 60, 5)
        photos.keep(photo, read_picture(body), body, NOW)
    run(path, "-m", "crawler.cli", "photos", "export", "pictures/")
    (path / "page.html").write_bytes(html_of("标题", [prose(1)]))
    if "pyarrow" in sys.modules or _is_there("pyarrow"):
        for command in COMMANDS:
            run(path, "-m", "crawler.cli", "export", *command)
    return path


def _is_there(name):
    from importlib.util import find_spec

    return find_spec(name) is not None


def run(folder, *args):
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "HF_HUB_OFFLINE": "1"}
    environment["HF_HOME"] = str(folder / "hf")
    done = subprocess.run(
        [sys.executable, *args], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def snippets():
    for name in ("python.md", "datasets.md"):
        text = (DOCS / name).read_text("utf-8")
        for number, code in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL)):
            yield pytest.param(code, id=f"{name}-{number}")


@pytest.mark.parametrize("code", list(snippets()))
def test_a_snippet_runs(folder, code):
    """It prints something, and nothing is wrong."""
    for library in LIBRARIES:
        if f"import {library}" in code or (
            library in ("pyarrow", "pandas") and "to_pandas" in code
        ):
            pytest.importorskip(library)
    if "dataset" in code or "articles.jsonl" in code:
        pytest.importorskip("pyarrow")

    assert run(folder, "-c", code)


def test_the_notebook_runs_and_shows_what_it_gave(folder):
    """Every cell was executed, and executes again in a fresh folder."""
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    notebook = json.loads((DOCS / "notebooks" / "first-look.ipynb").read_text("utf-8"))
    cells = [each for each in notebook["cells"] if each["cell_type"] == "code"]

    assert all(each["execution_count"] for each in cells)
    assert any(each["outputs"] for each in cells)
    run(folder, "-c", "\n\n".join("".join(each["source"]) for each in cells))
