"""WARC/1.1 (ISO 28500:2017), one gzip member a record, and the lines of its index.

Of each fetch a ``response``, or a ``revisit`` where the same bytes came before or the site answered 304,
and the ``request`` beside it as far as the archive knows it; of each article its record as ``metadata``.
The archive keeps bodies unpacked: fields of a head that say how one was packed on its way are renamed
as Common Crawl does it (``X-Crawl-Content-Encoding``), so that head and body agree.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

import orjson

from crawler import __version__
from crawler.errors import ConfigError
from crawler.items import Fetch

UNCHANGED = 304
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
SAME_BYTES = _PROFILE + "identical-payload-digest"
NOT_MODIFIED = _PROFILE + "server-not-modified"
# Fields that speak of the packing; the length is that of the body which stands there.
PACKING = frozenset({"content-encoding", "transfer-encoding", "content-length"})
# What an address may hold as it is; the rest is percent-encoded, since readers expect ASCII.
_SAFE = "%/:?#[]@!$&'()*+,;=~"
_LINE_ENDS = str.maketrans({"\r": " ", "\n": " ", "\0": " "})


class Warc:
    """A WARC file that is being written.

    Args:
        file: Where to.
        name: The file's name, for the index.

    Attributes:
        index: A CDXJ line for each response and revisit, not sorted yet.

    Raises:
        ConfigError: warcio is not installed.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        try:
            from warcio.statusandheaders import StatusAndHeaders  # noqa: PLC0415 (an extra)
            from warcio.warcwriter import WARCWriter  # noqa: PLC0415 (an extra)
        except ImportError:
            raise ConfigError("WARC files need warcio: pip install 'renmin[bulk]'") from None
        self.index: list[str] = []
        self._file, self._name = file, name
        self._heads = StatusAndHeaders
        self._writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        # Of the article that is being written, each response by address and body, and by its body
        # alone: its address, time and record.
        self._written: dict[tuple[str, str], tuple[str, datetime, str]] = {}
        self._info = ""

    def begin(self) -> None:
        """Say who wrote it."""
        about = {
            "software": f"renmin {__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obeyed",
        }
        # The same articles give the same bytes: neither a date nor an id is of this day.
        record = self._writer.create_warcinfo_record(self._name, about)
        self._info = self._put(record, "warcinfo", datetime.fromtimestamp(0, UTC))

    def fetch(self, fetch: Fetch) -> str:
        """Write what came, and what was asked if that is known; gives the record's id."""
        start = self._file.tell()
        record = self._revisit(fetch) or self._response(fetch)
        if fetch.exchange and fetch.exchange.ip:
            record.rec_headers.add_header("WARC-IP-Address", fetch.exchange.ip)
        is_revisit = record.rec_type == "revisit"
        identity = self._put(record, fetch.url, fetch.fetched_at)
        self.index.append(self._line(fetch, start, revisit=is_revisit))
        if not is_revisit:
            facts = (fetch.url, fetch.fetched_at, identity)
            self._written[fetch.url, fetch.sha256] = facts
            self._written.setdefault(("", fetch.sha256), facts)
        if fetch.exchange and fetch.exchange.asked:
            self._request(fetch, identity)
        return identity

    def metadata(self, url: str, record: Mapping[str, Any], moment: datetime, of: str) -> None:
        """Write what we read in the page whose record has the id ``of``: the article is done."""
        self._written.clear()
        made = self._writer.create_warc_record(
            _uri(url),
            "metadata",
            payload=io.BytesIO(orjson.dumps(dict(record))),
            warc_content_type="application/json",
        )
        made.rec_headers.add_header("WARC-Refers-To", of)
        self._put(made, url, moment)

    def _response(self, fetch: Fetch) -> Any:
        record = self._writer.create_warc_record(
            _uri(fetch.url),
            "response",
            payload=io.BytesIO(fetch.body),
            http_headers=self._answer(fetch, len(fetch.body)),
        )
        record.rec_headers.add_header("WARC-Identified-Payload-Type", _mime(fetch))
        return record

    def _revisit(self, fetch: Fetch) -> Any:
        """A record that refers to the first one with the same bytes; ``None`` if there is none."""
        earlier = self._written.get((fetch.url, fetch.sha256))
        if earlier is None and not fetch.page:
            earlier = self._written.get(("", fetch.sha256))
        if earlier is None:
            return None
        address, moment, identity = earlier
        record = self._writer.create_revisit_record(
            _uri(fetch.url),
            payload_digest(fetch.body),
            _uri(address),
            _stamp(moment),
            http_headers=self._answer(fetch, None),
        )
        unchanged = fetch.status == UNCHANGED
        record.rec_headers.replace_header("WARC-Profile", NOT_MODIFIED if unchanged else SAME_BYTES)
        record.rec_headers.add_header("WARC-Refers-To", identity)
        return record

    def _answer(self, fetch: Fetch, length: int | None) -> Any:
        protocol = fetch.exchange.protocol if fetch.exchange else "HTTP/1.1"
        fields = [
            (_as_undone(name), value)
            for name, value in _answered(fetch)
            if name.lower() != "content-length"
        ]
        if length is not None:
            fields.append(("Content-Length", str(length)))
        return self._heads(_status(fetch), _clean(fields), protocol=protocol)

    def _request(self, fetch: Fetch, answer: str) -> None:
        assert fetch.exchange
        parts = urlsplit(_uri(fetch.url))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = self._heads(
            f"GET {target} {fetch.exchange.protocol}",
            _clean(fetch.exchange.asked),
            is_http_request=True,
        )
        record = self._writer.create_warc_record(
            _uri(fetch.url), "request", payload=io.BytesIO(b""), http_headers=head
        )
        record.rec_headers.add_header("WARC-Concurrent-To", answer)
        self._put(record, fetch.url, fetch.fetched_at)

    def _put(self, record: Any, url: str, moment: datetime) -> str:
        named = f"{record.rec_type} {url} {moment.isoformat()} {self._file.tell()}"
        digest = hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()
        identity = "-".join(
            (digest[:8], digest[8:12], "4" + digest[13:16], "8" + digest[17:20], digest[20:32])
        )
        fields = record.rec_headers
        fields.replace_header("WARC-Record-ID", f"<urn:uuid:{identity}>")
        fields.replace_header("WARC-Date", _stamp(moment))
        if self._info:
            fields.add_header("WARC-Warcinfo-ID", self._info)
        self._writer.write_record(record)
        return f"<urn:uuid:{identity}>"

    def _line(self, fetch: Fetch, start: int, *, revisit: bool) -> str:
        facts = {
            "url": _uri(fetch.url),
            "mime": "warc/revisit" if revisit else _mime(fetch),
            "status": str(fetch.status),
            "digest": payload_digest(fetch.body),
            "length": str(self._file.tell() - start),
            "offset": str(start),
            "filename": self._name,
        }
        moment = fetch.fetched_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        return f"{sort_key(facts['url'])} {moment} {json.dumps(facts, ensure_ascii=False)}"


