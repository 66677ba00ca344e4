"""What is not even read: bodies that are too large, or that say they are something else."""

from __future__ import annotations

import re

from crawler.errors import ExtractionError

# The largest page of the site is under 1 MB; a body beyond this is an accident or an attack.
MAX_BYTES = 16 * 1024 * 1024

_TEXT_TYPES = re.compile(
    r"\s*(?:text/(?:html|plain|xml)|application/(?:xhtml\+xml|xml|octet-stream))?\s*(?:;|$)",
    re.IGNORECASE,
)


def refuse(body: bytes, content_type: str | None, url: str) -> None:
    """Raise if a body is no page, judging by its size and its declared type.

    ``application/octet-stream`` is let pass: some servers say it of everything.

    Raises:
        ExtractionError: With the reason.

    >>> refuse(b"<p>", "text/html; charset=gb2312", "http://sd.people.com.cn/")
    >>> refuse(b"GIF89a", "image/gif", "http://sd.people.com.cn/a.gif")
    Traceback (most recent call last):
    ...
    crawler.errors.ExtractionError: http://sd.people.com.cn/a.gif: page: not a page but image/gif (page design: none recognised)
    """
    if content_type and not _TEXT_TYPES.match(content_type):
        named = content_type.split(";")[0].strip()[:40]
        raise ExtractionError(url, None, "page", f"not a page but {named}")
    if len(body) > MAX_BYTES:
        raise ExtractionError(url, None, "page", "page too large")
