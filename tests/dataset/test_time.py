"""A data set in time: what changed since another, what it was on a day, every text that there was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from crawler import clock
from crawler.cli.main import app
from crawler.crawl import record
from crawler.crawl.record import forget
from crawler.errors import ConfigError
from crawler.store import frontier
from crawler.store.articles import By
from tests.crawl.visits import NOW, article, prose, url_of

BY = By(None, "1")
DAY = timedelta(days=1)


@pytest.fixture
def keep(store):
    """Stores articles as a crawl at that moment would."""

    def keep(*items, at=NOW):
        with store.writing.begin() as connection:
            kept = [record.keep(connection, replace(item, fetched_at=at), at, BY) for item in items]
            record.finish(connection, kept)

    return keep


@pytest.fixture
def run(store, database):
    return lambda *args: CliRunner().invoke(
        app, ["export", *map(str, args), "--database", database]
    )


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def records(folder, part="**"):
    return [each for path in sorted(folder.glob(f"data/{part}/part-*")) for each in lines(path)]


def urls(found):
    return sorted(each["url"] for each in found)


def a_crawl_later(keep):
    """One is new, one corrected, one only fetched again, one turns out to be a copy."""
    keep(
        article(9, prose(1), prose(1_000_001), published_at=NOW - 3 * DAY),
        article(3, prose(3), prose(77)),
        article(8),
        at=NOW + DAY,
    )


@pytest.mark.parametrize("before", ["set/", "set.jsonl", "set.jsonl.zst"])
@pytest.mark.parametrize("after", ["next/", "next.jsonl"])
def test_exactly_what_changed(run, keep, tmp_path, before, after):
    """New, changed and removed since another data set, whichever form the two have."""
    keep(article(1), article(2), article(3))
    assert run(tmp_path / before if "." in before else f"{tmp_path}/{before}").exit_code == 0
    a_crawl_later(keep)
    named = tmp_path / before.rstrip("/")
    place = f"{tmp_path}/{after}"

    result = run(place, "--changed-since", named)

    assert result.exit_code == 0, result.output
    assert result.output.endswith("2 new, 1 changed, 1 removed\n")
    if after.endswith("/"):
        folder = tmp_path / "next"
        found = {part: urls(records(folder, part)) for part in ("new", "changed")}
        assert found == {"new": [url_of(8), url_of(9)], "changed": [url_of(3)]}
        (removed,) = lines(folder / "removed.jsonl")
    else:
        assert urls(lines(tmp_path / after)) == sorted([url_of(3), url_of(8), url_of(9)])
        (removed,) = lines(tmp_path / f"{after}.removed.jsonl")
    assert removed["url"] == url_of(1)
    assert removed["reason"] == f"copy of {url_of(9)}"


def test_an_increment_follows_an_increment(run, keep, tmp_path):
    """Its manifest knows the whole set, so that the next is held against it alone."""
    keep(article(1), article(2), article(3))
    run(f"{tmp_path}/one/")
    a_crawl_later(keep)
    run(f"{tmp_path}/two/", "--changed-since", tmp_path / "one")

    assert (
        run(f"{tmp_path}/three/", "--changed-since", tmp_path / "two" / "manifest.json").exit_code
        == 1
    )
    keep(article(20), at=NOW + 2 * DAY)
    result = run(f"{tmp_path}/three/", "--changed-since", tmp_path / "two" / "manifest.json")

    assert result.output.endswith("1 new, 0 changed, 0 removed\n")


@pytest.mark.parametrize("named", ["set", "moment"])
def test_what_was_forgotten_is_removed_with_its_reason(run, keep, store, tmp_path, named):
    """By its address where that is known, by its digest in any case."""
    keep(article(1), article(2))
    run(f"{tmp_path}/one/")
    moment = clock.now().isoformat(timespec="seconds")
    forget(store, tmp_path / "none.db", [url_of(1)], "asked")

    since = tmp_path / "one" if named == "set" else moment
    result = run(f"{tmp_path}/two/", "--changed-since", since)

    (removed,) = lines(tmp_path / "two" / "removed.jsonl")
    assert result.output.endswith("0 new, 0 changed, 1 removed\n")
    assert removed["url"] == (url_of(1) if named == "set" else None)
    assert (removed["url_sha256"], removed["reason"]) == (
        frontier.address_digest(url_of(1)),
        "asked",
    )


def test_since_a_moment(run, keep, tmp_path):
    """What was seen first, changed, or became a copy from then on."""
    keep(article(1), article(2), article(3))
    a_crawl_later(keep)

    run(f"{tmp_path}/set/", "--changed-since", (NOW + DAY).isoformat())

    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text("utf-8"))
    assert manifest["new"] == 2


def test_another_question_has_no_difference(run, keep, tmp_path):
    """Two data sets that were asked otherwise are not compared, and the message says how."""
    keep(article(1))
    run(f"{tmp_path}/one/")

    result = run(f"{tmp_path}/two/", "--changed-since", tmp_path / "one", "--include-duplicates")

    assert isinstance(result.exception, ConfigError)
    assert "include_duplicates=False" in str(result.exception)
    assert isinstance(run(f"{tmp_path}/two/", "--changed-since", "soon").exception, ConfigError)


def test_every_text_is_a_record_with_its_time(run, keep, tmp_path):
    """One after the other without a gap; the present one has no end, and keeps its own facts."""
    keep(article(1, prose(5), authors=("张三",)), article(2))
    keep(article(1, prose(6), title="更正"), at=NOW + DAY)

    run(tmp_path / "a.jsonl", "--revisions")

    first, second, other = lines(tmp_path / "a.jsonl")
    assert (first["paragraphs"], second["paragraphs"]) == ([prose(5)], [prose(6)])
    assert (first["authors"], second["authors"]) == (["张三"], [])
    assert first["valid_to"] == second["valid_from"] == (NOW + DAY).isoformat()
    assert second["valid_to"] is other["valid_to"] is None
    assert (first["revision"], second["revision"]) == (1, 2)


def test_as_it_stood_after_a_day(run, keep, tmp_path):
    """With the text of that day, without what came later; a copy of something later was none."""
    keep(article(1), article(2), article(3))
    a_crawl_later(keep)

    run(tmp_path / "then.jsonl", "--as-of", f"{NOW:%Y-%m-%d}")

    found = {each["url"]: each for each in lines(tmp_path / "then.jsonl")}
    assert sorted(found) == [url_of(1), url_of(2), url_of(3)]
    assert found[url_of(3)]["paragraphs"] == list(article(3).paragraphs)
    assert found[url_of(1)]["duplicate_of"] is None
