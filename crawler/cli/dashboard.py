"""``renmin dashboard``: the crawl as web pages."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler import config
from crawler.cli.options import Database
from crawler.web.server import serve
from crawler.web.settings import Settings

app = typer.Typer(add_completion=False)


@app.command()
def dashboard(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8800,
    token: Annotated[
        str,
        typer.Option(
            envvar="RENMIN_DASHBOARD_TOKEN",
            help="Who knows it may look. In the environment it is not seen in the process list.",
        ),
    ] = "",
    name: Annotated[
        list[str] | None,
        typer.Option(help="Host name under which the dashboard is called (behind a proxy)."),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Without buttons: everybody may look, nobody ask.")
    ] = False,
    database: Database = None,
) -> None:
    """Show channels, runs, articles, text health and failures as web pages; stop it with Ctrl-C.

    It reads beside a crawl that writes; its buttons ask `renmin serve` or a timer for a crawl, stop
    a run, let channels rest, and let failed pages be tried again. On any address but loopback it refuses to start
    without a token. /metrics is for Prometheus; every table has its CSV and its JSON.

    Exit codes: 0 stopped, 2 the address cannot be used or a token is missing.

    \b
    Example:
        renmin dashboard
        RENMIN_DASHBOARD_TOKEN=$(openssl rand -hex 16) renmin dashboard --host 0.0.0.0
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    configured = config.load(database=database)
    settings = Settings(
        database=configured.database,
        archive=configured.archive_path,
        host=host,
        token=token or configured.dashboard_token,
        names=tuple(name or ()),
        read_only=read_only,
    )
    serve(settings, port, lambda address: typer.echo(f"dashboard: {address}"))
