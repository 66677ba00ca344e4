"""``renmin disk``: how large everything is, how fast it grows, and when the disk will be full."""

from __future__ import annotations

import typer

from crawler import clock, config
from crawler.cli.options import Database, Json, reading
from crawler.cli.output import echo_json, show
from crawler.report.storage import FREE, PARTS, TOTAL, Storage, overview
from crawler.report.table import Row, counted
from crawler.watch.sampling import Sizes, measure

app = typer.Typer(add_completion=False)


@app.command()
def disk(database: Database = None, json: Json = False) -> None:
    r"""Print how large database, index of words, archive and logs are, and how fast they grow.

    Sizes are of now. Growth is told from samples that renmin serve and renmin check keep, one an
    hour, and needs a day of them. A disk that will be full within two weeks is an alert
    (disk_full_soon). What may go: renmin prune.

    Exit codes: 0 done, 2 bad use, 3 failed.

    \b
    Example:
        renmin disk
        renmin disk --json | jq '.disks[].days_left'
    """
    options = config.load(database=database)
    with reading(database) as connection:
        sizes = measure(connection, options)
        known = overview(connection, clock.now())
    parts, disks = _parts(sizes, known), _disks(sizes, known)
    if json:
        echo_json({"parts": parts, "disks": disks, "measured_at": known.measured_at})
        return
    show(
        [_shown(row) for row in parts],
        ("what", "size", "a day", "about"),
        right=("size", "a day"),
    )
    typer.echo("")
    columns = ("disk", "free", "of", "fills a day", "full in")
    show([_shown(row) for row in disks], columns, right=columns[1:])
    if all(row["a_day"] is None for row in disks):
        typer.echo(
            "\nhow fast it grows is known after a day of renmin serve, or of renmin check every hour"
        )


def _parts(sizes: Sizes, known: Storage) -> list[Row]:
    rates = {part.name: part.a_day for part in known.parts}
    return [
        {"what": name, "bytes": sizes[name], "a_day": rates.get(name), "about": what}
        for name, what in PARTS.items()
        if name in sizes
    ]


def _disks(sizes: Sizes, known: Storage) -> list[Row]:
    rates = {one.path: one.a_day for one in known.disks}
    rows = []
    for name, free in sizes.items():
        if not name.startswith(FREE):
            continue
        path = name.removeprefix(FREE)
        a_day = rates.get(path)
        days_left = round(free / a_day, 1) if a_day and a_day > 0 else None
        row = {"disk": path, "free_bytes": free, "total_bytes": sizes[TOTAL + path]}
        rows.append(row | {"a_day": a_day, "days_left": days_left})
    return rows


def _shown(row: Row) -> Row:
    """Bytes as a person reads them."""
    a_day = "-" if row["a_day"] is None else size(row["a_day"])
    if "bytes" in row:
        return {**row, "size": size(row["bytes"]), "a day": a_day}
    left = row["days_left"]
    return {
        **row,
        "free": size(row["free_bytes"]),
        "of": size(row["total_bytes"]),
        "fills a day": a_day,
        "full in": "-" if left is None else counted(round(left), "day"),
    }


def size(number: float) -> str:
    """Bytes in the unit that fits.

    >>> size(512), size(2_400_000), size(-3_100), size(1.2e12)
    ('512 B', '2.4 MB', '-3.1 kB', '1.2 TB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if abs(number) < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
