"""Too little of what a machine gives: disk, descriptors, memory; and disks that cannot be written."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from crawler.replica import Site
from crawler.replica.proxy import in_thread
from tests.campaign.rows import Row
from tests.crawls.conftest import ROOT, WatchedSite, command, crawl_command, environment, stored

MEGABYTE = 1 << 20
# What a command may end with: done, the answer is no, failed. Bad use (2) is none of these.
ENDED = (0, 1, 3)
READERS = (("stats",), ("runs",), ("export", "-"), ("doctor",), ("schedule",), ("queue",))


def rows(folder: Path) -> Iterator[Row]:
    """Every part; those that need a disk of their own say so where none can be mounted."""
    site = WatchedSite(Site(articles=60, seed=3, plain=True, channels=["sd"]))
    with in_thread(site) as site.port:
        yield _small_files(folder / "files", site)
        yield _full_disks(folder / "full", site)
        yield _read_only(folder / "readonly", site)
        yield _few(folder / "few", site, "few file descriptors", resource.RLIMIT_NOFILE, 48)
        yield _few(folder / "tight", site, "512 MB of memory", resource.RLIMIT_AS, 512 * MEGABYTE)


def run(row: Row, arguments: Sequence[str], limit: Callable[[], None] | None = None) -> str:
    """Run a command to its end and judge how it ended."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            arguments,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment(),
            cwd=ROOT,
            preexec_fn=limit,
        )
    except subprocess.TimeoutExpired:
        row.crash(f"hangs: {arguments[3]}")
        return ""
    row.timed(began)
    row.judge(done.returncode, done.stdout[-4000:] + done.stderr, ENDED)
    if done.returncode == 3 and not done.stderr.strip():
        row.crash(f"{arguments[3]} failed without a word")
    return done.stderr


def _limit(kind: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (value, value))


def _small_files(folder: Path, site: WatchedSite) -> Row:
    """No file can grow beyond a size: first the crawl ends, then, with room, it has the rest."""
    row = Row("files that cannot grow")
    folder.mkdir(parents=True)
    for size in (100_000, 300_000, 600_000, 900_000, 1_200_000):
        database = f"sqlite:///{folder / f'{size}.db'}"
        run(row, crawl_command(site, database), _limit(resource.RLIMIT_FSIZE, size))
        run(row, crawl_command(site, database))
        row.compare(site.urls, stored(database))
    return row


def _full_disks(folder: Path, site: WatchedSite) -> Row:
    row = Row("full disks")
    for size in (1, 2, 3, 5):
        with _Disk(folder / str(size), size) as disk:
            if not disk.mounted:
                row.crash("no disk of its own could be mounted (root only)")
                return row
            database = f"sqlite:///{disk.path / 'renmin.db'}"
            said = run(row, crawl_command(site, database))
            if "disk" not in said and len(stored(database)) < len(site.urls):
                row.crash("a crawl on a full disk does not name the disk")
            (disk.path / "filler").write_bytes(b"")
            for words in (("check",), ("stats",), ("export", str(disk.path / "x.jsonl"))):
                run(row, command(*words, "--database", database))
            disk.grow(64)
            run(row, crawl_command(site, database))
            row.compare(site.urls, stored(database))
    return row


def _read_only(folder: Path, site: WatchedSite) -> Row:
    """Whoever only reads can do so where nothing can be written."""
    row = Row("disks that are read-only")
    with _Disk(folder, 64) as disk:
        if not disk.mounted:
            row.crash("no disk of its own could be mounted (root only)")
            return row
        database = f"sqlite:///{disk.path / 'renmin.db'}"
        run(row, crawl_command(site, database))
        disk.remount("ro")
        for words in READERS:
            said = run(row, command(*words, "--database", database))
            if "readonly" in said:
                row.crash(f"{words[0]}: {said.strip()[:100]}")
        run(row, crawl_command(site, database))
        disk.remount("rw")
    return row


def _few(folder: Path, site: WatchedSite, what: str, kind: int, value: int) -> Row:
    row = Row(what)
    folder.mkdir(parents=True)
    database = f"sqlite:///{folder / 'renmin.db'}"
    run(row, crawl_command(site, database), _limit(kind, value))
    run(row, crawl_command(site, database))
    row.compare(site.urls, stored(database))
    return row


class _Disk:
    """A file system of ``megabytes`` in memory, while the block runs."""

    def __init__(self, path: Path, megabytes: int) -> None:
        self.path = path
        self._size = megabytes
        self.mounted = False

    def __enter__(self) -> _Disk:
        self.path.mkdir(parents=True)
        if shutil.which("mount"):
            words = ["mount", "-t", "tmpfs", "-o", f"size={self._size}m", "none", str(self.path)]
            self.mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
        return self

    def __exit__(self, *_: object) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.path)], check=False)

    def grow(self, megabytes: int) -> None:
        """Give it more room."""
        self.remount(f"size={megabytes}m")

    def remount(self, option: str) -> None:
        """Change an option of the mounted disk."""
        subprocess.run(["mount", "-o", f"remount,{option}", str(self.path)], check=True)
