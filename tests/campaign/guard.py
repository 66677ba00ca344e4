"""The dashboard's guard: what may not come in is refused, and no answer says more than it should."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.campaign.rows import Row
from tests.crawls.conftest import ROOT, command, environment

TOKEN = "a-token-of-the-campaign-0123456789"
PAGES = (
    "/",
    "/runs",
    "/articles",
    "/failures",
    "/alerts",
    "/data/runs.csv",
    "/metrics",
    "/channel/sd",
)
FOREIGN = (
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "",
    "localhost.evil",
    "[::1",
    "a" * 9000,
)
PATHS = (
    "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/app.py", "/static//etc/passwd", "/raw/../../x", "/%00",
    "/article?url=" + "x" * 20_000, "/article?url=javascript:alert(1)", "/data/../app.py", "/run/-1", "/run/9" * 30,
    "/data/articles.csv?limit=99999999999999999999", "/articles?page=-1", "/articles?page=abc", "/search?q=%ff%fe",
    "/search?q=" + "%22" * 500, "/channel/..%2f..%2fetc", "/channel/%F0%9F%98%80", "/failures?reason=%27%3B--",
)  # fmt: skip


def rows(folder: Path) -> Iterator[Row]:
    """Foreign names, missing tokens, forged forms, odd addresses."""
    folder.mkdir(parents=True)
    database = f"sqlite:///{folder / 'renmin.db'}"
    seed = command("schedule", "set", "x", "--cron", "0 6 * * *", "--channels", "sd")
    subprocess.run([*seed, "--database", database], capture_output=True, check=False,
                   env=environment(), cwd=ROOT)  # fmt: skip
    with _dashboard(database) as address, httpx.Client(base_url=address, timeout=10) as client:
        yield _refused(client)
        yield _odd(client)


def _refused(client: httpx.Client) -> Row:
    row = Row("dashboard: foreign names, no token, forged forms")
    for page in PAGES:
        for name in FOREIGN:
            _expect(row, client, "GET", page, {"Host": name, "Authorization": f"Bearer {TOKEN}"})
        _expect(row, client, "GET", page, {})
        _expect(row, client, "GET", page, {"Authorization": "Bearer wrong"})
        _expect(
            row,
            client,
            "POST",
            page,
            {"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.example"},
        )
    return row


def _expect(
    row: Row, client: httpx.Client, method: str, page: str, headers: dict[str, str]
) -> None:
    began = time.monotonic()
    try:
        response = client.request(method, page, headers=headers, follow_redirects=False)
    except httpx.HTTPError as error:
        row.crash(f"{method} {page}: {error!r}")
        return
    row.timed(began)
    login = response.status_code in (302, 303) and "/login" in response.headers.get("location", "")
    if response.status_code < 400 and not login:
        row.crash(f"{method} {page} with {headers} is answered {response.status_code}")
    if response.status_code >= 500:
        row.crash(f"{method} {page}: {response.status_code}")


def _odd(client: httpx.Client) -> Row:
    row = Row("dashboard: odd addresses")
    for path in PATHS:
        began = time.monotonic()
        response = client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
        row.timed(began)
        if response.status_code >= 500 or "root:" in response.text or "Traceback" in response.text:
            row.crash(f"{path[:60]}: {response.status_code}")
    return row


@contextlib.contextmanager
def _dashboard(database: str) -> Iterator[str]:
    arguments = command("dashboard", "--port", "0", "--database", database)
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(RENMIN_DASHBOARD_TOKEN=TOKEN),
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        yield next(word for word in process.stdout.readline().split() if word.startswith("http"))
    finally:
        process.terminate()
        process.wait(10)
