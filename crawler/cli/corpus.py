"""What the articles that are held say: words and their places, by time, gaps, earlier texts."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from crawler.cli.options import (
    LARGEST,
    Channels,
    Copies,
    Database,
    Json,
    Since,
    Until,
    reading,
    selection,
)
from crawler.cli.output import Csv, echo_json, show
from crawler.errors import ConfigError
from crawler.report import concordance
from crawler.report.articles import as_lines, revisions_of
from crawler.report.table import Row

COMMANDS = ("search", "kwic", "trend", "coverage", "history")

app = typer.Typer(add_completion=False)


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="Words; each must be there.")],
    *,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="At most so many.")] = 50,
    database: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    r"""Find the articles that hold every word, the latest first.

    A word is found character by character: no dictionary decides what can be found, punctuation
    between counts for nothing, simplified and traditional are one. renmin kwic shows each place.

    Exit code 1 means that no article holds them.

    \b
    Example:
        renmin search 合作社
        renmin search "合作社 村" --since 2010-01-01 --json
    """
    corpus = selection(channel, since, until, copies)
    with reading(database) as connection:
        found = itertools.islice(concordance.articles(connection, words, corpus), limit)
        count = show(found, concordance.ARTICLES, as_json=as_json, as_csv=as_csv)
    if not count:
        typer.echo(f"no article holds {words!r}; what there is: renmin coverage", err=True)
        raise typer.Exit(1)


@app.command()
def kwic(
    word: Annotated[str, typer.Argument(help="A word or phrase.")],
    *,
    width: Annotated[int, typer.Option(min=0, max=1_000, help="Characters on each side.")] = 20,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    database: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    r"""Print every place of a word in titles, paragraphs and captions (keyword in context).

    Exit code 1 means that there is none.

    \b
    Example:
        renmin kwic 合作社 --width 12
        renmin kwic 合作社 --csv > places.csv
    """
    corpus = selection(channel, since, until, copies)
    with reading(database) as connection:
        found = concordance.kwic(connection, word, corpus, width)
        count = show(found, concordance.KWIC, as_json=as_json, as_csv=as_csv, right=("before",))
    if not count:
        typer.echo(f"no article holds {word!r}; what there is: renmin coverage", err=True)
        raise typer.Exit(1)


@app.command()
def trend(
    words: Annotated[str, typer.Argument(help="Words, parted by commas.")],
    *,
    by: Annotated[Literal["year", "month", "day"], typer.Option(help="Periods.")] = "month",
    per_million: Annotated[
        bool, typer.Option("--per-million", help="Draw places in a million characters.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(help="Draw it too: a file .svg, .png or .pdf.")
    ] = None,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    database: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    r"""Count places and articles of each word by period, absolutely and in a million characters.

    A picture needs matplotlib: pip install 'renmin[plots]'.

    Exit code 1 means that no article has any of the words.

    \b
    Example:
        renmin trend 合作社,学校 --by month --per-million
        renmin trend 合作社 --by year --csv
    """
    wanted = [word for each in words.replace("，", ",").split(",") if (word := each.strip())]
    if not wanted:
        raise ConfigError(f"{words!r}: no word in it; part several by commas")
    corpus = selection(channel, since, until, copies)
    with reading(database) as connection:
        rows = concordance.trend(connection, wanted, corpus, by)
    show(rows, concordance.TREND, as_json=as_json, as_csv=as_csv)
    if not any(row["places"] for row in rows):
        typer.echo(f"no article holds {words!r}; what there is: renmin coverage", err=True)
        raise typer.Exit(1)
    if picture:
        _draw(rows, wanted, "per_million" if per_million else "places", picture)


def _draw(rows: Sequence[Row], words: Sequence[str], what: str, path: Path) -> None:
    """One line a word; in an SVG its name is text, in the reader's own font."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 (an extra)
        from matplotlib.figure import Figure  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ConfigError("a picture needs matplotlib: pip install 'renmin[plots]'") from None
    if path.suffix not in {".svg", ".png", ".pdf"}:
        raise ConfigError(f"--picture {path}: not .svg, .png or .pdf")
    with mpl.rc_context({"svg.fonttype": "none", "font.sans-serif": [*CJK, "DejaVu Sans"]}):
        figure = Figure(figsize=(9, 4), layout="constrained")
        axes = figure.subplots()
        for word in words:
            mine = [row for row in rows if row["word"] == word and row["period"] != "undated"]
            axes.plot([row["period"] for row in mine], [row[what] for row in mine], label=word)
        axes.tick_params(axis="x", labelrotation=60)
        axes.set_ylabel(what.replace("_", " "))
        axes.legend()
        figure.savefig(path)
    typer.echo(f"drawn: {path}", err=True)


# Fonts with hanzi, as systems name them; the first that is there is taken.
CJK = [
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
]


@app.command()
def coverage(
    *,
    channel: Channels = None,
    since: Since = None,
    until: Until = None,
    copies: Copies = False,
    database: Database = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    r"""Count the articles of each channel and month; a month without any is a gap.

    The table has a line a channel; --json and --csv have one a channel and month, the gaps too.

    Exit code 1 means that there is no article at all.

    \b
    Example:
        renmin coverage
        renmin coverage --channel sd --csv
    """
    corpus = selection(channel, since, until, copies)
    with reading(database) as connection:
        rows = concordance.coverage(connection, corpus)
    if as_json or as_csv:
        show(rows, concordance.COVERAGE, as_json=as_json, as_csv=as_csv)
    else:
        show(_by_channel(rows), ("channel", "articles", "first", "last", "gaps", "empty months"))
    if not rows:
        typer.echo("no article so far; begin with: renmin crawl CHANNEL", err=True)
        raise typer.Exit(1)


def _by_channel(rows: Sequence[Row]) -> list[Row]:
    channels = dict.fromkeys(row["channel"] for row in rows)
    return [_line(name, [row for row in rows if row["channel"] == name]) for name in channels]


def _line(channel: str, rows: Sequence[Row]) -> Row:
    months = [row["month"] for row in rows if row["month"] != "undated"]
    empty = [row["month"] for row in rows if not row["articles"]]
    return {
        "channel": channel,
        "articles": sum(row["articles"] for row in rows),
        "first": months[0] if months else None,
        "last": months[-1] if months else None,
        "gaps": len(empty),
        "empty months": " ".join(empty[:6]) + (" …" if len(empty) > 6 else ""),
    }


@app.command()
def history(
    url: Annotated[str, typer.Argument(help="Address of an article, in any spelling.")],
    as_json: Json = False,
    database: Database = None,
) -> None:
    """Show every text that an article had, and the differences word by word.

    What is gone stands in [-brackets-], what is new in {+braces+}. A new extraction is better
    code reading the same page; only a new revision was made by the site.

    Example: renmin history http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html

    Exit codes: 0 done, 1 the article is not stored, 2 bad use, 3 failed.
    """
    with reading(database) as connection:
        found = revisions_of(connection, url)
    if not found:
        typer.echo(f"{url}: not stored; what is: renmin export -", err=True)
        raise typer.Exit(1)
    if as_json:
        echo_json([each.as_dict() for each in found])
        return
    for line in as_lines(found):
        typer.echo(line)