def sort_key(url: str) -> str:
    """The key of an address in an index (SURT): the host turned round, then path and query.

    >>> sort_key("http://sd.people.com.cn/n2/2019/0302/c1-2.html?a=B")
    'cn,com,people,sd)/n2/2019/0302/c1-2.html?a=b'
    """
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").split(".")))
    return f"{host}){parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def payload_digest(body: bytes) -> str:
    """The digest of a body as WARC files have it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()


def _answered(fetch: Fetch) -> Sequence[tuple[str, str]]:
    if fetch.exchange and fetch.exchange.answered:
        return fetch.exchange.answered
    return list(fetch.headers.items())


def _as_undone(name: str) -> str:
    """A field under another name if what it says of the body is no longer so.

    >>> _as_undone("Transfer-Encoding")
    'X-Crawl-Transfer-Encoding'
    """
    return f"X-Crawl-{name.title()}" if name.lower() in PACKING else name


def _clean(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.translate(_LINE_ENDS), value.translate(_LINE_ENDS)) for name, value in fields]


def _status(fetch: Fetch) -> str:
    phrase = HTTPStatus(fetch.status).phrase if fetch.status in set(HTTPStatus) else "Answer"
    return f"{fetch.status} {phrase}"


def _mime(fetch: Fetch) -> str:
    return fetch.headers.get("content-type", "unk").partition(";")[0].strip() or "unk"


def _uri(url: str) -> str:
    return quote(url, safe=_SAFE, errors="surrogatepass")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
