"""Where a value comes from, in order: default, file, environment, command line.

The ``renmin.toml`` that is read is the first of these that is there: what ``RENMIN_CONFIG`` names
(``--config`` sets it), the file in the working directory, the one in ``/etc/renmin``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crawler.config.convert import Option, converted, known_names, options, secret_in, unknown
from crawler.config.top_level import Config
from crawler.errors import ConfigError

FILE = "renmin.toml"
SYSTEM = Path("/etc/renmin") / FILE
VARIABLE = "RENMIN_CONFIG"
# Their contents are checked by those who read them.
TABLES = ("alerts", "channels", "prune")

_SQLITE = re.compile(r"(sqlite(?:\+\w{1,32})?:///)(?!/|:memory:|file:)(.+)", re.DOTALL)


def find(environ: Mapping[str, str]) -> Path | None:
    """The file that is in force; ``None`` if there is none.

    Raises:
        ConfigError: The file that was named is not there.
    """
    if named := environ.get(VARIABLE):
        if Path(named).is_dir():
            raise ConfigError(f"{named}: is a folder; {VARIABLE} or --config names a file")
        if not Path(named).is_file():
            raise ConfigError(f"{named}: no such file; {VARIABLE} or --config names it")
        return Path(named)
    return next((path for path in (Path(FILE), SYSTEM) if path.is_file()), None)


def contents(path: Path | None) -> Mapping[str, Any]:
    """What stands in the file, its names of the top level checked; empty without a file.

    Raises:
        ConfigError: It is no TOML, or a table or option is not known.
    """
    if path is None:
        return {}
    try:
        stamp = path.stat()
    except OSError:
        return {}
    return _contents(path, stamp.st_mtime_ns, stamp.st_size)


def table(path: Path | None, name: str) -> Mapping[str, Any]:
    """One table of the file, empty if it has none; each of its values is a table again.

    Raises:
        ConfigError: It is no table of tables.
    """
    found = contents(path).get(name, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: {name}: expected tables, as in [{name}.NAME]")
    for key, value in found.items():
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: {name}.{key}: expected a table: [{name}.{key}]")
    return found


def beside(path: Path, value: str) -> str:
    """A path that the file names, seen from the working directory: it is relative to the file.

    >>> beside(Path("/etc/renmin/renmin.toml"), "secret.txt")
    '/etc/renmin/secret.txt'
    """
    folder = path.parent
    if not value or folder.absolute() == Path.cwd():
        return value
    return str(folder.absolute() / value)


def database_beside(path: Path, url: str) -> str:
    """The same for the file of a SQLite URL.

    >>> database_beside(Path("/srv/news/renmin.toml"), "sqlite:///a.db")
    'sqlite:////srv/news/a.db'
    >>> database_beside(Path("/srv/news/renmin.toml"), "postgresql://db/renmin")
    'postgresql://db/renmin'
    """
    match = _SQLITE.fullmatch(url)
    return match[1] + beside(path, match[2]) if match else url


# A check, a crawl and a dashboard ask for the same file several times.
@cache
def _contents(path: Path, changed: int, size: int) -> Mapping[str, Any]:  # noqa: ARG001
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is no text in UTF-8, so no renmin.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    for name, value in values.items():
        if name in TABLES:
            continue
        if isinstance(value, dict):
            raise unknown(str(path), name, TABLES, "table")
        if name not in known_names(Config):
            raise unknown(str(path), name, known_names(Config))
    return values


@dataclass(frozen=True, slots=True)
class Read:
    """The configuration, and where each of its values comes from.

    Attributes:
        config: The values.
        sources: By option: ``default``, a file's path, ``RENMIN_...`` or ``command line``.
        file: The file that is in force; ``None`` if there is none.
    """

    config: Config
    sources: Mapping[str, str]
    file: Path | None


def load(
    environ: Mapping[str, str] | None = None, file: Path | None = None, **overrides: Any
) -> Config:
    """Read the configuration: see :func:`read`."""
    return read(environ, file, **overrides).config


def read(
    environ: Mapping[str, str] | None = None, file: Path | None = None, **overrides: Any
) -> Read:
    """Read the configuration.

    Args:
        environ: Instead of the process's environment.
        file: Instead of the file that is found; there need not be one.
        overrides: What the command line named; ``None`` means that it did not.

    Raises:
        ConfigError: naming the option as the user typed it.
    """
    environ = os.environ if environ is None else environ
    path = find(environ) if file is None else file
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, option in options(Config).items():
        found = _of_environment(environ, option) or _of_file(path, option)
        if name in overrides and overrides[name] is not None:
            found = (converted(f"--{name}", overrides[name], option), "command line")
        values[name], sources[name] = found or (option.default, "default")
    return Read(Config(**values), sources, path)


def _of_environment(environ: Mapping[str, str], option: Option) -> tuple[Any, str] | None:
    name = f"RENMIN_{option.name.upper()}"
    direct, secret = environ.get(name), environ.get(f"{name}_FILE") if option.in_file else None
    if direct and secret:
        raise ConfigError(f"{name} and {name}_FILE are both set: set one of them")
    if secret:
        return converted(f"{name}_FILE", secret_in(secret), option, text=True), f"{name}_FILE"
    if direct:
        return converted(name, direct, option, text=True), name
    return None


def _of_file(path: Path | None, option: Option) -> tuple[Any, str] | None:
    if path is None:
        return None
    values, name = contents(path), option.name
    secret = values.get(f"{name}_file") if option.in_file else None
    if secret is not None and name in values:
        raise ConfigError(f"{path}: {name} and {name}_file are both set: set one of them")
    if secret is not None:
        if not isinstance(secret, str):
            raise ConfigError(f"{path}: {name}_file = {secret!r}: expected the path of a file")
        value = secret_in(beside(path, secret))
    elif name in values:
        value = values[name]
    else:
        return None
    found = converted(f"{path}: {name}", value, option)
    if name == "database":
        found = database_beside(path, found)
    if name == "archive":
        found = beside(path, found)
    return found, str(path)
