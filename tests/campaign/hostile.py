"""A site that means harm: beside each attack stands a good article, which must be stored.

A scripted proxy on loopback answers for the channel. A second listener is every address that a
redirect must not reach: it counts who knocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

from tests.campaign.rows import Row
from tests.campaign.scarcity import run
from tests.crawls.conftest import QUICK, command, stored

HOST = "http://sd.people.com.cn"
GOOD = f"{HOST}/n2/2026/1004/c364532-41700001.html"
BAD = f"{HOST}/n2/2026/1004/c364532-41700002.html"
LIST = "/GB/166192/index.html"  # the first column of the channel
MEGABYTE = 1 << 20
_HTML = "Content-Type: text/html; charset=utf-8\r\n"
_TEXT = "山东各地秋收过半，晾晒场上一片金黄，合作社的烘干机昼夜不停。" * 4


@dataclass(frozen=True, slots=True)
class Attack:
    """What the site does: bytes by path (``*`` for the bad article), and how it sends them.

    Attributes:
        answers: Whole answers by path.
        drip: Seconds between single bytes of the bad article's answer.
        endless: Whether that answer goes on for ever.
    """

    answers: dict[str, bytes]
    drip: float = 0.0
    endless: bool = False


def answer(body: bytes, head: str = _HTML, status: str = "200 OK") -> bytes:
    """An HTTP answer."""
    return f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def article(text: str = "", title: str = "秋收过半") -> bytes:
    """An ordinary article page; ``text`` stands between two paragraphs."""
    return (
        f'<html><head><meta charset="utf-8"><title>{title}--山东频道--人民网</title></head><body>'
        f'<div class="layout rm_txt cf"><div class="col col-1"><h1>{title}</h1>'
        '<div class="channel cf"><div class="col-1-1">2026年10月04日08:23 | 来源：人民网</div></div>'
        f'<div class="rm_txt_con cf"><p>　　{_TEXT}</p>{text}<p>　　{_TEXT}尾</p>'
        '<div class="edit cf">(责编：丁若水)</div></div></div></div></body></html>'
    ).encode()


def index(links: str = "") -> bytes:
    """A list page that names the good and the bad article."""
    return (
        '<html><head><meta charset="utf-8"><title>要闻</title></head><body><ul class="list_16">'
        f'<li><a href="{GOOD}">好</a></li><li><a href="{BAD}">坏</a></li>{links}</ul></body></html>'
    ).encode()


def rows(folder: Path, only: str = "") -> Iterator[Row]:
    """One row an attack; ``only`` names a part of the attack's name."""
    for name, make in ATTACKS.items():
        if only in name:
            yield _under(name, make, folder / name.replace(" ", "-"))
    if only in "redirects":
        yield _redirects(folder / "redirects")


def _under(name: str, make: Callable[[], Attack], folder: Path) -> Row:
    row = Row(f"hostile: {name}")
    folder.mkdir(parents=True)
    database = f"sqlite:///{folder / 'renmin.db'}"
    with _serving(make()) as port:
        run(row, _crawl(port, database))
    row.compare([GOOD], stored(database) if (folder / "renmin.db").exists() else stored_nothing())
    row.doubled = 0  # the bad page may be stored or not: what counts is the good one
    return row


def stored_nothing() -> dict[str, int]:
    """What a crawl left that made no database."""
    return {}


def _crawl(port: int, database: str) -> list[str]:
    slow = ("-s", "DOWNLOAD_TIMEOUT=5", "-s", "RETRY_TIMES=0")
    proxy = f"http://127.0.0.1:{port}"
    return command("crawl", "sd", "--proxy", proxy, "--database", database, *QUICK, *slow)


def _bomb(pack: Callable[[bytes], bytes], coding: str) -> Callable[[], Attack]:
    def make() -> Attack:
        body = pack(b"<p>" + bytes(200 * MEGABYTE))
        return Attack({"*": answer(body, f"{_HTML}Content-Encoding: {coding}\r\n")})

    return make


def _page(text: Callable[[], str]) -> Callable[[], Attack]:
    return lambda: Attack({"*": answer(article(text()))})


