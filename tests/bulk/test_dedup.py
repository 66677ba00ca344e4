"""Copies over a whole corpus: the same verdict whatever the tasks, the files and the order."""

import json
import random

import pytest

from crawler.dataset.record import as_record
from tests.crawl.visits import article, prose
from tests.crawls.conftest import command, run

BODY = tuple(prose(seed, 120) for seed in range(8))


def corpus():
    """Ten articles of their own, and copies of the first: the same, a reprint, an excerpt."""
    own = [article(number, prose(100 + number), prose(200 + number)) for number in range(10)]
    original = article(50, *BODY)
    copies = [
        article(51, *BODY, host="bj.people.com.cn"),
        article(52, BODY[0], prose(999, 60), *BODY[2:], host="gd.people.com.cn"),
        article(53, *BODY[:4], host="zj.people.com.cn"),
    ]
    return [as_record(item) for item in (*own, original, *copies)]


def write(folder, records, files):
    folder.mkdir()
    for number in range(files):
        lines = "".join(json.dumps(each) + "\n" for each in records[number::files])
        (folder / f"{number}.jsonl").write_text(lines)
    return folder


def dedup(folder, target, *options):
    done = run(command("bulk", "dedup", str(folder), str(target), *options))
    assert done.returncode == 0, done.stderr
    return target.read_text()


def test_copies_are_found_in_other_files(tmp_path):
    """The same text, an edited one and a part of it; everybody else is an original."""
    text = dedup(write(tmp_path / "records", corpus(), 3), tmp_path / "copies.jsonl")

    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == 3
    assert len({row["duplicate_of"] for row in rows}) == 1
    assert {row["relation"] for row in rows} <= {"same_text", "reprint", "excerpt", "contains"}


def test_the_verdict_does_not_depend_on_order_files_or_tasks(tmp_path):
    """Shuffled and cut otherwise, the same lines come out."""
    records = corpus()
    first = dedup(write(tmp_path / "a", records, 2), tmp_path / "a.jsonl", "--tasks", "1")
    random.Random(5).shuffle(records)

    again = dedup(write(tmp_path / "b", records, 4), tmp_path / "b.jsonl", "--tasks", "3")

    assert again == first


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("none.txt", "x", "no file in it ends in"), ("bad.jsonl", "{", "cannot be read")],
)
def test_what_is_no_record_is_named(tmp_path, name, content, said):
    """One line with the file, no half result."""
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / name).write_text(content)

    done = run(command("bulk", "dedup", str(tmp_path / "records"), str(tmp_path / "c.jsonl")))

    assert done.returncode in (2, 3)
    assert said in done.stderr
    assert not (tmp_path / "c.jsonl").exists()
