"""``renmin trend``: how often words stand in the text, by time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from crawler.cli.options import Channels, Copies, Database, Json, Since, Until, reading, selection
from crawler.cli.output import Csv, show
from crawler.errors import ConfigError
from crawler.report import concordance
from crawler.report.table import Row

app = typer.Typer(add_completion=False)


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
