"""What `pip install` gives works, far from the repository: crawl, export, dashboard, doctor.

The wheel is built and installed once, by the pip that this interpreter brings: it may be years
older than the one in `.venv`, and reads what a package requires otherwise. `make wheel-test` runs
this; it needs the package index.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from crawler.replica import Site
from crawler.replica.proxy import in_thread

ROOT = Path(__file__).parents[2]
PACKAGES = ("crawler", "spiders", "pipelines")
CHANNELS = ("sd", "bj", "gd", "zj")
PAGES = ("/", "/channel/sd", "/runs", "/run/1", "/articles", "/article/1", "/text", "/failures")
PAGES += ("/alerts", "/schedule", "/search", "/data/runs.csv", "/data/runs.json", "/metrics")

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The wheel, and a function that runs commands of the environment that has it."""
    folder = tmp_path_factory.mktemp("wheel")
    desk, bin_ = folder / "desk", folder / "venv" / "bin"
    desk.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RENMIN_")}
    env = {**kept, "PATH": f"{bin_}:{kept['PATH']}"}
    env.pop("PYTHONPATH", None)

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=desk,
            env=env | more,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def must(*words: str) -> None:
        done = run(*words)
        assert done.returncode == 0, done.stdout + done.stderr

    pip = (str(bin_ / "pip"), "--disable-pip-version-check", "--quiet")
    must(sys.executable, "-m", "venv", str(folder / "venv"))
    must(*pip, "wheel", "--no-deps", "--wheel-dir", str(folder / "dist"), str(ROOT))
    (wheel,) = (folder / "dist").glob("renmin-*.whl")
    must(*pip, "install", "-c", str(ROOT / "constraints.txt"), str(wheel))
    return SimpleNamespace(desk=desk, wheel=wheel, run=run, env=env)


@pytest.fixture(scope="session")
def crawled(installed):
    """The same after a crawl of the replica; no design of ours fits the pages of zj."""
    with in_thread(Site(articles=60, channels=CHANNELS, faults=["design-changed=zj"])) as port:
        done = installed.run(
            "renmin",
            "crawl",
            *CHANNELS,
            "-s",
            "DOWNLOAD_DELAY=0",
            RENMIN_PROXY=f"http://127.0.0.1:{port}",
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return installed


def answers(desk: Path, query: str) -> list[tuple[object, ...]]:
    """What the database of the crawl answers."""
    with contextlib.closing(sqlite3.connect(desk / "output" / "renmin.db")) as db:
        return db.execute(query).fetchall()


def test_every_file_of_the_packages_is_in_the_wheel(installed):
    """Templates, charts, tables and rules are as much a part of it as the code."""
    with zipfile.ZipFile(installed.wheel) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert packed >= set(listed.stdout.split())


def test_it_runs_from_where_it_was_installed(installed):
    """Nothing is taken from the repository, and pip finds nothing missing."""
    done = installed.run("python", "-c", "import crawler, spiders; print(crawler.__file__)")

    assert Path(done.stdout.strip()).is_relative_to(installed.desk.parent / "venv"), done.stderr
    assert installed.run("pip", "check").returncode == 0


def test_a_crawl_reads_also_pages_that_no_design_fits(crawled):
    """The general reader has all its libraries, and nothing fails by a fault of ours."""
    designs = {row[0] for row in answers(crawled.desk, "SELECT DISTINCT template FROM article")}

    assert "generic" in designs
    assert len(designs) > 4
    assert not answers(crawled.desk, "SELECT url FROM failures WHERE reason LIKE 'error_%'")


def test_the_doctor_has_nothing_to_say_against_it(crawled):
    """Every library that is imported late is there."""
    done = crawled.run("renmin", "doctor")

    assert done.returncode == 0, done.stdout
    assert not re.search(r"^fail|missing|cannot be imported", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt", "a.jsonl.zst"])
def test_an_export_has_every_article(crawled, name):
    """In every format that needs no extra."""
    done = crawled.run("renmin", "export", name)

    assert done.returncode == 0, done.stderr
    assert (crawled.desk / name).stat().st_size > 1000


def test_a_format_whose_extra_is_not_installed_names_it(crawled):
    """Parquet is not in a plain installation."""
    done = crawled.run("renmin", "export", "set/", "--format", "parquet")

    assert done.returncode == 2
    assert "pip install 'renmin[parquet]'" in done.stderr


@contextlib.contextmanager
def dashboard(installed: SimpleNamespace) -> Iterator[str]:
    """Its address, while the block runs."""
    with subprocess.Popen(
        ["renmin", "dashboard", "--port", "0"],
        cwd=installed.desk,
        env=installed.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield re.search(r"http://[\d.]+:\d+", process.stdout.readline())[0]
        finally:
            process.terminate()


def test_every_page_of_the_dashboard_answers_with_its_charts(crawled):
    """Pages, and each script and style that they name."""
    with dashboard(crawled) as address, httpx.Client(base_url=address) as client:
        found = {path: client.get(path) for path in PAGES}
        named = {
            name
            for page in found.values()
            for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        }
        found |= {path: client.get(path) for path in named}

    assert {path: page.status_code for path, page in found.items() if not page.is_success} == {}
    assert any("uplot" in path.lower() for path in named)
