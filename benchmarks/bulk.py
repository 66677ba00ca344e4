"""Bulk extraction beside a plain loop: equal records, and what the engine costs.

    python benchmarks/bulk.py [--pages 20000] [--ray] [--plain]

So many pages of the stand-in site are written as one WARC file, in no order. A plain loop reads it in one
process; then ``renmin bulk extract`` does, with one worker, with two, with two of Ray (``--ray``, where
it is installed), and once more with two after it was killed in the middle. The records of every run
are compared byte for byte, sorted. Processor time is that of all processes that a run has started.

Target: with one worker at least 85 % of the plain loop's pages a second of processor time.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import itertools
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from crawler.replica import Site
from tests.bulk.warcs import pages_of, write_warc

ROOT = Path(__file__).resolve().parent.parent
TARGET = 0.85
TASKS = 4
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: what our children leave behind is ours to wait for


@dataclass(frozen=True, slots=True)
class Run:
    """What one way came to: wall and processor seconds, records, and a digest of them, sorted."""

    wall: float
    cpu: float
    records: int
    digest: str


def write(path: Path, pages: int, *, plain: bool) -> int:
    """Write the file; gives how many pages are in it."""
    site = Site(articles=pages, seed=5, plain=plain)
    found = list(itertools.islice(pages_of(site), pages))
    random.Random(3).shuffle(found)
    write_warc(path, found)
    return len(found)


def plain_loop(path: str, target: str) -> None:
    """In a child: the same work without an engine."""
    import orjson

    from crawler.bulk.joining import articles
    from crawler.bulk.sources import captures
    from crawler.dataset.record import as_record

    with Path(target).open("wb") as file:
        for article in articles(captures(Path(path)), Counter()):
            file.write(orjson.dumps(as_record(article), option=orjson.OPT_APPEND_NEWLINE))


def measured(command: list[str], folder: Path, *, kill_after: float = 0.0) -> Run:
    """Run a command and wait for all that it has started."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=errors
        )
        if kill_after:
            time.sleep(kill_after)
            process.kill()
        code = process.wait()
        wall = time.monotonic() - began
        if code and not kill_after:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
            sys.exit(f"exit code {code}: {' '.join(command)}\n{said[-1000:]}")
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = sorted(
        line for path in folder.glob("*.jsonl") for line in path.read_bytes().splitlines()
    )
    return Run(wall, cpu, len(lines), hashlib.sha256(b"\n".join(lines)).hexdigest()[:16])


def extract(warc: Path, folder: Path, workers: int, executor: str = "local") -> list[str]:
    """The command line of a run."""
    words = ["bulk", "extract", str(warc), str(folder), "--format", "jsonl"]
    options = ["--tasks", str(TASKS), "--workers", str(workers), "--executor", executor]
    return [sys.executable, "-m", "crawler.cli", *words, *options]


def measure(pages: int, *, ray: bool, plain: bool) -> int:
    """Print the table; 1 if runs differ or the target is missed."""
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        warc = work / "site.warc.gz"
        count = write(warc, pages, plain=plain)
        print(f"{count} pages, {warc.stat().st_size >> 20} MiB, {TASKS} tasks", flush=True)
        print(
            f"{'':22}{'wall s':>9}{'CPU s':>9}{'ms/page':>9}{'records':>9}  digest of the records"
        )
        runs: dict[str, Run] = {}

        def tell(title: str, run: Run) -> None:
            runs[title] = run
            each = run.cpu / count * 1000
            numbers = f"{run.wall:9.1f}{run.cpu:9.1f}{each:9.2f}{run.records:9}"
            print(f"{title:22}{numbers}  {run.digest}", flush=True)

        (work / "loop").mkdir()
        loop = [sys.executable, __file__, "--loop", str(warc), str(work / "loop" / "0.jsonl")]
        tell("plain loop", measured(loop, work / "loop"))
        tell("1 worker", measured(extract(warc, work / "one", 1), work / "one"))
        tell("2 workers", measured(extract(warc, work / "two", 2), work / "two"))
        if ray:
            tell("2 of Ray", measured(extract(warc, work / "ray", 2, "ray"), work / "ray"))
        half = runs["2 workers"].wall / 2
        again = work / "again"
        measured(extract(warc, again, 2), again, kill_after=half)
        tell("killed, and again", measured(extract(warc, again, 2), again))
        left = list(again.glob("*.part"))
    return report(runs, bool(left))


def report(runs: dict[str, Run], left: bool) -> int:
    """Say whether all are equal and the engine is cheap enough."""
    equal = len({(run.records, run.digest) for run in runs.values()}) == 1 and not left
    share = runs["plain loop"].cpu / runs["1 worker"].cpu
    print(f"records: {'equal to the byte' if equal else 'THEY DIFFER'}")
    print(f"pages a second of a core, beside the plain loop: {share:.0%} (target: {TARGET:.0%})")
    return int(not equal or share < TARGET)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--plain", action="store_true", help="ordinary articles alone")
    parser.add_argument("--loop", nargs=2)
    options = parser.parse_args()
    if options.loop:
        plain_loop(*options.loop)
    else:
        sys.exit(measure(options.pages, ray=options.ray, plain=options.plain))


if __name__ == "__main__":
    main()