ATTACKS: dict[str, Callable[[], Attack]] = {
    "slow": lambda: Attack({"*": answer(article())}, drip=0.5),
    "endless": lambda: Attack({"*": answer(article())}, endless=True),
    "gzip bomb": _bomb(gzip.compress, "gzip"),
    "gzip in gzip": _bomb(lambda raw: gzip.compress(gzip.compress(raw)), "gzip, gzip"),
    "deflate bomb": _bomb(zlib.compress, "deflate"),
    "zstd bomb": _bomb(zstandard.ZstdCompressor().compress, "zstd"),
    "header bomb": lambda: Attack(
        {"*": answer(article(), _HTML + "".join(f"X-{n}: {n}\r\n" for n in range(50_000)))}
    ),
    "long header": lambda: Attack({"*": answer(article(), f"{_HTML}X: {'x' * 5 * MEGABYTE}\r\n")}),
    "cookies": lambda: Attack(
        {"*": answer(article(), _HTML + "".join(f"Set-Cookie: c{n}={n}\r\n" for n in range(5_000)))}
    ),
    "robots bomb": lambda: Attack(
        {
            "/robots.txt": answer(
                b"User-agent: *\nDisallow: /x\n" + b"Disallow: /*a*b*c$\n" * 200_000
            )
        }
    ),
    "sitemap bomb": lambda: Attack(
        {
            "/robots.txt": answer(f"User-agent: *\nSitemap: {HOST}/sitemap.xml\n".encode()),
            "/sitemap.xml": answer(
                b'<?xml version="1.0"?><!DOCTYPE u [<!ENTITY a "aaaaaaaaaa">'
                + b"".join(
                    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
                )
                + b"]><urlset><url><loc>&j;</loc></url></urlset>"
            ),
        }
    ),
    "a million links": lambda: Attack(
        {
            "/": answer(
                index("".join(f"<li><a href='/GB/{n}/'>x</a></li>" for n in range(1_000_000)))
            )
        }
    ),
    "deep tags": _page(lambda: "<div>" * 100_000),
    "many paragraphs": _page(lambda: "<p>字</p>" * 600_000),
    "many line breaks": _page(lambda: "字<br>" * 600_000),
    "open tags": _page(lambda: "<p><b>" * 600_000),
    "one long line": _page(lambda: "字" * 2_500_000),
    "many images": _page(lambda: "<img src=a.jpg>" * 400_000),
    "editors' lines": _page(lambda: "<p>（责编：丁若水）</p>" * 200_000),
    "attributes": _page(lambda: "<p " + " ".join(f"a{n}=b" for n in range(60_000)) + ">字</p>"),
    "empty tags": _page(lambda: "<b/>" * 250_000),
    "garbled": _page(lambda: f"<p>{('浜烘皯缃戞祹鍗' * 60 + '。') * 300}</p>"),
    "square brackets": _page(lambda: f"<p>{'（记者' * 300_000}</p>"),
}

PRIVATE = (
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://2130706433:{port}/",
    "http://0x7f.1:{port}/", "http://0177.0.0.1:{port}/", "http://127.1:{port}/", "http://0:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://sd.people.com.cn@127.0.0.1:{port}/", "//127.0.0.1:{port}/",
    "http://127。0。0。1:{port}/", "http://１２７.0.0.1:{port}/", "file:///etc/passwd", "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/", "http://169.254.169.254/", "http://10.0.0.1:{port}/", "javascript:alert(1)",
    "http://sd.people.com.cn:80:80/", "http://[::1", "", "data:text/html,x", "http:///x", "\\\\127.0.0.1:{port}\\",
    "http://people.com.cn.evil.example:{port}/", "https://127.0.0.1:{port}/",
)  # fmt: skip


def _redirects(folder: Path) -> Row:
    """No private address is ever asked, whatever its spelling."""
    row = Row("hostile: redirects to private and malformed addresses")
    folder.mkdir(parents=True)
    with _listening() as (forbidden, knocks):
        for number, form in enumerate(PRIVATE):
            target = form.format(port=forbidden)
            head = f"{_HTML}Location: {target}\r\n"
            attack = Attack({"*": answer(b"", head, "302 Found")})
            database = f"sqlite:///{folder / f'{number}.db'}"
            with _serving(attack) as port:
                run(row, _crawl(port, database))
            row.compare([GOOD], stored(database))
            if knocks:
                row.crash(f"asked a private address: {target}")
                knocks.clear()
    return row


@contextlib.contextmanager
def _serving(attack: Attack) -> Iterator[int]:
    """A proxy that answers for every host, from another thread."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                url = head.split(b" ", 2)[1].decode("latin-1")
                await _send(writer, attack, url)
        writer.close()

    with _in_thread(converse) as port:
        yield port


async def _send(writer: asyncio.StreamWriter, attack: Attack, url: str) -> None:
    path = url.removeprefix(HOST) or "/"
    if url == BAD and "*" in attack.answers:
        return await _send_badly(writer, attack)
    if url == GOOD:
        writer.write(answer(article()))
    elif path in attack.answers:
        writer.write(attack.answers[path])
    elif path == LIST:
        writer.write(answer(index()))
    else:
        writer.write(answer(b"not found", status="404 Not Found"))
    await writer.drain()
    return None


async def _send_badly(writer: asyncio.StreamWriter, attack: Attack) -> None:
    whole = attack.answers["*"]
    if attack.drip:
        for byte in whole[:400]:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(attack.drip)
    elif attack.endless:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"<p>" + b"x" * MEGABYTE)
            await writer.drain()
    else:
        writer.write(whole)
        await writer.drain()


@contextlib.contextmanager
def _listening() -> Iterator[tuple[int, list[float]]]:
    """An address that nobody may ask, and when somebody did."""
    knocks: list[float] = []

    async def note(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocks.append(time.monotonic())
        writer.close()

    with _in_thread(note) as port:
        yield port, knocks


@contextlib.contextmanager
def _in_thread(converse: Callable[..., object]) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(converse, "127.0.0.1", 0, limit=MEGABYTE))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
