"""``renmin`` without its start: a process that has imported everything forks once a command.

A crawl of eight pages takes 2.3 s of processor time, 1.6 s of which it imports. Hundreds of
commands are typed by the tests; each still gets a process, environment, folder and standard files
of its own. What must be an interpreter of its own (kills, the READMEs) is started as ever.

:func:`client` gives the path of a program that is typed like ``renmin``::

    client ── arguments, folder, environment, files 0-2 ──> server ── fork ──> keeper ── fork ──> command
       <──────────────────────── number of the process, exit code ────────────────┘

The client hands SIGTERM, SIGINT and SIGHUP on, and if it is killed, the command is killed too.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[1]
# What Scrapy imports when a crawl begins, besides its extensions and middlewares.
OF_A_CRAWL = ("scrapy.core.downloader.handlers.http11", "procrastinate", "chardet")
UNUSED = ("RemoteControl", "TelnetConsole")
_CLIENT = """\
#!{python} -SE
import array, json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
text = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
files = array.array("i", [0, 1, 2])
server.sendmsg([len(text).to_bytes(8, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
server.sendall(text)
answers = server.makefile()
process = int(answers.readline())
def hand_on(number, frame):
    os.kill(process, number)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, hand_on)
code = int(answers.readline())
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@functools.cache
def client() -> Path:
    """Start the server; the path of a program to type instead of ``renmin``."""
    folder = Path(tempfile.mkdtemp(prefix="renmin-forked-"))
    address = str(folder / "socket")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", address],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,  # its end is ours: whatever ends this process ends the server
        stdout=subprocess.PIPE,
    )
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    atexit.register(_end, server, folder)
    program = folder / "renmin"
    program.write_text(_CLIENT.format(python=sys.executable, address=address))
    program.chmod(0o755)
    return program


def _end(server: subprocess.Popen[bytes], folder: Path) -> None:
    server.communicate()
    shutil.rmtree(folder)


def serve(address: str) -> NoReturn:
    """Import what commands need, then fork one for each connection."""
    prepare()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    print("ready", flush=True)
    while listening in select.select([listening, sys.stdin], [], [])[0]:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            keep(connection)
        connection.close()
        with contextlib.suppress(ChildProcessError):
            # So that the time of every command is in that of the tests.
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    sys.exit(0)


def prepare() -> None:
    """Import every command and read the tables of the decoder, but nothing that a run decides."""
    from scrapy.settings import default_settings
    from typer.testing import CliRunner

    from crawler import extract, hooks
    from crawler.cli.main import app, modules
    from crawler.crawl import reading

    for module in modules().values():
        importlib.import_module(f"crawler.cli.{module}")
    for one in pkgutil.iter_modules(hooks.__path__, "crawler.hooks."):
        importlib.import_module(one.name)
    for module in ("spiders.channel", "pipelines.visits", *OF_A_CRAWL):
        importlib.import_module(module)
    for table in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"):
        for path in getattr(default_settings, f"{table}_BASE"):
            if not path.endswith(UNUSED):
                importlib.import_module(path.rpartition(".")[0])
    reading.prepare()
    extract.version()
    CliRunner().invoke(app, ["--version"])
    gc.collect()
    gc.freeze()  # what is never looked at again is never copied
    # Both are made by a run's own settings.
    assert not {"crawler.settings", "twisted.internet.reactor"} & set(sys.modules)


def keep(connection: socket.socket) -> NoReturn:
    """Start the command, tell its number and its exit code; kill it if its client goes."""
    size, files, _, _ = connection.recvmsg(8, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    stdio = array.array("i", files[0][2])
    with connection.makefile("rb") as asking:
        arguments, folder, environment = json.loads(asking.read(int.from_bytes(size, "big")))
    process = os.fork()
    if process == 0:
        connection.close()
        run(arguments, folder, environment, stdio)
    for file in stdio:
        os.close(file)
    connection.sendall(b"%d\n" % process)
    ended = os.pidfd_open(process)
    ready, _, _ = select.select([connection, ended], [], [])
    if ended not in ready:
        os.kill(process, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if connection not in ready:
        connection.sendall(b"%d\n" % code)
    os._exit(0)


def run(
    arguments: list[str], folder: str, environment: dict[str, str], stdio: array.array[int]
) -> NoReturn:
    """Be ``renmin``, as if started with these; ``renmin demo`` finds it by its name."""
    from crawler.cli.main import main

    for number, file in enumerate(stdio):
        os.dup2(file, number)
    os.closerange(3, 256)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = [path for path in environment.get("PYTHONPATH", "").split(":") if path]
    sys.argv = arguments
    sys.orig_argv = [sys.executable, "-m", "crawler.cli", *arguments[1:]]
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        code = -signal.SIGINT
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    leave(code)


def leave(code: object) -> NoReturn:
    """End as an interpreter does, but give nothing back: that takes a tenth of a second.

    Threads are waited for, what was registered for the end runs, and what was printed is written.
    """
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = 120
    if code == -signal.SIGINT:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(int(code or 0))


if __name__ == "__main__":
    serve(sys.argv[1])
