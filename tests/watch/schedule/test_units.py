"""The texts for systemd and cron are right for the machine that printed them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crawler.config import read
from crawler.watch.schedule import units

ODD = units.Machine(
    command=["/opt/a b/bin/renmin"],
    directory=Path("/srv/100% news"),
    user="nobody",
    settings={"RENMIN_DATABASE": "sqlite:////srv/100% news/renmin.db", "RENMIN_CONTACT": "a$b"},
    secret=(),
)


def test_the_units_name_real_paths(tmp_path, monkeypatch):
    """The program, the working directory and the database are named absolutely."""
    monkeypatch.chdir(tmp_path)

    machine = units.this_machine(read({"RENMIN_CONTACT": "ops@example.org"}))
    service = units.systemd_units(machine)["renmin-due.service"]

    program = Path(service.split("ExecStart=")[1].split()[0])
    assert program.is_absolute()
    assert program.exists()
    assert f"WorkingDirectory={tmp_path}\n" in service
    assert f"Environment=RENMIN_DATABASE=sqlite:///{tmp_path}/output/renmin.db\n" in service
    assert "Environment=RENMIN_CONTACT=ops@example.org\n" in service


@pytest.mark.parametrize(
    ("unit", "line"),
    [
        ("renmin-due.timer", "Persistent=true"),
        ("renmin-due.timer", "RandomizedDelaySec=30"),
        ("renmin-due.timer", "OnCalendar=*:0/5"),
        ("renmin-due.timer", "WantedBy=timers.target"),
        ("renmin-due.service", "TimeoutStopSec=180"),
        ("renmin-due.service", "KillMode=mixed"),
        ("renmin-check.service", "SuccessExitStatus=1"),
        # The service does what both timers do.
        ("renmin-serve.service", "Conflicts=renmin-due.timer renmin-check.timer"),
        ("renmin-serve.service", "Restart=on-failure"),
        ("renmin-serve.service", "KillMode=mixed"),
        ("renmin-dashboard.service", "WantedBy=multi-user.target"),
        *(
            (f"renmin-{name}.service", line)
            for name in ("due", "check", "serve", "dashboard")
            for line in ("ProtectSystem=strict", "NoNewPrivileges=true", "MemoryMax=2G")
        ),
    ],
)
def test_the_units_say_what_matters(unit, line):
    """A machine that was off catches up; a stop has time to be clean; an alert is no failure."""
    assert line in units.systemd_units(ODD)[unit].splitlines()


def test_the_units_leave_the_file_what_it_says(tmp_path, monkeypatch):
    """A later change of renmin.toml holds: nothing of it is copied, it is named."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "renmin.toml"
    file.write_text('contact = "ops@example.org"\ndatabase = "sqlite:///a.db"\n')

    texts = units.systemd_units(units.this_machine(read({})))

    service = texts["renmin-due.service"]
    assert "ops@example.org" not in service
    assert "RENMIN_DATABASE" not in service
    assert f"Environment=RENMIN_CONFIG={file}\n" in service


def test_a_password_is_in_no_unit_and_no_crontab(tmp_path, monkeypatch):
    """A URL with a password goes into a file of its own, which the texts name."""
    monkeypatch.chdir(tmp_path)
    machine = units.this_machine(
        read({"RENMIN_DATABASE": "postgresql://renmin:geheim@db.example/renmin"})
    )

    texts = [*units.systemd_units(machine).values(), units.crontab_lines(machine)]

    assert "geheim" not in "".join(texts)
    assert "EnvironmentFile=/etc/renmin.env" in texts[0]
    assert "RENMIN_DATABASE=..." in texts[0]
    assert ". /etc/renmin.env" in texts[-1]


def test_the_units_may_write_where_the_data_is_and_nowhere_else(tmp_path, monkeypatch):
    """Database and archive may be apart; a folder that is not made yet stands for the one above it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw pages").mkdir()
    environ = {"RENMIN_ARCHIVE": str(tmp_path / "raw pages" / "a.archive.db")}

    texts = units.systemd_units(units.this_machine(read(environ)))

    line = f'ReadWritePaths={tmp_path} "{tmp_path}/raw pages"'
    services = [text for name, text in texts.items() if name.endswith(".service")]
    assert all(line in text.splitlines() for text in services)


def test_logs_of_the_crontab_lines_are_rotated(tmp_path, monkeypatch):
    """The file for logrotate names the very logs that the lines write."""
    monkeypatch.chdir(tmp_path)
    machine = units.this_machine(read({}))

    text = units.logrotate(machine)

    for line in units.crontab_lines(machine).splitlines()[1:]:
        log = line.partition(">>")[2].split()[0]
        assert f'"{tmp_path}/{log}"' in text
    assert f"su {machine.user} {machine.group}" in text


@pytest.mark.skipif(not shutil.which("logrotate"), reason="logrotate is not installed")
def test_logrotate_accepts_the_file(tmp_path, monkeypatch):
    """Tried without doing anything, it has nothing to say against it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "renmin").write_text(units.logrotate(units.this_machine(read({}))), "utf-8")

    done = subprocess.run(
        ["logrotate", "--debug", "--state", str(tmp_path / "state"), str(tmp_path / "renmin")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", ["due", "check", "serve", "dashboard"])
def test_a_unit_is_little_exposed(tmp_path, name):
    """systemd-analyze gives each service an exposure of 2.5 of 10 at most."""
    file = tmp_path / f"renmin-{name}.service"
    file.write_text(units.systemd_units(ODD)[file.name], encoding="utf-8")

    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager"]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path, monkeypatch):
    """systemd-analyze has nothing to say against them, odd characters and all."""
    work = tmp_path / "100% news"
    work.mkdir()
    monkeypatch.chdir(work)
    machine = units.this_machine(read({"RENMIN_CONTACT": 'say "hi" for $5'}))
    names = []
    for name, text in units.systemd_units(machine).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        names.append(str(tmp_path / name))

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
    )

    complaints = [
        line for line in done.stderr.splitlines() if str(tmp_path) in line or "renmin" in line
    ]
    assert (done.returncode, complaints) == (0, [])


def test_the_crontab_line_survives_a_shell(tmp_path, monkeypatch):
    """Run as cron would, it starts the program in the directory with the settings, once."""
    work = tmp_path / "100% news"
    work.mkdir()
    program = tmp_path / "my renmin"
    program.write_text('#!/bin/sh\necho "$PWD|$RENMIN_CONTACT|$*"\n', encoding="utf-8")
    program.chmod(0o755)
    machine = units.Machine(
        command=[str(program)],
        directory=work,
        user="nobody",
        settings={"RENMIN_CONTACT": "it's $5 for 5%"},
        secret=(),
    )
    line = units.crontab_lines(machine).splitlines()[1]
    schedule, command = line.split(" cd ", 1)

    # cron itself turns \% into %.
    subprocess.run(["/bin/sh", "-c", "cd " + command.replace("\\%", "%")], check=True)

    assert schedule == "*/5 * * * *"
    log = (work / "output" / "renmin-due.log").read_text(encoding="utf-8")
    when, _, said = log.partition("\n")
    assert said == f"{work}|it's $5 for 5%|crawl --due\n"
    assert re.search(r"\d\d:\d\d:\d\d", when)
