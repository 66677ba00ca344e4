"""The formats of a data set: a module each, found by walking this folder.

A module has ``SUFFIX``, ``SUMMARY`` and ``write(records, file, fields)``. Its name is what ``--format``
takes; behind it, and behind the file's ending, ``.gz`` or ``.zst`` compresses what is not
compressed already.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from crawler.errors import ConfigError

COMPRESSIONS = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written.

    Attributes:
        module: Its ``write(records, file)`` does it.
        compression: ``.gz``, ``.zst`` or nothing.
    """

    module: ModuleType
    compression: str = ""

    @property
    def name(self) -> str:
        """As ``--format`` takes it: ``jsonl.zst``."""
        return self.module.__name__.rpartition(".")[2] + self.compression

    @property
    def needs_whole_records(self) -> bool:
        """Whether it chooses the fields itself, as plain text does."""
        return bool(getattr(self.module, "WHOLE", False))

    @property
    def suffix(self) -> str:
        """What a file of this format ends in."""
        return str(self.module.SUFFIX) + self.compression


@cache
def modules() -> dict[str, ModuleType]:
    """Every format by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def known() -> str:
    """The names of all formats, for a message.

    >>> "jsonl" in known()
    True
    """
    return f"{', '.join(modules())}, also with .gz or .zst behind the name"


def named(name: str) -> Format:
    """The format of this name.

    Raises:
        ConfigError: There is none; the message has those that there are.

    >>> named("jsonl.zst").suffix
    '.jsonl.zst'
    """
    bare, compression = _parted(name.strip().lower().removeprefix("."))
    # What the first edition called it.
    module = modules().get({"text": "txt"}.get(bare, bare))
    if module is None:
        raise ConfigError(f"--format {name}: unknown; known formats are {known()}")
    return _checked(Format(module, compression), f"--format {name}")


def by_ending(path: str) -> Format:
    """The format that a file's ending names; JSONL for standard output, ``-``.

    Raises:
        ConfigError: No format has this ending; the message has those that have one.

    >>> by_ending("out/a.CSV").name
    'csv'
    """
    if path == "-":
        return Format(modules()["jsonl"])
    bare, compression = _parted(path.lower())
    for module in modules().values():
        if bare.endswith(module.SUFFIX):
            return _checked(Format(module, compression), path)
    endings = " ".join(module.SUFFIX for module in modules().values())
    raise ConfigError(
        f"{path}: its ending names no format; known endings are {endings}, also with .gz or .zst; "
        "or say which with --format"
    )


def _checked(found: Format, asked: str) -> Format:
    if found.compression and getattr(found.module, "COMPRESSED", False):
        raise ConfigError(f"{asked}: {found.module.SUFFIX} is compressed already; name it so")
    return found


def _parted(name: str) -> tuple[str, str]:
    compression = next((each for each in COMPRESSIONS if name.endswith(each)), "")
    return name.removesuffix(compression), compression
