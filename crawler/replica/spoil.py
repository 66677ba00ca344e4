"""Spoil text in the two ways in which paragraphs of real pages are found spoilt."""

from __future__ import annotations


def as_latin1(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Spoil the second paragraph that can be: its GBK bytes were read as Latin-1.

    ``人民`` becomes ``ÈËÃñ``. Nothing is lost: paragraphs whose bytes would turn into control
    characters, which HTML cannot carry, are passed over. Nothing changes if none is left.
    """
    for place in range(1, len(paragraphs)):
        spoilt = paragraphs[place].encode("gb18030").decode("latin-1")
        if not any("\x80" <= letter < "\xa0" for letter in spoilt):
            return (*paragraphs[:place], spoilt, *paragraphs[place + 1 :])
    return paragraphs


def as_gbk(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """Spoil the second paragraph: see :func:`spoilt_utf8`."""
    return (paragraphs[0], spoilt_utf8(paragraphs[1]), *paragraphs[2:])


def spoilt_utf8(text: str) -> str:
    """Read a text's UTF-8 bytes as GBK: ``人民`` becomes ``浜烘皯``.

    A byte that finds no partner becomes ``?``, as it does in the wild, so a few characters are
    lost for good.
    """
    return text.encode("utf-8").decode("gbk", "replace").replace("\ufffd", "?")
