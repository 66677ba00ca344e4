"""Full text: which articles hold a word, be it of two characters.

Chinese writes no spaces, so one character is one token here and a word is a phrase of them: no
dictionary decides what can be found. SQLite keeps the tokens in FTS5 without the text (it is in
``article`` already), PostgreSQL in ``tsvector`` columns; both answer through :func:`search`.

An FTS5 table without content cannot forget a row. So each indexing of an article gets a new
number, ``search_entry`` says which number is the living one, and what is dead is never shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crawler.store.tables import article
from crawler.text.chinese.script import to_simplified, to_traditional

# More matches than this are neither counted nor sorted: nobody pages through them.
MOST_HITS = 10_000
# A database has fewer articles than this.
_ALL = 2**31
MOST_TERMS = 8
LONGEST_TERM = 64

# PostgreSQL keeps at most 256 places of one character in a tsvector, and none beyond 16,383:
# a long text goes into several, which overlap by a term's length.
PART = 4_000

_SQLITE = (
    "CREATE TABLE search_entry (id INTEGER PRIMARY KEY AUTOINCREMENT, article_id INTEGER NOT NULL"
    " UNIQUE REFERENCES article (id) ON DELETE CASCADE, published_at VARCHAR(25))",
    # What is a token is decided here, in tokens(); "ascii" only parts them at the spaces. No
    # ranking by size is wanted, hence no columnsize.
    "CREATE VIRTUAL TABLE search_text USING fts5"
    "(title, body, content='', columnsize=0, tokenize='ascii')",
)
# An article's text in one piece, beside the number under which the index has it.
_VIEW = (
    "CREATE VIEW IF NOT EXISTS article_text AS SELECT search_entry.id AS entry, article.url AS url,"
    " article.title AS title, substr(article.published_at, 1, 10) AS date, article.channel AS"
    " channel, article.source AS source, (SELECT group_concat(value, char(10)) FROM"
    " json_each(article.paragraphs)) AS text, article.duplicate_of_id IS NOT NULL AS is_copy"
    " FROM article JOIN search_entry ON search_entry.article_id = article.id"
)
_POSTGRES = (
    "CREATE TABLE search_entry (article_id BIGINT NOT NULL REFERENCES article (id) ON DELETE"
    " CASCADE, part INTEGER NOT NULL, published_at TIMESTAMPTZ, tokens TSVECTOR NOT NULL,"
    " PRIMARY KEY (article_id, part))",
    "CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)",
)


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The text by which an article is found.

    Attributes:
        article_id: ``article.id``; the row must exist.
        title: Headline; kicker and subtitle may follow on lines of their own.
        body: Paragraphs and captions, one a line.
    """

    article_id: int
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found.

    Attributes:
        articles: ``article.id`` of the asked-for slice, latest published first.
        total: How many articles match; at most :data:`MOST_HITS`.
        capped: Whether there are more than that, of which only the last stored are sorted.
    """

    articles: tuple[int, ...] = ()
    total: int = 0
    capped: bool = False


def create(connection: Connection) -> None:
    """Make the empty index; :func:`rebuild` fills it."""
    for statement in _SQLITE if _is_sqlite(connection) else _POSTGRES:
        connection.exec_driver_sql(statement)
    create_view(connection)


def create_view(connection: Connection) -> None:
    """Make ``article_text``, in which other tools of SQLite search: docs/search.md."""
    if _is_sqlite(connection):
        connection.exec_driver_sql(_VIEW)


def drop_view(connection: Connection) -> None:
    """Take it away."""
    connection.exec_driver_sql("DROP VIEW IF EXISTS article_text")


def drop(connection: Connection) -> None:
    """Take the index away; no article is lost by it."""
    if _is_sqlite(connection):
        connection.exec_driver_sql("DROP TABLE search_text")
    connection.exec_driver_sql("DROP TABLE search_entry")


def index_articles(connection: Connection, entries: Sequence[IndexEntry]) -> None:
    """Make articles findable by their present texts, in place of what was indexed of them before.

    Called once in the transaction that stores the articles, after everything else: whenever another
    table is written to, FTS5 empties its buffer onto the disk, which costs five times as much as all
    the rest.
    """
    if _is_sqlite(connection):
        _index_in_sqlite(connection, entries)
    else:
        for entry in entries:
            _index_in_postgres(connection, entry.article_id, entry.title, entry.body)


def searchable(row: Mapping[str, Any]) -> tuple[str, str]:
    """Title and body for :func:`index_article` from the columns of an ``article`` row."""
    titles = (row["title"], row["kicker"], row["subtitle"])
    captions = (photo.get("caption") for photo in row["photos"])
    lines = (*row["paragraphs"], *captions)
    return "\n".join(filter(None, titles)), "\n".join(filter(None, lines))


def rebuild(connection: Connection) -> int:
    """Index every article anew and return how many there are."""
    drop(connection)
    create(connection)
    c = article.c
    batch = sa.select(c.id, c.title, c.kicker, c.subtitle, c.paragraphs, c.photos)
    batch = batch.where(c.id > sa.bindparam("last")).order_by(c.id).limit(500)
    count = last = 0
    while rows := connection.execute(batch, {"last": last}).mappings().all():
        index_articles(connection, [IndexEntry(row["id"], *searchable(dict(row))) for row in rows])
        count, last = count + len(rows), rows[-1]["id"]
    return count


def forget(connection: Connection) -> None:
    """Leave no word of an article in the index that is not stored any more.

    An index without content can only be made anew: a quarter of a millisecond an article.
    """
    if _is_sqlite(connection):
        rebuild(connection)


def search(connection: Connection, query: str, limit: int = 25, offset: int = 0) -> Hits:
    """Find the articles that hold every word of ``query``.

    Words are parted by white space; each is found as it stands, whatever punctuation is between
    its characters, in simplified or traditional form, Latin letters in either case. A query
    without a letter, digit or hanzi finds nothing. Never raises for any ``query``.
    """
    terms = parse(query)
    if not terms:
        return Hits()
    find = _find_in_sqlite if _is_sqlite(connection) else _find_in_postgres
    found = find(connection, terms)
    asked = found[: min(len(found), MOST_HITS)][offset : offset + limit]
    return Hits(tuple(asked), min(len(found), MOST_HITS), len(found) > MOST_HITS)


def all_ids(connection: Connection, query: str) -> list[int]:
    """``article.id`` of every article that holds every word of ``query``, latest published first.

    As many as there are, where :func:`search` stops at :data:`MOST_HITS`.
    """
    terms = parse(query)
    if not terms:
        return []
    find = _find_in_sqlite if _is_sqlite(connection) else _find_in_postgres
    return find(connection, terms, most=_ALL)


def parse(query: str) -> tuple[tuple[str, ...], ...]:
    """The words of ``query``, at most 8, each in the spellings that are looked for.

    >>> parse("会议 GDP!")
    (('会议', '會議'), ('gdp',))
    """
    words = query[: MOST_TERMS * (LONGEST_TERM + 1)].split()[:MOST_TERMS]
    spelt = ((word, to_simplified(word), to_traditional(word)) for word in words)
    terms = (dict.fromkeys("".join(tokens(one))[:LONGEST_TERM] for one in each) for each in spelt)
    return tuple(found for term in terms if (found := tuple(filter(None, term))))


def tokens(text: str) -> Iterator[str]:
    """The characters that can be found: letters, digits, hanzi; Latin ones in lower case."""
    return filter(str.isalnum, text.lower())


def _index_in_sqlite(connection: Connection, entries: Sequence[IndexEntry]) -> None:
    run = connection.exec_driver_sql
    texts = []
    for entry in entries:
        run("DELETE FROM search_entry WHERE article_id = ?", (entry.article_id,))
        row = run(
            "INSERT INTO search_entry (article_id, published_at)"
            " SELECT id, published_at FROM article WHERE id = ?",
            (entry.article_id,),
        )
        texts.append((row.lastrowid, " ".join(tokens(entry.title)), " ".join(tokens(entry.body))))
    if texts:
        run("INSERT INTO search_text (rowid, title, body) VALUES (?, ?, ?)", texts)


def _find_in_sqlite(
    connection: Connection, terms: Iterable[tuple[str, ...]], most: int = MOST_HITS + 1
) -> list[int]:
    phrases = (" OR ".join(f'"{" ".join(spelling)}"' for spelling in term) for term in terms)
    rows = connection.exec_driver_sql(
        "SELECT entry.article_id FROM (SELECT rowid FROM search_text WHERE search_text MATCH ?"
        " ORDER BY rowid DESC LIMIT ?) AS hit JOIN search_entry AS entry ON entry.id = hit.rowid"
        " ORDER BY entry.published_at DESC, entry.article_id DESC",
        (" AND ".join(f"({phrase})" for phrase in phrases), most),
    )
    return [article_id for (article_id,) in rows]


def _index_in_postgres(connection: Connection, article_id: int, title: str, body: str) -> None:
    run = connection.exec_driver_sql
    run("DELETE FROM search_entry WHERE article_id = %s", (article_id,))
    for part, vector in enumerate((_vector(tokens(title)), *_vectors(body))):
        run(
            "INSERT INTO search_entry (article_id, part, published_at, tokens)"
            " SELECT id, %s, published_at, %s::tsvector FROM article WHERE id = %s",
            (part, vector, article_id),
        )


def _vectors(body: str) -> Iterator[str]:
    found = "".join(tokens(body))
    for start in range(0, len(found), PART):
        yield _vector(found[start : start + PART + LONGEST_TERM])


def _vector(characters: Iterable[str]) -> str:
    """A tsvector as PostgreSQL reads it: ``'会':1,9 '议':2``."""
    places = defaultdict(list)
    for place, character in enumerate(characters, 1):
        places[character].append(str(place))
    return " ".join(f"'{character}':{','.join(where)}" for character, where in places.items())


def _find_in_postgres(
    connection: Connection, terms: Iterable[tuple[str, ...]], most: int = MOST_HITS + 1
) -> list[int]:
    # Each word may stand in another part of a long article.
    matches = " INTERSECT ".join(
        f"SELECT article_id FROM search_entry WHERE tokens @@ %(term{number})s::tsquery"
        for number, _ in enumerate(terms)
    )
    rows = connection.exec_driver_sql(
        "SELECT entry.article_id FROM search_entry AS entry JOIN ("
        f"SELECT DISTINCT article_id FROM ({matches}) AS found ORDER BY article_id DESC LIMIT %(most)s"
        ") AS hit ON hit.article_id = entry.article_id WHERE entry.part = 0"
        " ORDER BY entry.published_at DESC NULLS LAST, entry.article_id DESC",
        {"most": most} | {f"term{number}": _tsquery(t) for number, t in enumerate(terms)},
    )
    return [article_id for (article_id,) in rows]


def _tsquery(term: Iterable[str]) -> str:
    phrases = ("<->".join(f"'{character}'" for character in spelling) for spelling in term)
    return "|".join(f"({phrase})" for phrase in phrases)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
