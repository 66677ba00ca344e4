"""Passwords stay out of rows, log lines, pages, files and the list of processes.

The addresses of a proxy and of a database hold passwords, and such an address turns up wherever
settings, command lines and errors are written down. So it is masked where things are written, not
where they come from: columns of :class:`crawler.store.columns.Masked`, the text of every
:class:`crawler.errors.RenminError`, and, after :func:`mask_log`, every log record.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Sequence
from typing import Any

MASK = "***"

# user:password@ after ://. A password may be written with / or @ in it (SQLAlchemy and urllib take
# both), hence up to the last @ of the word. Bounded, since log lines quote pages.
_USERINFO = re.compile(r"(://[^\s/:@'\"]{0,256}:)[^\s'\"]{0,256}(?=@)")
# libpq takes it as an option too.
_OPTION = re.compile(
    r"([?&;\s](?:password|passwd|pwd|sslpassword|passfile)=)[^&\s'\"]{1,256}", re.IGNORECASE
)


def mask(text: str) -> str:
    """The text with ``***`` for every password of an address in it.

    >>> mask("postgresql://renmin:pa/ss@db/renmin?sslpassword=x&a=b")
    'postgresql://renmin:***@db/renmin?sslpassword=***&a=b'
    >>> mask("http://sd.people.com.cn:80/n2/2026/1.html")
    'http://sd.people.com.cn:80/n2/2026/1.html'
    """
    if "://" not in text and "=" not in text:
        return text
    return _OPTION.sub(rf"\g<1>{MASK}", _USERINFO.sub(rf"\g<1>{MASK}", text))


def mask_all(value: Any) -> Any:
    """The same for every string in lists and mappings, keys aside."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: mask_all(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_all(each) for each in value]
    return value


class MaskedRecord(logging.LogRecord):
    """A log record that tells no password, neither in its message nor in its traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            # A formatter takes this text where it finds it.
            self.exc_text = mask("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"))

    def getMessage(self) -> str:  # noqa: N802 - the standard library's name
        """The message, masked."""
        return mask(super().getMessage())


def mask_log() -> None:
    """Mask every log record of this process from now on."""
    logging.setLogRecordFactory(MaskedRecord)


# Options that take an address, and the setting that says the same.
_SETTINGS = {"--proxy": "RENMIN_PROXY", "--database": "RENMIN_DATABASE"}


def take_passwords(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Part a command line from the addresses in it that hold a password.

    Returns:
        The arguments without those options, and the settings that say the same; empty if there
        is no password in them.

    >>> take_passwords(["crawl", "sd", "--proxy", "http://a:b@h"])
    (['crawl', 'sd'], {'RENMIN_PROXY': 'http://a:b@h'})
    """
    left: list[str] = []
    taken: dict[str, str] = {}
    waiting = list(reversed(arguments))
    while waiting:
        argument = waiting.pop()
        name, equals, value = argument.partition("=")
        if name in _SETTINGS and not equals and waiting:
            value = waiting.pop()
            argument = f"{name}={value}"
        if name in _SETTINGS and mask(value) != value:
            taken[_SETTINGS[name]] = value
        else:
            left.append(argument)
    return left, taken
