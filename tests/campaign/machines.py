"""Machines of a fleet: name spaces of the network of their own, with links that can be cut.

Each machine has two links: one to the database, one to the site, so that one that has lost the
database could still ask the site. At this end of a link somebody passes on what comes in, to the
server's socket or to the stand-in site: both keep listening where only this machine reaches them.
Where name spaces are not to be had (who is not root, no ``ip``), machines are processes, and a cut
link is one on which nothing is passed on any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


def has_name_spaces() -> bool:
    """Whether this process may make name spaces of the network."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    return (
        subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode == 0
    )


class Passing:
    """Passes bytes on between two addresses, on an event loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def open(self, host: str, to: Open, gate: threading.Event) -> int:
        """Listen on ``host``; what comes in goes where ``to`` leads while ``gate`` is set."""

        async def serve() -> int:
            server = await asyncio.start_server(
                lambda reader, writer: _both_ways(reader, writer, to, gate), host, 0
            )
            return int(server.sockets[0].getsockname()[1])

        return asyncio.run_coroutine_threadsafe(serve(), self._loop).result(10)


async def _both_ways(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: Open, gate: threading.Event
) -> None:
    try:
        far_reader, far_writer = await to()
    except OSError:
        writer.close()
        return
    await asyncio.gather(_pass(reader, far_writer, gate), _pass(far_reader, writer, gate))


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: threading.Event
) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            while not gate.is_set():
                await asyncio.sleep(0.1)
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@dataclass
class Machine:
    """One machine.

    Attributes:
        name: Of its name space; empty where there is none.
        database: ``host:port`` of the server, as it is reached from there.
        site: The same of the stand-in site.
        gate: Closed where a cut link is only played.
        processes: What was started on it.
    """

    name: str
    database: str
    site: str
    gate: threading.Event
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, arguments: list[str], log: Path, **options: object) -> subprocess.Popen[bytes]:
        """Start a command on it, which leads a group of its own."""
        inside = ["ip", "netns", "exec", self.name] if self.name else []
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*inside, *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **options,  # type: ignore[call-overload]
            )
        self.processes.append(process)
        return process

    def pids(self) -> list[int]:
        """Every process on it: what was started, and what that has started."""
        found = []
        wanted = {process.pid for process in self.processes}
        tree = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
        for pid in tree:
            above = pid
            while above and above not in wanted:
                above = tree.get(above, 0)
            if above:
                found.append(pid)
        return found

    def signal(self, number: int, pids: list[int] | None = None) -> None:
        """Send a signal to every process on it, or to those."""
        for pid in self.pids() if pids is None else pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def cut(self) -> None:
        """Cut the link to the database: what is sent is lost, and nobody is told."""
        if self.name:
            _ip("link", "set", f"{self.name}d", "down")
        else:
            self.gate.clear()

    def mend(self) -> None:
        """Mend it."""
        if self.name:
            _ip("link", "set", f"{self.name}d", "up")
        else:
            self.gate.set()


@contextlib.contextmanager
def machines(count: int, database: Open, site: Open) -> Iterator[list[Machine]]:
    """So many machines, for as long as the block runs."""
    passing, spaces = Passing(), has_name_spaces()
    made: list[Machine] = []
    try:
        for number in range(count):
            name = f"rm{os.getpid() % 100_000}{number}" if spaces else ""
            ends = [_link(name, number, end) if spaces else "127.0.0.1" for end in "ds"]
            gate = threading.Event()
            gate.set()
            always = threading.Event()
            always.set()
            ports = (passing.open(ends[0], database, gate), passing.open(ends[1], site, always))
            made.append(Machine(name, f"{ends[0]}:{ports[0]}", f"{ends[1]}:{ports[1]}", gate))
        yield made
    finally:
        for machine in made:
            machine.signal(9)
            for process in machine.processes:
                process.wait()
            if machine.name:
                _ip("netns", "del", machine.name)


def _link(name: str, number: int, end: str) -> str:
    """Make a link into a name space; gives the address of this end."""
    third = 2 * number + (end == "s")
    net = f"10.{64 + os.getpid() % 128}.{third}"
    here, there = f"{net}.1", f"{net}.2"
    if end == "d":
        _ip("netns", "add", name)
        _ip("-n", name, "link", "set", "lo", "up")
    _ip("link", "add", f"{name}{end}", "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("-n", name, "link", "set", "eth0", "name", f"eth{end}")
    _ip("addr", "add", f"{here}/30", "dev", f"{name}{end}")
    _ip("link", "set", f"{name}{end}", "up")
    _ip("-n", name, "addr", "add", f"{there}/30", "dev", f"eth{end}")
    _ip("-n", name, "link", "set", f"eth{end}", "up")
    return here


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0
