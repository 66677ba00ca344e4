"""Figures of what the database holds are those that are counted from an export, to the unit."""

from collections import Counter, defaultdict

import pytest

from crawler.dataset.record import as_record
from crawler.report import counters, stats
from crawler.report.counters import Scope
from crawler.store.selection import Selection, select

FIGURES = {
    "articles": lambda record: True,
    "duplicates": lambda record: record["duplicate_of"] is not None,
    "changed": lambda record: record["revision"] > 1,
    "repaired": lambda record: bool(record["repairs"]),
    "damaged": lambda record: bool(record["damage"]),
    "doubtful": lambda record: bool(record["doubts"]),
}


@pytest.fixture
def records(connection):
    found = select(connection, Selection(include_duplicates=True))
    return [as_record(article) for _, article in found]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_equals_what_is_counted_from_the_export(connection, records, figure):
    """Every held figure is the number of exported records for which its definition holds."""
    assert stats.held_total(stats.held_counts(connection))[figure] == sum(
        map(FIGURES[figure], records)
    )


@pytest.mark.parametrize(("part", "field"), [("channel", "channel"), ("design", "template")])
def test_the_parts_equal_the_export_too(connection, records, part, field):
    """By channel and by page design, each figure is counted from the export's records."""
    wanted = defaultdict(Counter)
    for record in records:
        for figure, holds in FIGURES.items():
            wanted[record[field]][figure] += holds(record)

    rows = stats.held_by(part, stats.held_counts(connection)).rows

    assert {row[part]: {name: row[name] for name in FIGURES} for row in rows} == wanted


def test_kinds_of_damage_equal_the_export(connection, records):
    """Each kind is counted once an article, by channel and page design."""
    wanted = Counter(
        (kind, record["channel"], record["template"])
        for record in records
        for kind in record["damage"]
    )

    rows = stats.held_damage(connection).rows

    assert {(row["kind"], row["channel"], row["design"]): row["articles"] for row in rows} == wanted


def test_the_newest_article_of_each_channel_is_known(connection, records):
    """Freshness is the latest date of publication in the export."""
    wanted = {}
    for record in records:
        known = wanted.get(record["channel"], "")
        wanted[record["channel"]] = max(known, record["published_at"] or "")

    newest = {name: moment.isoformat() for name, moment in stats.newest_held(connection).items()}

    assert newest == wanted


@pytest.mark.parametrize(
    ("held_name", "counter"),
    [("articles", "article/new"), ("duplicates", "article/duplicate")],
)
def test_what_all_runs_counted_is_what_is_held(connection, held_name, counter):
    """The sums of the runs' counters and the tables say the same."""
    counted = dict(counters.sums(connection, ("name",), Scope(names=(counter,))))

    assert counted[counter] == stats.held_total(stats.held_counts(connection))[held_name]


@pytest.mark.parametrize("kind", [kind for kind in stats.KINDS if kind != "articles"])
def test_no_figure_reads_the_articles_themselves(connection, kind):
    """The few are found by an index of their own, which holds all that is asked."""
    plan = connection.exec_driver_sql(
        "EXPLAIN QUERY PLAN SELECT channel, template, count(*) FROM article"
        f" WHERE {stats.KINDS[kind]} GROUP BY channel, template"
    ).all()

    assert "COVERING INDEX" in plan[0][-1]
