"""The rules of a robots.txt that are meant for us, in whatever form the file came.

After RFC 9309, 2.2: the file may begin with a byte order mark; a group is ours if it names our
product and nothing else, upper or lower case; else the group of ``*`` holds. What else stands in
our User-Agent (a contact, ``news archive``) chooses no group.
"""

from __future__ import annotations

import codecs
import re

from protego import Protego

# The product that rules name: User-agent: renmin
PRODUCT = "renmin"
# A group of somebody else, under a name that nobody is looked up by.
_SOMEBODY = "somebody-else"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BREAKS = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"(?i)(user[- ]?agent|crawl[- ]delay)\s{0,20}(?:[:：]|\s)\s{0,20}(.*)")
_TOKEN = re.compile(r"[a-z_-]+")
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s{0,9}(ms|s|m|h)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def text_of(body: bytes) -> str:
    r"""Decode a robots.txt; never raises.

    >>> text_of(b"\xef\xbb\xbfUser-agent: *")
    'User-agent: *'
    """
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    if encoding is None:
        # UTF-16 without a mark: every other byte of an ASCII text is zero.
        zeros = (body[:64:2].count(0), body[1:64:2].count(0))
        encoding = "utf-8"
        if max(zeros) > len(body[:64]) // 4:
            encoding = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return body.decode(encoding, "replace").replace("\ufeff", "").replace("\0", "")


def parse(body: bytes) -> Protego:
    """Read the rules; look them up as :data:`PRODUCT`."""
    return Protego.parse("\n".join(_tidy(line) for line in _BREAKS.split(text_of(body))))


def delay_of(rules: Protego) -> float | None:
    """Seconds between two requests that are asked for, by Crawl-delay or Request-rate."""
    delay = rules.crawl_delay(PRODUCT)
    rate = rules.request_rate(PRODUCT)
    if rate is None:
        return delay
    return max(delay or 0.0, rate.seconds / rate.requests)


def _tidy(line: str) -> str:
    """A line with a group's name made one that Protego cannot misread, and plain seconds."""
    match = _LINE.fullmatch(line.partition("#")[0].strip())
    if match is None:
        return line
    name, value = match[1].lower(), match[2].strip().lower()
    if name.startswith("user"):
        return f"User-agent: {_group(value)}"
    seconds = _SECONDS.match(value)
    return f"Crawl-delay: {float(seconds[1]) * _UNITS[seconds[2] or 's']}" if seconds else line


def _group(value: str) -> str:
    if value == "*":
        return value
    token = _TOKEN.match(value)
    if token is None:
        return _SOMEBODY if value else ""
    rest = value[token.end() :]
    ours = token[0] == PRODUCT and not rest[:1].isalnum()
    return PRODUCT if ours else _SOMEBODY
