"""Where the original of a copy stands, as far as the copy's own address tells.

Mirrors keep the path of the original (``/n2/2023/0325/c123-456.html``) and change the host. The
path names column, article and day; the host is told by the source line, if it names a channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.clock import midnight
from crawler.errors import UnknownChannelError
from crawler.extract.dates import Moment
from crawler.extract.keywords import marks
from crawler.site.channels import find
from crawler.site.urls import classify
from crawler.text.chinese.script import to_simplified

_CHANNEL = marks(r"人民网\s?[-－—·]{1,2}\s?(\w{2,4})频道")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of an original.

    Attributes:
        node_id: Its column.
        content_id: Its number.
        published: Its day, 00:00.
        address: Its canonical address; ``None`` unless path *and* host are known.
    """

    node_id: str | None = None
    content_id: str | None = None
    published: Moment | None = None
    address: str | None = None


def origin_of(url: str, source: str | None) -> Origin:
    """Read the original off a copy's address and source line.

    >>> origin_of("http://m.example/n2/2023/0325/c364532-40350001.html", "人民网-山东频道").address
    'http://sd.people.com.cn/n2/2023/0325/c364532-40350001.html'
    >>> origin_of("http://m.example/zuxun/4751.html", "人民网-山东频道")
    Origin(node_id=None, content_id=None, published=None, address=None)
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return Origin()
    host = _host_of(source)
    address = classify(f"http://{host or 'www.people.com.cn'}{path}")
    if address.kind != "article":
        return Origin()
    day = address.published
    return Origin(
        node_id=address.node_id,
        content_id=address.content_id,
        published=Moment(midnight(day), "day", "address") if day else None,
        address=address.canonical if host else None,
    )


def _host_of(source: str | None) -> str | None:
    named = _CHANNEL.search(source or "")
    if named is None:
        return None
    # Imported late: few pages are copies, and the tables of scripts are slow to load.

    try:
        return find(to_simplified(named[1])).host
    except UnknownChannelError:
        return None
