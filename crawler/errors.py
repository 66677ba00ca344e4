"""Every error that renmin raises on purpose, as one tree.

::

    RenminError                 exit code 3: the work could not be done
    ├── ConfigError             exit code 2: an option, a setting or a file that the user named is wrong
    │   └── UnknownChannelError     ... and these are the nearest known names
    ├── ExtractionError         a page gave no article; names the URL, the design and the field
    │   └── TooDearError            ... since reading it took longer than any page may
    ├── StoreError              the database cannot be used as asked
    │   ├── SchemaError             it was written by a newer renmin, or by something else
    │   ├── BusyError               another crawl or program holds it
    │   └── DiskFullError           the disk of the named file is full
    ├── HoldLostError           a host was taken over by another process: nothing more is written of it
    ├── ArchiveError            one record of the raw archive cannot be read; the rest can
    └── BulkError               a task of bulk work failed; the finished ones stay

A message names the thing as the user typed it, says what is wrong, and what to do instead.
"""

from __future__ import annotations

import unicodedata

from crawler.secrets import mask


def printable(text: str) -> str:
    r"""``text`` with escapes for all that a terminal obeys or cannot show; line feeds stay.

    >>> printable("a\x1b[31m.csv")
    'a\\u001b[31m.csv'
    """
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) else f"\\u{ord(char):04x}" for char in text)


def _is_shown(char: str) -> bool:
    return char.isprintable() or char == "\n" or unicodedata.category(char) == "Zs"


class RenminError(Exception):
    """The root: the command line prints the message in one line and exits with ``exit_code``."""

    exit_code = 3

    def __str__(self) -> str:
        """The message, without the password of an address that it quotes, and without controls."""
        return printable(mask(super().__str__()))


class ConfigError(RenminError):
    """An option, a setting or a file that the user named cannot be used."""

    exit_code = 2


class UnknownChannelError(ConfigError):
    """No channel has this id, host or Chinese name.

    Attributes:
        name: What was asked for.
        nearest: Known channel ids that resemble it, best first; may be empty.
    """

    def __init__(self, name: str, nearest: tuple[str, ...] = ()) -> None:
        self.name = name
        self.nearest = nearest
        hint = f"; did you mean {', '.join(nearest)}?" if nearest else ""
        super().__init__(f"unknown channel {name!r}{hint} (all of them: renmin channels)")


class ExtractionError(RenminError):
    """A page gave no article.

    Attributes:
        url: The page's address.
        template: The page design that was tried; ``None`` if none was recognised.
        field: The field of the record that could not be filled, or ``"page"`` for the whole.
        why: What is wrong with it, in a few words.
    """

    def __init__(self, url: str, template: str | None, field: str, why: str) -> None:
        self.url = url
        self.template = template
        self.field = field
        self.why = why
        super().__init__(f"{url}: {field}: {why} (page design: {template or 'none recognised'})")

    @property
    def reason(self) -> str:
        """Under which it is counted, as ``failure/REASON``."""
        return f"extraction_{self.field}"

    def __reduce__(self) -> tuple[type[ExtractionError], tuple[str, str | None, str, str]]:
        """Keep the four facts when the error crosses a process border."""
        return type(self), (self.url, self.template, self.field, self.why)


class TooDearError(ExtractionError):
    """Reading a page took more than any page may take; what it holds is not known."""

    reason = "too_dear"


class StoreError(RenminError):
    """The database cannot be used as asked."""


class SchemaError(StoreError):
    """The database was written by a newer renmin, or is not one of ours."""


class BusyError(StoreError):
    """Another crawl or program holds the database."""


class DiskFullError(StoreError):
    """The disk that holds the named file is full."""


class HoldLostError(RenminError):
    """The host of a page belongs to another process by now: what came of it is not written here.

    Attributes:
        host: Its name.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"{host}: it is no longer this process that holds it; another goes on with it"
        )


class ArchiveError(RenminError):
    """One record of the raw archive cannot be read; the others can."""


class BulkError(RenminError):
    """A task of bulk work failed; those that are finished stay, and the same command goes on."""
