"""The Scrapy settings of a command line, ``-s KEY=VALUE``: read and checked before a crawl begins.

Scrapy reads a setting where it is needed, which may be after the run was entered, and says nothing
of one that it does not know. What a value must look like is read off the setting's default.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from typing import Any

from scrapy.settings import BaseSettings, Settings
from scrapy.utils.misc import load_object

from crawler.config.convert import known_names, near
from crawler.config.top_level import Config
from crawler.crawl.helpers import PAGE_SECONDS
from crawler.crawl.holding import STALLED_SECONDS
from crawler.errors import ConfigError
from crawler.hooks.crawling import LEAVE_SECONDS, LEAVE_SETTING, PAGE_SETTING, STALLED_SETTING

# Ours, for an operator's or a test's other value.
_OURS = {
    STALLED_SETTING: STALLED_SECONDS,
    PAGE_SETTING: PAGE_SECONDS,
    LEAVE_SETTING: LEAVE_SECONDS,
}

# Scrapy takes fractions of these, although its defaults are whole.
_SECONDS = ("DELAY", "TIMEOUT", "INTERVAL")
_TRUTHS = {"0", "1", "true", "false", "True", "False"}
_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
# Nought of these would wait for ever.
_AT_LEAST_ONE = ("CONCURRENT_", "REACTOR_THREADPOOL_MAXSIZE")
# Their default is a class, written as its path.
_CLASSES = ("_CLASS", "SCHEDULER", "DOWNLOADER", "ITEM_PROCESSOR", "LOG_FORMATTER", "_RESOLVER")
# Their names are such paths.
_COMPONENTS = ("MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES", "ADDONS")


def read_settings(pairs: Sequence[str], project: Settings) -> dict[str, str]:
    """Read the settings that a command line gives.

    Args:
        pairs: As typed: ``KEY=VALUE``.
        project: All settings with their defaults.

    Raises:
        ConfigError: One is unknown, belongs elsewhere or has a value that cannot be used.
    """
    return dict(_read(pair, project) for pair in pairs)


def _read(pair: str, project: Settings) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or not name.isidentifier():
        raise ConfigError(f"-s {pair}: expected KEY=VALUE")
    if name.startswith("RENMIN_") and name not in _OURS:
        raise _of_ours(pair, name)
    default = _OURS[name] if name in _OURS else project.get(name)
    if name not in project and name not in _OURS:
        if hint := near(name, list(project)):
            raise ConfigError(f"-s {pair}: Scrapy has no such setting; did you mean {hint}?")
    elif expected := _expected(name, value, default):
        raise ConfigError(f"-s {pair}: expected {expected}")
    return name, value


def _of_ours(pair: str, name: str) -> ConfigError:
    option = name.removeprefix("RENMIN_").lower()
    if option in ("database", "proxy"):
        return ConfigError(f"-s {pair}: is no Scrapy setting; say --{option} ... instead")
    if option in known_names(Config):
        return ConfigError(
            f"-s {pair}: is no Scrapy setting; set it in renmin.toml ({option} = ...) or in the "
            f"environment ({name}=... renmin crawl ...)"
        )
    return ConfigError(f"-s {pair}: no such setting; those of renmin are printed by: renmin config")


def _expected(name: str, value: str, default: Any) -> str:
    """What the setting should have been; empty if it may be what it is."""
    if name == "LOG_LEVEL":
        return "" if value in _LEVELS and logging.getLevelName(value) else f"one of {_LEVELS}"
    if isinstance(default, bool):
        return "" if value in _TRUTHS else "True or False"
    if isinstance(default, int | float):
        return _no_number(name, value, default)
    if isinstance(default, dict | BaseSettings):
        return _no_table(name, value)
    if isinstance(default, str) and name.endswith(_CLASSES) and "." in default:
        return "" if _is_there(value) else "the path of a class that can be imported"
    return ""


def _no_number(name: str, value: str, default: float) -> str:
    whole = isinstance(default, int) and not name.endswith(_SECONDS)
    least = 1 if name.startswith(_AT_LEAST_ONE) and default else 0
    try:
        number = int(value) if whole else float(value)
    except ValueError:
        number = math.nan
    if math.isfinite(number) and (number >= least or "PRIORITY" in name):
        return ""
    return f"{'a whole number' if whole else 'a number'}, {least} or more"


def _no_table(name: str, value: str) -> str:
    try:
        table = json.loads(value)
    except ValueError:
        table = None
    if not isinstance(table, dict):
        return 'a JSON object: {"name": 100}'
    paths = [path for path, place in table.items() if place is not None]
    if name.endswith(_COMPONENTS) and not all(map(_is_there, paths)):
        return 'a JSON object of classes that can be imported: {"package.module.Class": 100}'
    return ""


def _is_there(path: str) -> bool:
    try:
        load_object(path)
    except (ImportError, NameError, ValueError):
        return False
    return True
