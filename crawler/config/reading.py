"""All sources in order: default, file, environment, command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.config import file as files
from crawler.config.convert import Option, converted, options, secret_in
from crawler.config.options import Config
from crawler.errors import ConfigError


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
    path = files.find(environ) if file is None else file
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
    values, name = files.contents(path), option.name
    secret = values.get(f"{name}_file") if option.in_file else None
    if secret is not None and name in values:
        raise ConfigError(f"{path}: {name} and {name}_file are both set: set one of them")
    if secret is not None:
        if not isinstance(secret, str):
            raise ConfigError(f"{path}: {name}_file = {secret!r}: expected the path of a file")
        value = secret_in(files.beside(path, secret))
    elif name in values:
        value = values[name]
    else:
        return None
    found = converted(f"{path}: {name}", value, option)
    if name == "database":
        found = files.database_beside(path, found)
    if name == "archive":
        found = files.beside(path, found)
    return found, str(path)
