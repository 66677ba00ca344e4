"""systemd units, crontab lines and a logrotate file that call ``renmin`` on this machine.

None of them knows a schedule: every five minutes they ask the database what is due. So a schedule is
changed in one place, and a machine that was off catches up by what the database remembers. The units
may write where database and archive are, and nowhere else.
"""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from crawler.config import Config, Read
from crawler.config.convert import options
from crawler.config.resolve import VARIABLE
from crawler.store.open import file_of
from crawler.watch.schedule.process import STOP_GRACE, renmin_command

SECRETS = "/etc/renmin.env"
SYSTEMD = "/etc/systemd/system"
EVERY_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the texts need to know.

    Attributes:
        command: How renmin is started here, with absolute paths.
        directory: Where it is started: ``renmin.toml`` and relative paths count from there.
        user: Whose crawl it is.
        settings: ``RENMIN_...`` settings that no file holds and that are no secret.
        secret: Names of settings that hold a password: they go into a file of their own.
        writable: Folders that they must be able to write into.
        flock: The program that keeps cron from starting twice.
    """

    command: Sequence[str]
    directory: Path
    user: str
    settings: dict[str, str]
    secret: tuple[str, ...]
    writable: tuple[Path, ...] = ()
    flock: str = "flock"

    @property
    def group(self) -> str:
        """The group of the user; its name again if this machine does not know it."""
        try:
            return grp.getgrgid(pwd.getpwnam(self.user).pw_gid).gr_name
        except KeyError:
            return self.user


def this_machine(found: Read) -> Machine:
    """Look around: paths, user, and what the environment and the command line say.

    What ``renmin.toml`` says is left there: it is read again by each start.
    """
    settings: dict[str, str] = {}
    secret: list[str] = []
    if found.file is not None:
        settings[VARIABLE] = str(found.file.absolute())
    for name, option in options(Config).items():
        value, source = str(getattr(found.config, name)), found.sources[name]
        variable = f"RENMIN_{name.upper()}"
        if source == str(found.file) or (source == "default" and name != "database"):
            continue
        if source.endswith("_FILE"):
            settings[source] = str(Path(os.environ[source]).absolute())
        elif option.is_secret or _has_password(value):
            secret.append(variable)
        else:
            settings[variable] = _absolute(value)
    return Machine(
        command=renmin_command(),
        directory=Path.cwd(),
        user=getpass.getuser(),
        settings=settings,
        secret=tuple(secret),
        writable=_writable(found.config),
        flock=shutil.which("flock") or "flock",
    )


def systemd_units(machine: Machine) -> dict[str, str]:
    """Unit file texts by file name: crawl and check with their timers, serve, and the dashboard.

    Either the two timers are enabled, or ``renmin-serve.service``, which does the work of both.
    """
    # SIGTERM goes to the runner alone, which stops the crawl in order: a second signal would make
    # it drop what it holds.
    in_order = f"KillMode=mixed\nTimeoutStopSec={int(STOP_GRACE.total_seconds()) + 60}\n"
    return {
        "renmin-due.service": _service(
            machine,
            "renmin: crawl what is due",
            ["crawl", "--due"],
            # 1 says that nothing was due.
            f"Type=oneshot\nSuccessExitStatus=1\n{in_order}",
        ),
        "renmin-due.timer": _timer("renmin: ask what is due", "30"),
        "renmin-check.service": _service(
            machine,
            "renmin: look for what is wrong and tell",
            ["check"],
            # 1 says that alerts are open: they were sent, the unit did its work.
            "Type=oneshot\nSuccessExitStatus=1\nTimeoutStartSec=300\nTimeoutStopSec=30\n",
        ),
        "renmin-check.timer": _timer("renmin: look for what is wrong", "60"),
        "renmin-serve.service": _service(
            machine,
            "renmin: crawl what is due, look for what is wrong, tell",
            ["serve"],
            f"Type=exec\nRestart=on-failure\nRestartSec=30\n{in_order}",
            unit="Conflicts=renmin-due.timer renmin-check.timer\n",
            install=_WANTED,
        ),
        "renmin-dashboard.service": _service(
            machine,
            "renmin: the dashboard",
            ["dashboard"],
            "Type=exec\nRestart=on-failure\nRestartSec=5\nTimeoutStopSec=30\n",
            install=_WANTED,
        ),
    }


def logrotate(machine: Machine) -> str:
    """The file for ``/etc/logrotate.d`` that keeps the logs of the crontab lines short."""
    logs = " ".join(f'"{machine.directory}/output/renmin-{job}.log"' for job in ("due", "check"))
    return (
        f"# renmin: eight weeks of what the crontab lines said\n{logs} {{\n"
        f"    su {machine.user} {machine.group}\n"
        "    weekly\n    rotate 8\n    compress\n"
        "    # A crawl of many hours goes on writing into the file that was moved away.\n"
        "    delaycompress\n    missingok\n    notifempty\n}\n"
    )


def crontab_lines(machine: Machine) -> str:
    """Two lines for ``crontab -e``, with the comment that says what they need."""
    lines = ["# renmin: crawl what is due, and look for what is wrong"]
    if machine.secret:
        lines.append(f"# {_secret_hint(machine)}")
    jobs = (("due", ["crawl", "--due"]), ("check", ["check"]))
    lines += [_cron_job(machine, name, arguments) for name, arguments in jobs]
    return "\n".join(lines) + "\n"


_WANTED = "\n[Install]\nWantedBy=multi-user.target\n"
# No privilege, no other file system, no device, no kernel, no address family but those of the net.
# (W+X memory stays allowed: callbacks of ctypes need it.)
_SANDBOX = """\
NoNewPrivileges=true
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=true
PrivateDevices=true
ProtectProc=invisible
ProtectClock=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectControlGroups=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
RemoveIPC=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
UMask=0027
MemoryMax=2G
TasksMax=256
"""


def _service(
    machine: Machine,
    what: str,
    arguments: list[str],
    running: str,
    *,
    unit: str = "",
    install: str = "",
) -> str:
    settings = "".join(
        f"Environment={_systemd_quote(f'{name}={value}')}\n"
        for name, value in machine.settings.items()
    )
    if machine.secret:
        settings += f"# {_secret_hint(machine)}\nEnvironmentFile={SECRETS}\n"
    command = " ".join(_systemd_quote(part) for part in (*machine.command, *arguments))
    writable = " ".join(_systemd_quote(str(path)) for path in machine.writable)
    return (
        f"[Unit]\nDescription={what}\n{unit}"
        "Wants=network-online.target\nAfter=network-online.target\n\n"
        f"[Service]\nUser={machine.user}\n"
        f"WorkingDirectory={str(machine.directory).replace('%', '%%')}\n"
        f"{settings}ExecStart={command}\n{running}Nice=10\n{_SANDBOX}"
        + (f"ReadWritePaths={writable}\n" if writable else "")
        + install
    )


def _timer(what: str, delay: str) -> str:
    return (
        f"[Unit]\nDescription={what}\n\n"
        f"[Timer]\nOnCalendar=*:0/{EVERY_MINUTES}\nPersistent=true\n"
        f"RandomizedDelaySec={delay}\nAccuracySec=10\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _cron_job(machine: Machine, name: str, arguments: list[str]) -> str:
    settings = [f"{key}={shlex.quote(value)}" for key, value in machine.settings.items()]
    command = [machine.flock, "-n", f"output/renmin-{name}.lock", *machine.command, *arguments]
    secrets = f"set -a && . {SECRETS} && set +a && " if machine.secret else ""
    line = (
        f"cd {shlex.quote(str(machine.directory))} && mkdir -p output && {secrets}"
        # The date, since what a person is told at a terminal ("all is well") has none.
        f"{{ date; {' '.join([*settings, shlex.join(command)])}; }} >>output/renmin-{name}.log 2>&1"
    )
    # cron ends a command at a bare %.
    return f"*/{EVERY_MINUTES} * * * * {line.replace('%', chr(92) + '%')}"


def _writable(config: Config) -> tuple[Path, ...]:
    """The folders of database and archive; where one is not made yet, the nearest that is there."""
    found: dict[Path, None] = {}
    database = file_of(config.database)
    for path in filter(None, (database, config.archive_path)):
        folder = path.absolute().parent
        while not folder.is_dir():
            folder = folder.parent
        found[folder] = None
    return tuple(found)


def _secret_hint(machine: Machine) -> str:
    names = ", ".join(f"{name}=..." for name in machine.secret)
    return f"{SECRETS} (mode 600, owner {machine.user}) holds, since it has a password: {names}"


def _systemd_quote(text: str) -> str:
    """Quote for ExecStart= and Environment=: % is a specifier there, $ a variable."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"' if not text or any(c in text for c in " \t'\"\\;") else text


def _has_password(value: str) -> bool:
    if "://" not in value:
        return False
    try:
        return make_url(value).password is not None
    except Exception:
        return "@" in value


def _absolute(value: str) -> str:
    prefix = "sqlite:///"
    if not value.startswith(prefix):
        return value
    return prefix + str(Path(value.removeprefix(prefix)).absolute())
