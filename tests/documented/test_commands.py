"""Every command line of the documents and help texts does what a reader expects of it.

The lines of a document run in their order in a folder of its own, as a reader would type them;
the site is the replica, through RENMIN_PROXY. The READMEs begin with no database, the others with
that of one crawl. A line that cannot run offline is marked where it stands, with its reason.

In the READMEs ``renmin`` is the installed program, elsewhere :mod:`tests.forked`, which starts it
ten times as fast.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from crawler import clock
from crawler.replica import Clock, Site
from crawler.replica.proxy import in_thread
from tests import forked
from tests.documented.commands import DOCUMENTS, ROOT, Line, of_document, of_help

pytestmark = [pytest.mark.crawl, pytest.mark.xdist_group("documented")]
HELP = sorted(
    path
    for path in (ROOT / "crawler" / "cli").glob("*.py")
    if "\napp = typer.Typer(" in path.read_text(encoding="utf-8") and path.stem != "main"
)
CHINESE = ROOT / "README.zh.md"
ARTICLES, CHANNELS = 40, ["sd", "bj"]
PLACEHOLDER = "http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html"
CRAWLED = (
    "renmin crawl sd bj",
    'renmin schedule set morning --channels sd,bj --cron "15 6 * * *"',
    "renmin check > alerts.txt || grep -q source_stale alerts.txt",
    "renmin export articles.jsonl",
    "renmin export dataset/ --format parquet --split year",
    "cp -r dataset before",
    "renmin backup backups/",
)
# A site of a test's own is not spared: no pauses, whatever starts the crawl.
SETTINGS = "from crawler.settings import *\nDOWNLOAD_DELAY = 0\nAUTOTHROTTLE_ENABLED = False\n"
# Lines that answer "no" as documented (exit code 1), and what they have to say when they do.
ANSWERS_NO = {
    "renmin check": "the newest article is of",  # the replica's last day is over
    "renmin probe": "no article of this channel is linked",  # most lists of a small site are empty
    "renmin lists": "/index.html",
    "renmin prune": "nothing is that old",
    "renmin import": "all of it was imported before",  # the crawl brought it
}
SERVERS = ("renmin dashboard", "renmin serve", "renmin replica --port", "RENMIN_DASHBOARD_TOKEN=")


@pytest.fixture(scope="session")
def site():
    """One replica for all documents; the port of its proxy."""
    watched = Site(articles=ARTICLES, channels=CHANNELS)
    with in_thread(watched) as port:
        yield watched, port


def environment(folder: Path, port: int, programs: Path | None = None) -> dict[str, str]:
    """A new user's, with the proxy and a settings module without pauses; where ``renmin`` is."""
    programs = programs or forked.client().parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RENMIN_")}
    (folder / ".quick").mkdir(exist_ok=True)
    (folder / ".quick" / "quick_settings.py").write_text(SETTINGS)
    return {
        **kept,
        "PATH": f"{programs}:{Path(sys.executable).parent}:{kept['PATH']}",
        "PYTHONPATH": f"{folder / '.quick'}:{ROOT}",
        "SCRAPY_SETTINGS_MODULE": "quick_settings",
        "RENMIN_PROXY": f"http://127.0.0.1:{port}",
        "http_proxy": f"http://127.0.0.1:{port}",
        "HOME": str(folder),
    }


@pytest.fixture(scope="session")
def crawled(site, tmp_path_factory):
    """A folder as a reader has it after two days: a crawl, data sets, a crawl of the next day."""
    folder = tmp_path_factory.mktemp("crawled")
    env = environment(folder, site[1])
    type_all(CRAWLED, folder, env)
    with in_thread(Site(articles=ARTICLES, channels=CHANNELS, clock=Clock(day=3))) as tomorrow:
        type_all(("renmin crawl sd bj",), folder, environment(folder, tomorrow))
    with contextlib.closing(sqlite3.connect(folder / "output" / "renmin.db")) as db, db:
        db.execute(
            "INSERT INTO schedule_run (schedule_id, planned_at, missed, outcome, exit_code)"
            " SELECT id, created_at, 0, 'done', 0 FROM schedule"
        )
        # As a fault of ours would have left it; there is none that could be asked for.
        db.execute(
            "UPDATE frontier SET reason = 'error_TypeError' WHERE state = 'FAILED' AND channel = 'sd'"
        )
    return folder


