"""The image is built from files that there are, and runs commands that there are."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from crawler.cli.main import command_of, modules

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def copied() -> list[str]:
    """What is copied into the image that builds."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    return [name for line in lines for name in line.split()]


def test_what_is_copied_is_there_and_let_through():
    """The ignore file hides everything but what the build copies."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())


def test_everything_that_the_wheel_holds_is_copied():
    """Packages, licences and the files that the build reads."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    licences = [name for name in PROJECT["project"]["license-files"] if "/" not in name]
    wanted = {*wheel["packages"], *licences, "LICENSES", PROJECT["project"]["readme"]}

    assert wanted <= set(copied())


def test_the_extras_exist():
    """Pip only warns of an extra that there is not."""
    (named,) = re.findall(r"'\.\[([\w,-]+)\]'", DOCKERFILE)

    assert set(named.split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_the_python_is_one_that_is_allowed():
    """Both stages have the same, and no older one than the project asks for."""
    versions = set(re.findall(r"^FROM python:(\d+)\.(\d+)-", DOCKERFILE, re.MULTILINE))
    least = re.search(r"(\d+)\.(\d+)", PROJECT["project"]["requires-python"])

    assert len(versions) == 1
    assert tuple(map(int, *versions)) >= tuple(map(int, least.groups()))


COMMANDS = [
    words.replace('"', "").split(", ")
    for words in re.findall(r"(?:^CMD |command: )\[(.+)\]$", DOCKERFILE + COMPOSE, re.MULTILINE)
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_commands_exist_with_their_options(words):
    """As they stand in the image and the compose file."""
    known = {name for option in command_of(words[0]).params for name in option.opts}

    assert words[0] in modules()
    assert {word for word in words if fnmatch(word, "--*")} <= known


def test_nobody_is_root_and_the_data_is_a_volume():
    """The last user of the image has a number of its own."""
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] == "10001:10001"
    assert 'VOLUME ["/data"]' in DOCKERFILE
    assert "read_only: true" in COMPOSE
