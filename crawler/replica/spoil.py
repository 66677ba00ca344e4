"""Spoil text in the ways in which paragraphs of real pages are found spoilt."""

from __future__ import annotations


def spoilt(paragraphs: tuple[str, ...], codec: str, *, raw: bool) -> tuple[str, ...]:
    """Spoil one paragraph of a page, without loss.

    Args:
        paragraphs: Of the page.
        codec: In which the page leaves the site.
        raw: True to leave a paragraph's UTF-8 bytes in a page of GBK, as a system does that
            puts two databases together: read as GBK, ``人民`` is ``浜烘皯``. Otherwise, and in
            a page of UTF-8, its GBK bytes were read as Latin-1: ``人民`` is ``ÈËÃñ``.
    """
    if raw and codec == "gbk" and len(paragraphs) > 1:
        return (paragraphs[0], _raw_utf8(paragraphs[1]), *paragraphs[2:])
    return _as_latin1(paragraphs)


def read_as_gbk(text: str) -> str:
    """Read a text's UTF-8 bytes as GBK: ``人民`` becomes ``浜烘皯``.

    A byte that finds no partner becomes ``?``, as it does in the wild, so a few characters are
    lost for good.
    """
    return text.encode("utf-8").decode("gbk", "replace").replace("\ufffd", "?")


def raw_throughout(html: str) -> str:
    """Let the marks around a raw paragraph be raw too: both come from one field of a database."""
    if not any("\udc80" <= letter <= "\udcff" for letter in html):
        return html
    return html.encode("utf-8", "surrogateescape").decode("ascii", "surrogateescape")


def _raw_utf8(text: str) -> str:
    """Carry the UTF-8 bytes of a text through ``str``; :func:`crawler.replica.encode.to_bytes` lets them out."""
    return text.encode("utf-8").decode("ascii", "surrogateescape")


def _as_latin1(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Spoil the first paragraph that can be, from the second on.

    Paragraphs whose bytes would turn into control characters, which HTML cannot carry, are
    passed over. Nothing changes if none is left.
    """
    for place in range(1, len(paragraphs)):
        text = paragraphs[place].encode("gb18030").decode("latin-1")
        if not any("\x80" <= letter < "\xa0" for letter in text):
            return (*paragraphs[:place], text, *paragraphs[place + 1 :])
    return paragraphs
