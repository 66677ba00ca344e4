"""Bring the spelling of an address to one form, before anybody asks what the address means.

Scheme, host, port, doubled slashes, ``..``, percent signs, the traditional edition, tracking
parameters: whatever two links to one page may differ in. Pure text; no table of channels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

SITE = "people.com.cn"
# The second domain of the site; both serve the same pages.
ALSO_SITE = "people.cn"

# Nothing on the site is longer; a longer one is a trap or a mistake.
MAX_LENGTH = 2_000

Unreadable = Literal["scheme", "malformed"]

_PARTS = re.compile(
    r"\A(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*+):(?://(?P<authority>[^/?#]*+))?+"
    r"(?P<path>[^?#]*+)(?:\?(?P<query>[^#]*+))?+(?:#.*)?",
    re.DOTALL,
)
# As browsers do: these vanish wherever they stand, or at both ends.
_INVISIBLE = re.compile(r"[\t\n\r]")
_ENDS = "".join(map(chr, range(0x21))) + "\u3000\ufeff"
_HOST = re.compile(
    r"\A(?:[^@]*+@)?(?P<host>\[[0-9a-fA-F:.]+\]|[^:@\[\]\s]+?)\.?(?::(?P<port>\d{0,5}))?"
)

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Letters that need no percent sign, hidden behind one: %6E2 is n2.
_NEEDLESS = re.compile(r"%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SAFE = "/%:@!$&'()*+,;=~-._"

_BIG5 = re.compile(r"(?:/BIG5){1,9}(?=/|$)", re.IGNORECASE)
_GB = re.compile(r"/GB(?=/|$)", re.IGNORECASE)
_DATED = re.compile(r"/n[12]?/\d{4}/\d{4}/")
_TRACKING = re.compile(
    r"\A(?:utm_\w*|from|isappinstalled|spm|fbclid|gclid|share_\w*|sharefrom|tdsourcetag|sudaref)(?:=|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spelled:
    """An address in its one spelling.

    Attributes:
        scheme: ``http`` on the site, whatever was linked; else ``http`` or ``https`` as linked.
        host: Lower case; ``people.cn`` has become ``people.com.cn``. With its port if that is
            not the scheme's own, so that such a host is nobody's.
        linked_host: The same before that.
        path: Begins with ``/``, ASCII only, of the simplified-character edition.
        query: Without tracking parameters; empty if there is none.
        whole_query: With them.
        on_site: Whether the host is the site's.
    """

    scheme: str
    host: str
    linked_host: str
    path: str
    query: str
    whole_query: str
    on_site: bool

    def url(self) -> str:
        """Put the parts together again."""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{self.path}{query}"


def spell(url: str) -> Spelled | Unreadable:
    """Spell an absolute address in the one form, or say why it has none.

    Returns:
        ``"scheme"`` for ``javascript:``, ``mailto:`` and the like and for a relative address;
        ``"malformed"`` for one without a host, or longer than 2,000 characters.

    >>> spell("HTTPS://SD.people.cn:443//GB/../BIG5/364532/?from=groupmessage#top").url()
    'http://sd.people.com.cn/GB/364532/'
    """
    if len(url) > MAX_LENGTH:
        return "malformed"
    parts = _PARTS.fullmatch(_INVISIBLE.sub("", url.strip(_ENDS)).replace("\\", "/"))
    if parts is None or parts["scheme"].lower() not in ("http", "https"):
        return "scheme"
    if (host := _HOST.fullmatch(parts["authority"] or "")) is None:
        return "malformed"
    return _spelled(parts, host)


def _spelled(parts: re.Match[str], host: re.Match[str]) -> Spelled:
    linked_host = host["host"].lower()
    if host["port"] and int(host["port"]) not in (80, 443):
        linked_host += ":" + host["port"].lstrip("0")
    folded = _fold_host(linked_host)
    on_site = folded.endswith("." + SITE)
    path = _path(parts["path"])
    return Spelled(
        scheme="http" if on_site else parts["scheme"].lower(),
        host=folded,
        linked_host=linked_host,
        path=_fold_edition(path) if on_site else path,
        query=_query(parts["query"]),
        whole_query=_query(parts["query"], tracked=True),
        on_site=on_site,
    )


def _fold_host(host: str) -> str:
    if host in (SITE, ALSO_SITE):
        return "www." + SITE
    if host.endswith("." + ALSO_SITE):
        return host.removesuffix(ALSO_SITE) + SITE
    return host


def _fold_edition(path: str) -> str:
    """Turn an address of the traditional edition into its simplified twin.

    ``/BIG5/n2/...`` loses the folder, ``/BIG5/41158/...`` has it in the place of ``/GB``.
    """
    if path[1:2] not in "BbGg":
        return path
    edition = _BIG5.match(path)
    if edition is None:
        return _GB.sub("/GB", path, count=1) if _GB.match(path) else path
    rest = path[edition.end() :]
    if _GB.match(rest):
        return _GB.sub("/GB", rest, count=1)
    return rest if rest in ("", "/") or _DATED.search(rest) else "/GB" + rest


def _path(path: str) -> str:
    if "%" in path:
        path = _STRAY_PERCENT.sub("%25", path)
        path = _NEEDLESS.sub(lambda match: chr(int(match[1], 16)), path)
        path = _ESCAPE.sub(lambda match: match[0].upper(), path)
    # A lone surrogate has no bytes to escape; it cannot be part of a real address.
    path = quote(path, safe=_SAFE, errors="replace")
    if "//" in path or "/." in path:
        path = _without_dots(path)
    return path if path.startswith("/") else "/" + path


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    folder = "/" if kept and segments[-1] in ("", ".", "..") else ""
    return "/" + "/".join(kept) + folder


def _query(query: str | None, *, tracked: bool = False) -> str:
    if not query:
        return ""
    kept = (part for part in query.split("&") if part and (tracked or not _TRACKING.match(part)))
    return quote(_STRAY_PERCENT.sub("%25", "&".join(kept)), safe=_SAFE + "?", errors="replace")


def is_site_host(host: str) -> bool:
    """Whether a host name, lower case, is one of the site's.

    >>> is_site_host("sd.people.com.cn"), is_site_host("people.com.cn.example.org")
    (True, False)
    """
    return host in (SITE, ALSO_SITE) or host.endswith(("." + SITE, "." + ALSO_SITE))
