"""Bulk extraction: the same records whatever the tasks, the order and the kills."""

import json
import os
import random
import subprocess
from collections import Counter
from importlib.util import find_spec

import pytest
from datatrove.data import Document

from crawler.bulk.blocks import WriteRecords, remove_parts
from crawler.bulk.joining import articles
from crawler.bulk.sources import captures
from crawler.replica import Site
from tests.bulk.warcs import pages_of, write_warc
from tests.crawls.conftest import ROOT, command, environment, run, wait_for


def lives(group):
    """Whether a process of a group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def site():
    return Site(articles=60, seed=5)


@pytest.fixture(scope="module")
def warc(site, tmp_path_factory):
    """A stand-in site in one file, its pages in no order."""
    pages = list(pages_of(site))
    random.Random(3).shuffle(pages)
    return write_warc(tmp_path_factory.mktemp("warc") / "site.warc.gz", pages)


def extract(source, target, *options):
    return run(command("bulk", "extract", str(source), str(target), "--format", "jsonl", *options))


def lines(target):
    """All records, sorted."""
    return sorted(line for path in target.glob("*.jsonl") for line in path.read_text().splitlines())


def test_every_article_is_there_once(site, warc):
    """Also those of several pages, which stand far apart in the file."""
    counts = Counter()

    found = Counter(article.url for article in articles(captures(warc), counts))

    wanted = {row["url"] for row in site.rows() if row["kind"] == "article"}
    assert wanted <= set(found)
    assert set(found.values()) == {1}
    assert counts["failure/extraction_pages"] == 0


def test_the_records_do_not_depend_on_the_tasks(warc, tmp_path):
    """One task or three, one worker or two: equal to the byte after sorting."""
    one = extract(warc, tmp_path / "one", "--tasks", "1", "--workers", "1")
    three = extract(warc, tmp_path / "three", "--tasks", "3", "--workers", "2")

    assert (one.returncode, three.returncode) == (0, 0), one.stderr + three.stderr
    assert lines(tmp_path / "one") == lines(tmp_path / "three")
    assert one.stdout.splitlines()[1:] == three.stdout.splitlines()[1:]


def test_a_killed_job_goes_on(warc, tmp_path):
    """What is finished stays; the same command does the rest, and nothing is there twice."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    extract(warc, whole, "--tasks", "1")
    words = command("bulk", "extract", str(warc), str(killed), "--format", "jsonl", "--tasks", "4")
    options = {"env": environment(), "cwd": ROOT, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, **options, start_new_session=True) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.2)
        process.kill()
    wait_for(lambda: not lives(process.pid), 20)  # no worker writes beside those of the next one

    again = run(words)

    assert again.returncode == 0, again.stderr
    assert lines(killed) == lines(whole)
    assert not list(killed.glob("*.part"))


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ("missing", (), "no such file or folder"),
        (".", (), "no WARC, WACZ, archive or HTML file"),
        ("page.html", ("--executor", "slurm"), "--partition"),
    ],
)
def test_what_cannot_work_is_said_at_once(tmp_path, source, options, said):
    """One line, exit code 2, nothing written."""
    if source == "page.html":
        (tmp_path / source).write_text("<p>")
    where = tmp_path if source == "." else tmp_path / source

    done = extract(where, tmp_path / "target", *options)

    assert done.returncode == 2
    assert said in done.stderr
    assert not list((tmp_path / "target").glob("*"))


def test_a_plan_that_was_cut_off_is_named(tmp_path):
    """A job that was killed while it began is no fault of the next one."""
    (tmp_path / "page.html").write_text("<p>")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "bulk.json").write_text('{"sou')

    done = extract(tmp_path / "page.html", tmp_path / "to")

    assert done.returncode == 2
    assert "bulk.json in it cannot be read" in done.stderr


def test_what_is_wrong_with_a_file_is_counted_once(tmp_path):
    """However many tasks read their share of it."""
    (tmp_path / "a.warc.gz").write_bytes(b"junk" * 100)

    done = extract(tmp_path / "a.warc.gz", tmp_path / "to", "--tasks", "3", "--json")

    assert json.loads(done.stdout)["counters"] == {"failure/no_warc": 1}


def test_what_waits_in_the_queue_is_not_queued_again(tmp_path, monkeypatch):
    """Slurm answers at once; the same command tells what is finished, and hands nothing in twice."""
    (tmp_path / "page.html").write_text("<p>")
    (tmp_path / "bin").mkdir()
    queue = tmp_path / "bin" / "squeue"
    queue.write_text("#!/bin/sh\necho 7_1\n")
    queue.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)

    done = extract(
        tmp_path / "page.html", tmp_path / "to", "--executor", "slurm", "--partition", "all"
    )

    assert done.returncode == 0, done.stderr
    assert "0 of 8 tasks are finished" in done.stdout
    assert "queued" in done.stdout


def test_two_machines_at_one_task_write_one_whole_file(tmp_path):
    """Each writes under a name of its own; at no moment is half a file under the final one."""
    documents = [Document("", str(n), metadata={"record": {"url": str(n)}}) for n in range(3)]
    first, second = (
        WriteRecords(str(tmp_path), "jsonl").run(iter(documents), rank=4) for _ in range(2)
    )

    next(first), next(second)
    list(first)
    whole = (tmp_path / "00004.jsonl").read_text()
    remove_parts(str(tmp_path))
    list(second)

    assert whole.splitlines() == [f'{{"url":"{n}"}}' for n in range(3)]
    assert [path.name for path in tmp_path.iterdir()] == ["00004.jsonl"]
    assert (tmp_path / "00004.jsonl").read_text() == whole


@pytest.mark.skipif(not find_spec("ray"), reason="ray is not installed")
def test_the_records_do_not_depend_on_the_executor(warc, tmp_path):
    """Two workers of Ray write what one process writes."""
    one = extract(warc, tmp_path / "one", "--tasks", "2", "--workers", "1")

    two = extract(warc, tmp_path / "ray", "--tasks", "2", "--workers", "2", "--executor", "ray")

    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert lines(tmp_path / "ray") == lines(tmp_path / "one")


def test_another_job_does_not_mix_with_the_first(warc, tmp_path):
    """A folder belongs to one job: other values are refused, and named."""
    extract(warc, tmp_path / "target", "--tasks", "1")

    done = extract(warc, tmp_path / "target", "--tasks", "2")

    assert done.returncode == 2
    assert "tasks" in done.stderr


def test_saved_pages_are_read_too(site, tmp_path):
    """A folder of HTML files: the page says itself which one it is; counts are JSON."""
    saved = tmp_path / "saved"
    saved.mkdir()
    row = next(row for row in site.rows() if row["kind"] == "article")
    (saved / "a.html").write_bytes(site.respond("GET", row["url"], {}).body)

    done = extract(saved, tmp_path / "target", "--tasks", "1", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counters"]["page/article"] == 1
