"""The public surface of extraction: one way from bytes to an article."""

import ast
import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import crawler
from crawler import extract
from crawler.errors import ExtractionError
from crawler.extract.article import PARTS, digest
from tests.crawl.visits import fetch, html_of, prose, url_of

PACKAGE = Path(crawler.__file__).parent
MODULES = sorted(
    path.relative_to(PACKAGE)
    for part in PARTS
    for path in ((PACKAGE / part).rglob("*.py") if (PACKAGE / part).is_dir() else [PACKAGE / part])
)


def test_the_pages_of_an_article_become_one():
    """What is read page by page and then assembled is what is extracted at once."""
    first = fetch(url_of(1), html_of("标题", [prose(1)]))
    second = fetch(url_of(1).replace(".html", "-2.html"), html_of("标题", [prose(2)]), page=2)

    pages = [extract.read(first), extract.read(second)]
    article = extract.extract([first, second])

    assert extract.assemble(pages) == article
    assert article.paragraphs == (prose(1), prose(2))
    assert (article.fetched_url, article.body_sha256) == (first.url, first.sha256)
    assert (article.charset.decided, article.script) == ("utf-8", "Hans")


def test_an_article_can_be_had_as_its_bytes_read():
    """Without repair, mis-encoded text stays as it came; with it, the article tells what was done."""
    garbled = prose(1).encode("gb18030").decode("latin-1")
    page = extract.read(fetch(url_of(1), html_of("标题", [garbled])))

    raw, repaired = extract.assemble([page], repair=False), extract.assemble([page])

    assert (raw.paragraphs, raw.damage) == ((garbled,), ())
    assert repaired.paragraphs == (prose(1),)
    assert repaired.damage


def test_a_saved_page_is_the_page_that_it_states_to_be():
    """A page out of a file is named by its own canonical address, where it states one."""
    link = f'<head><link rel="canonical" href="{url_of(1)}"/>'.encode()
    body = link + html_of("标题", [prose(1)])

    assert extract.extract([fetch("file:///tmp/a.html", body)]).url == url_of(1)
    assert extract.extract([fetch(url_of(2), body)]).url == url_of(2)


def test_lists_and_sitemaps_are_told_apart():
    """One call reads the links of both; a packed sitemap is one too."""
    entries = f"<urlset><url><loc>{url_of(1)}</loc></url></urlset>".encode()
    bodies = {
        "http://sd.people.com.cn/GB/index.html": f'<a href="{url_of(1)}">题</a>'.encode(),
        "http://sd.people.com.cn/news.xml": entries,
        "http://sd.people.com.cn/news.xml.gz": gzip.compress(entries),
    }

    found = [extract.links(fetch(url, body)).links for url, body in bodies.items()]

    assert [[link.url for link in links] for links in found] == 3 * [[url_of(1)]]


def test_what_is_no_page_is_refused():
    """An image is neither an article nor a list."""
    picture = fetch(
        "http://sd.people.com.cn/a.gif", b"GIF89a", headers={"content-type": "image/gif"}
    )

    for read in (extract.read, extract.links):
        with pytest.raises(ExtractionError, match="image/gif"):
            read(picture)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package's parts that reading needs, and of one that it does not."""
    root = tmp_path_factory.mktemp("copy")
    for part in (*PARTS, "cli"):
        source = PACKAGE / part
        if source.is_dir():
            # The large tables are hashed by the same loop as the small files.
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("*.bin", "*.pyc"))
        else:
            shutil.copy(source, root / part)
    return root


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_the_version_changes_with_every_module(copy, module):
    """A changed copy of any module that extraction imports gives another version."""
    before, text = digest(copy), (copy / module).read_bytes()

    (copy / module).write_bytes(text + b"# changed\n")
    changed = digest(copy)
    (copy / module).write_bytes(text)

    assert changed != before == digest(copy)


def test_the_version_ignores_what_reads_no_page(copy):
    """A command that prints an article does not change how it is read."""
    before = digest(copy)

    (copy / "cli" / "main.py").write_text("# changed\n")

    assert digest(copy) == before
    assert extract.version() == f"{crawler.__version__}+{digest(PACKAGE)}"


def test_extraction_imports_nothing_that_its_version_leaves_out():
    """Also what is imported inside a function is part of the version."""
    imported = {
        name
        for path in MODULES
        # The package itself only names, for type checkers, what it offers to programs.
        if path != Path("__init__.py")
        for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8")))
        for name in imports_of(node)
    }

    strangers = {name for name in imported if path_of(name) not in MODULES}

    assert strangers == set()


def imports_of(node: ast.AST) -> list[str]:
    """The modules of the house that a statement imports."""
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    own = [name for name in names if name.split(".")[0] == "crawler"]
    return [name for name in own if path_of(name)]


def path_of(name: str) -> Path | None:
    """The file of a module, below the package; ``None`` if it is none."""
    path = Path(*name.split(".")[1:])
    files = (path / "__init__.py", path.with_suffix(".py") if path.name else path)
    return next((file for file in files if (PACKAGE / file).is_file()), None)


def test_extraction_needs_neither_scrapy_nor_a_database():
    """Whoever reads pages in bulk imports no framework with it."""
    code = (
        "import sys, crawler.extract, crawler.text;"
        "print(sorted({'scrapy', 'twisted', 'sqlalchemy'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