def type_all(lines: Iterable[str], folder: Path, env: dict[str, str]) -> None:
    """Type what has to work before a test begins."""
    for line in lines:
        done = run(line, folder, env)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.fixture
def desk(site, tmp_path):
    """A reader's folder: saved pages and old texts, and scrapy.cfg as in the project's folder."""
    address = article_of(site[0])
    page = site[0].respond("GET", address, {}).body
    laid = tmp_path / "saved" / address.removeprefix("http://")  # as wget -x does
    laid.parent.mkdir(parents=True)
    for path in (laid, tmp_path / "saved" / "one.html", tmp_path / "page.html"):
        path.write_bytes(page)
    stated = f'<head><link rel="canonical" href="{address}">'.encode()
    (tmp_path / "saved" / "one.html").write_bytes(page.replace(b"<head>", stated, 1))
    (tmp_path / "addresses.csv").write_text(f"one.html,{address}\n")
    (tmp_path / "old.txt").write_text("浜烘皯鏃ユ姤\n人民日报\n", encoding="utf-8")
    (tmp_path / "garbled.txt").write_text("浜烘皯鏃ユ姤\n", encoding="utf-8")
    row = {"text": "山东省今天发布了新的规划。" * 20, "title": "规划", "body": "全文"}
    rows = [json.dumps(row | {"id": str(n)}, ensure_ascii=False) for n in range(3)]
    (tmp_path / "texts.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    table = "id,title,body\n1,浜烘皯,鏃ユ姤\n"
    (tmp_path / "news.csv.gz").write_bytes(gzip.compress(table.encode()))
    (tmp_path / ".venv").symlink_to(sys.prefix)
    shutil.copy(ROOT / "scrapy.cfg", tmp_path)
    return tmp_path


def article_of(site: Site) -> str:
    """The address of some whole article."""
    return next(row["url"] for row in site.rows() if row["kind"] == "article")


def as_typed(text: str, site: Site, port: int) -> str:
    """The line with what a reader puts in for its placeholders, and a port that is free."""
    text = text.replace("http://…", article_of(site)).replace(PLACEHOLDER, article_of(site))
    text = text.replace("http://HOST/LIST.html", "http://sd.people.com.cn/")
    text = text.replace("renmin runs 12", "renmin runs 1").replace(
        "127.0.0.1:8877", f"127.0.0.1:{port}"
    )
    # A document has just made the data set anew; the reader made it days ago.
    text = text.replace("--changed-since dataset", "--changed-since before")
    text = text.replace("--as-of 2026-03-31", f"--as-of {clock.now().date() + timedelta(days=1)}")
    text = text.replace("--port 8877", "--port 0")
    text = re.sub(r"renmin dashboard\b", "renmin dashboard --port 0", text)
    return text.replace('| mail -s "renmin" ops@example.org', "| cat")


def run(line: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Type the line."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def run_server(line: str, folder: Path, env: dict[str, str]) -> None:
    """Start what runs until it is stopped, see that it says something, and stop it."""
    command = line.removesuffix("&").strip()
    with subprocess.Popen(
        ["bash", "-c", f"exec 2>&1; {command}"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = time.monotonic() + 60
        said = process.stdout.readline()
        running = process.poll() is None or not said
        os.killpg(process.pid, signal.SIGTERM)
        said += process.stdout.read()
        assert running, said
        assert time.monotonic() < deadline
        assert "Traceback" not in said, said


def follow(lines: list[Line], folder: Path, site, request, programs: Path | None = None) -> None:
    """Type line after line, and see what came of each."""
    env = environment(folder, site[1], programs)
    for line in lines:
        if line.reason:
            request.node.user_properties.append(("not_run", f"{line.where}: {line.reason}"))
            continue
        text = as_typed(line.text, *site)
        if setting := re.fullmatch(r"export (\w+)=(\S+)", text):
            env[setting[1]] = setting[2]
        elif text.removeprefix(".venv/bin/").startswith(SERVERS):
            run_server(text, folder, env)
        else:
            done = run(text, folder, env)
            expect(line, text, done, folder)


def expect(line: Line, text: str, done: subprocess.CompletedProcess[str], folder: Path) -> None:
    """What a reader expects: the documented exit code, no traceback, articles, files with content."""
    story = f"{line.where}: {text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    bare = text.replace(".venv/bin/", "")
    no = next((said for begin, said in ANSWERS_NO.items() if begin in bare), None)
    answered = done.returncode == 0 or (done.returncode == 1 and no and no in story)
    assert answered, f"exit code {done.returncode}\n{story}"
    assert "Traceback (most recent" not in done.stdout + done.stderr, story
    assert "error_" not in done.stdout or "renmin queue" in bare, story
    words = bare.split()
    if "crawl" in words and "--due" not in words:
        assert articles(folder) > 0, story
    for name in words if done.returncode == 0 else ():
        if re.fullmatch(r"[\w/-]+\.(jsonl(\.zst)?|txt|json|parquet|csv)", name):
            assert (folder / name).stat().st_size > 0, story
    if bare.startswith("renmin export dataset/"):
        assert any((folder / "dataset").rglob("*.parquet")), story


def articles(folder: Path) -> int:
    """How many articles the reader's database holds."""
    with sqlite3.connect(folder / "output" / "renmin.db") as db:
        (count,) = db.execute("SELECT count(*) FROM article").fetchone()
    db.close()
    return count


def with_database(desk: Path, crawled: Path) -> Path:
    """Go on where a first crawl ended."""
    for folder in ("output", "dataset", "before", "backups"):
        shutil.copytree(crawled / folder, desk / folder)
    for file in crawled.glob("articles.jsonl*"):
        shutil.copy(file, desk)
    return desk


def test_the_chinese_readme_has_the_lines_of_the_english_one():
    """In their order, so that typing those of the English one tries both."""
    english = iter(line.text for line in of_document(ROOT / "README.md"))

    chinese = [line.text for line in of_document(CHINESE)]

    assert chinese
    assert [text for text in chinese if text not in english] == []


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path != CHINESE], ids=lambda path: path.name
)
def test_the_commands_of_a_document_do_what_it_says(path, site, desk, request):
    """In order, from a fresh folder; all but the READMEs go on after a first crawl."""
    lines = of_document(path)
    if not any(not line.reason for line in lines):
        pytest.skip("no command line that runs offline")
    programs = Path(sys.executable).parent
    if not path.name.startswith("README"):
        with_database(desk, request.getfixturevalue("crawled"))
        programs = forked.client().parent

    follow(lines, desk, site, request, programs)


@pytest.mark.parametrize("path", HELP, ids=lambda path: path.stem)
def test_the_examples_of_a_help_text_do_what_it_says(path, site, desk, crawled, request):
    """After a first crawl."""
    lines = of_help(path)
    assert lines, "a help text without an example"

    follow(lines, with_database(desk, crawled), site, request)


def test_how_many_lines_are_not_run(capsys):
    """Each says why, and their number is told."""
    lines = [line for path in DOCUMENTS for line in of_document(path)]
    lines += [line for path in HELP for line in of_help(path)]
    skipped = [line for line in lines if line.reason]

    with capsys.disabled():
        print(f"\n{len(skipped)} of {len(lines)} documented command lines cannot run offline")
    assert len(lines) > 60
    assert all(len(line.reason) > 10 for line in skipped)
    assert len(skipped) < len(lines) / 4
