"""``renmin probe``: does a channel still look as renmin knows it? The first thing to run live."""

from __future__ import annotations

import json as json_
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

from crawler import clock, config
from crawler.cli.crawl import require_known
from crawler.cli.options import Json, require_contact
from crawler.errors import ConfigError
from crawler.items import Visit
from crawler.report.table import counted
from crawler.site.urls import classify
from crawler.watch.probe import ChannelSeen, judge
from spiders.probe import ProbeSpider

app = typer.Typer(add_completion=False)
_MARKS = {"fits": "fits", "degraded": "DEGRADED", "unknown": "UNKNOWN"}


@app.command()
def probe(
    channels: Annotated[
        list[str], typer.Argument(help="Channel ids, hosts or Chinese names; all for every one.")
    ],
    primary: Annotated[
        bool, typer.Option("--primary", help="Only the lists that a short crawl starts from.")
    ] = False,
    proxy: Annotated[str | None, typer.Option(help="HTTP proxy that fetches for us.")] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the pages, for make golden.")
    ] = None,
    json: Json = False,
) -> None:
    """Look at channels before they are crawled: robots.txt, list pages, the newest articles.

    Polite as a crawl (robots.txt, one request a second), limited (each list's first page, three
    articles), and nothing is stored. Each list, article and channel fits, is degraded, or is
    unknown, with the reason in plain words.

    Exit codes: 0 all channels fit, 1 one does not, 2 bad use, 3 the look itself failed.

    \b
    Example:
        renmin probe sd bj
        renmin probe sd --primary --save probed/
        renmin probe sd --json | jq .channels[0].words
    """  # noqa: D301 - the backspace is Click's mark for lines to keep
    settings = config.load(proxy=proxy)
    require_known([name for name in channels if name != "all"])
    require_contact(settings.contact, settings.proxy)
    if save is not None and save.exists() and not save.is_dir():
        raise ConfigError(f"--save {save}: there is a file of that name; name a folder")

    spider = _looked(channels, primary=primary, proxy=settings.proxy)
    if spider is None:
        raise typer.Exit(3)
    today = clock.now().date()
    seen = [judge(c, spider.visits, spider.robots, today) for c in spider.channels.values()]
    if save is not None:
        _save(save, spider.visits)
    if json:
        document = {"looked_at": clock.now().isoformat(), "channels": [asdict(c) for c in seen]}
        typer.echo(json_.dumps(document, ensure_ascii=False, indent=1, default=str))
    else:
        for channel in seen:
            _print(channel)
        if save is not None:
            typer.echo(f"kept {counted(len(spider.visits), 'page')} below {save}")
    raise typer.Exit(0 if all(channel.verdict == "fits" for channel in seen) else 1)


def _looked(channels: list[str], *, primary: bool, proxy: str) -> ProbeSpider | None:
    """Fetch; the spider knows what it saw. ``None`` if Scrapy could not run it."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")

    project = get_project_settings()
    # What went wrong is in the verdicts, in words.
    project.setdict({"RENMIN_PROXY": proxy, "LOG_LEVEL": "ERROR"}, priority="cmdline")
    process = AsyncCrawlerProcess(project)
    crawler = process.create_crawler(ProbeSpider)
    task = process.crawl(crawler, channels=",".join(channels), primary="1" if primary else "")
    process.start()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    spider = crawler.spider
    return spider if isinstance(spider, ProbeSpider) else None


def _print(channel: ChannelSeen) -> None:
    delay = f", Crawl-delay {channel.crawl_delay:g} s" if channel.crawl_delay is not None else ""
    typer.echo(f"{channel.id}  {channel.host}  {_MARKS[channel.verdict]}: {channel.words}")
    typer.echo(f"  robots.txt: {channel.robots}{delay}  {channel.robots_detail}")
    for page in channel.lists:
        following = "next page" if page.next_page else "no next page"
        typer.echo(
            f"  list {_MARKS[page.verdict]:8}  {page.status or '-'}  {page.links:4} links  "
            f"{page.newest or '-'!s:10}  {following:12}  {page.label}  {page.url}"
        )
        if page.verdict != "fits":
            typer.echo(f"       {page.words}")
    for article in channel.articles:
        typer.echo(
            f"  article {_MARKS[article.verdict]:8}  {article.status or '-'}  "
            f"{article.design or '-'}  {article.charset or '-'}"
            f" (says {article.declared or 'nothing'})  doubts {article.doubts}  {article.url}"
        )
        typer.echo(f"       filled: {' '.join(article.filled) or '-'}")
        if article.verdict != "fits":
            typer.echo(f"       {article.words}")


def _save(folder: Path, visits: Iterable[Visit]) -> None:
    """Keep each answer as a saved page: ``DIR/DESIGN/CHANNEL-NUMBER/body.html`` and its address.

    Raises:
        ConfigError: The folder cannot be written.
    """
    for visit in visits:
        if not visit.fetches:
            continue
        fetch, address = visit.fetches[0], classify(visit.url)
        kind = visit.article.template if visit.article else visit.kind
        number = address.content_id or address.node_id or fetch.sha256[:12]
        page = folder / kind / f"{visit.channel}-{number}"
        meta = {"url": fetch.url, "status": fetch.status, "headers": dict(fetch.headers)}
        try:
            page.mkdir(parents=True, exist_ok=True)
            (page / "body.html").write_bytes(fetch.body)
            (page / "meta.json").write_text(
                json_.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
        except OSError as error:
            raise ConfigError(
                f"--save {folder}: {error.strerror}; name a folder of yours"
            ) from error
