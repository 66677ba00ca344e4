"""What is kept: how large it is and how fast it grows, what may go, and what must go for good."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from crawler import clock, config
from crawler.cli.options import Database, Json, ended_in_order, opened, reading
from crawler.cli.output import echo_json, progress_bar, show
from crawler.config import Config, load, sections
from crawler.crawl.prune import KINDS, Before, Given, Shares, before_of, give_back, plan, rooms
from crawler.crawl.prune import prune as let_go
from crawler.crawl.record import forget as run
from crawler.errors import ConfigError
from crawler.report.storage import FREE, PARTS, TOTAL, Storage, overview
from crawler.report.table import Row, counted
from crawler.site.spelling import spell
from crawler.store.engine import Store, crawl_lock
from crawler.watch.sampling import Sizes, measure

COMMANDS = ("disk", "prune", "forget")

app = typer.Typer(add_completion=False)

Age = Annotated[str, typer.Option(metavar="AGE", help="Older than: 90d, 52w, or a day.")]
# Without a policy this is shown, so that one can be chosen.
PROPOSED = "90d"
COLUMNS = ("kind", "older than", "how many", "size", "what goes", "what is lost with it")


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


@app.command()
def prune(
    *,
    lists: Age = "",
    versions: Age = "",
    answers: Age = "",
    looks: Age = "",
    logs: Age = "",
    runs: Age = "",
    planned: Age = "",
    alerts: Age = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without this it is only told.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell, as without --yes.")
    ] = False,
    vacuum: Annotated[
        bool,
        typer.Option("--vacuum", help="Then make the files smaller; no crawl may be going on."),
    ] = False,
    database: Database = None,
    json: Json = False,
) -> None:
    r"""Tell what a policy lets go, how much that is and what is lost with it; with --yes, let it go.

    The policy stands in renmin.toml, table [prune]; an option changes it for this once. No article,
    no text of its history and no body that renmin reparse reads is ever among it. A crawl may go on
    meanwhile. Interrupted, the same command goes on.

    Files do not get smaller by it: the room inside them is taken by what comes next. To give it
    back to the disk: --vacuum.

    Exit codes: 0 done, 1 there is nothing to let go, 2 bad use, 3 failed.

    \b
    Example:
        renmin prune
        renmin prune --lists 90d --versions 52w
        renmin prune --lists 90d --logs 30d --yes
        renmin prune --lists 90d --yes --vacuum
    """
    options = config.load(database=database)
    given = {
        "lists": lists, "versions": versions, "answers": answers, "looks": looks,
        "logs": logs, "runs": runs, "planned": planned, "alerts": alerts,
    }  # fmt: skip
    ages = {**sections.load_policy().ages, **{name: age for name, age in given.items() if age}}
    if not ages:
        ages = dict.fromkeys(KINDS, PROPOSED)
        if yes:
            raise typer.BadParameter(_no_policy())
        typer.echo(f"{_no_policy()}; this is what {PROPOSED} would be", err=True)
    before = before_of(ages, clock.now())
    if yes and not dry_run:
        shares = _let_go(database, options, before, vacuum=vacuum, json=json)
    else:
        with reading(database) as connection:
            shares = plan(connection, options, before)
        _tell(shares, ages, json=json, done=False)
    if not any(share.fetches for share in shares.values()):
        typer.echo("nothing is that old", err=True)
        raise typer.Exit(1)


def _no_policy() -> str:
    return "no policy: the table [prune] of renmin.toml names no age, and no option does"


def _let_go(
    database: str | None, options: Config, before: Before, *, vacuum: bool, json: bool
) -> Shares:
    with opened(database) as store, ended_in_order():
        with progress_bar("pages") as progress:
            shares = let_go(store, options, before, progress)
        _tell(
            shares,
            {name: f"{moment:%Y-%m-%d}" for name, moment in before.items()},
            json=json,
            done=True,
        )
        if vacuum:
            with crawl_lock(store):
                found = give_back(store, options)
        else:
            found = rooms(store, options)
        if vacuum or any(share.fetches for share in shares.values()):
            _say_room(store, found, vacuum=vacuum)
    return shares


def _tell(shares: Shares, ages: dict[str, str], *, json: bool, done: bool) -> None:
    rows: Sequence[Row] = [
        {
            "kind": name,
            "older than": ages[name],
            "how many": share.fetches,
            "bytes": share.bytes,
            "size": size(share.bytes),
            "what goes": KINDS[name].what,
            "what is lost with it": KINDS[name].lost,
        }
        for name, share in shares.items()
    ]
    if json:
        echo_json(rows)
        return
    show(rows, COLUMNS, right=("how many", "size"))
    total = sum(share.bytes for share in shares.values())
    if done:
        typer.echo(f"\n{size(total)} went")
    elif total:
        typer.echo(f"\n{size(total)} would go; nothing did: name what may go, and say --yes")


def _say_room(store: Store, found: Sequence[Given], *, vacuum: bool) -> None:
    for one in found:
        inside = f"{size(one.inside)} inside it are free for what comes next"
        if vacuum:
            typer.echo(
                f"{one.path}: {size(one.smaller)} given back to the disk; {inside}", err=True
            )
        else:
            typer.echo(f"{one.path}: is as large as before; {inside}", err=True)
    if not vacuum and any(one.inside for one in found):
        typer.echo("to give it back to the disk, while no crawl is going on: --vacuum", err=True)
    if store.path is None:
        typer.echo(
            "rows of the server are free for others after its autovacuum; it gives the disk nothing "
            "back without VACUUM FULL, which locks the table",
            err=True,
        )


@app.command()
def forget(
    urls: Annotated[
        list[str],
        typer.Argument(help="Addresses, in any spelling; - reads them from standard input."),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept with a digest of the address.")],
    database: Database = None,
) -> None:
    r"""Remove articles with all that is kept of them, and keep them from coming back.

    Text, revisions, index of words, queue and raw bodies go. What stays is the SHA-256 of the
    address, the day and the reason: crawl, reparse, import and export obey it. Copies get the next
    original among themselves; remove them too if they are to go (docs/ethics.md).

    \b
    Example:
        renmin forget http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html --reason "asked by the person named"

    Exit codes: 0 done, 1 none of them was stored (they will not be fetched either), 2 bad use,
    3 failed.
    """
    named = sys.stdin.read().split() if urls == ["-"] else urls
    if not named:
        raise ConfigError("-: no address on standard input; one a line is wanted")
    if not reason.strip():
        raise ConfigError("--reason: is empty; say in a few words why, without naming what goes")
    for url in named:
        if isinstance(why := spell(url), str):
            raise ConfigError(f"{url}: is no address of a page ({why}); nothing was removed")
    config = load(database=database)
    with opened(database) as store, crawl_lock(store):
        done = run(store, config.archive_path, named, reason.strip(), config.photos_path)
    typer.echo(
        f"{counted(done.articles, 'article')} removed with "
        f"{counted(done.bodies, 'raw body', 'raw bodies')}"
        f"{' and ' + counted(done.pictures, 'photo') if done.pictures else ''}; "
        f"{counted(done.copies, 'copy', 'copies')} got another original or became one"
    )
    for url in done.unknown:
        typer.echo(f"{url}: nothing was stored there; it will not be fetched", err=True)
    if not done.articles:
        raise typer.Exit(1)
