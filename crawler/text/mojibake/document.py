"""Repair a text of several lines: each line is a paragraph, and what spans lines is undone first.

Damage is told line by line, with the evidence of the whole document. But mail breaks its lines
inside of characters, so quoted-printable and encoded words are read before the text is split.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from crawler.items import Repair
from crawler.text.mojibake.context import applied
from crawler.text.mojibake.mail import MAIL
from crawler.text.mojibake.misread import spans
from crawler.text.mojibake.repair import repair_all
from crawler.text.mojibake.result import Repaired, joined, with_repairs
from crawler.text.mojibake.rule import require_texts

# Only the line feed ends a line: U+0085 and its like are pieces of mojibake here.
LINE: Final = re.compile("[^\n]+\n?|\n")

_WIDE: Final = 100  # characters around a line break that tell whether it is one
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
_MOST_JOINED: Final = 1000  # lines of one paragraph of mail
_QUOTED = re.compile(r"=[0-9A-Fa-f]{2}")
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n\Z")
_FOLDED = re.compile(r"\?=[ \t]*\r?\n\Z")
_CONTINUED = re.compile(r"\A[ \t]+=\?")


def repair_document(text: str) -> Repaired:
    r"""Undo what can be undone in ``text``; line endings stay, those of mail's soft breaks go.

    >>> repair_document("=C8=CB=C3=\n=F1=C8=D5=B1=A8\n浜烘皯鏃ユ姤\n").text
    '人民日报\n人民日报\n'
    """
    return repair_documents((text,))[0]


def repair_documents(texts: Sequence[str]) -> tuple[Repaired, ...]:
    """Repair the parts of one document, title, body and others, each of several lines.

    All their lines share their evidence (see :func:`crawler.text.mojibake.repair.repair_all`).

    Raises:
        TypeError: ``texts`` is no sequence, or holds something that is no str.
    """
    require_texts(texts)
    bare = [_without_mail(text) for text in texts]
    lines = [_lines(text) for text, _ in bare]
    bodies = [line.rstrip("\r\n") for each in lines for line in each]
    answers = iter(repair_all(bodies))
    return tuple(
        with_repairs(undone, joined(*_answered(each, answers)))
        for (_, undone), each in zip(bare, lines, strict=True)
    )


def _lines(text: str) -> list[str]:
    """The lines of ``text``; one if their breaks are pieces of UTF-16, of 上 for one."""
    if "\n" in text and _CONTROL.search(text):
        begin = max(0, text.index("\n") - _WIDE)
        sample = text[begin : begin + 2 * _WIDE]
        if any(
            span.channel
            and span.channel[0] == "utf-16-le"
            and "\n" in sample[span.edit.start : span.edit.end]
            for span in spans(sample)
        ):
            return [text]
    return LINE.findall(text)


def _answered(
    lines: Sequence[str], answers: Iterator[Repaired]
) -> tuple[list[Repaired], list[str]]:
    """The answers for ``lines``, and what ended them."""
    endings = [line[len(line.rstrip("\r\n")) :] for line in lines]
    return [next(answers) for _ in lines], endings


def logical_lines(lines: Iterable[str]) -> Iterator[str]:
    """Join the lines of a stream that mail has broken, a thousand at most; all others stay."""
    held: list[str] = []
    for line in lines:
        if held and not _goes_on(held[-1], line):
            yield "".join(held)
            held = []
        held.append(line)
        if len(held) >= _MOST_JOINED or not (_is_broken(line) or _FOLDED.search(line)):
            yield "".join(held)
            held = []
    if held:
        yield "".join(held)


def _goes_on(line: str, following: str) -> bool:
    return _is_broken(line) or _CONTINUED.match(following) is not None


def _is_broken(line: str) -> bool:
    """Whether a line of quoted-printable goes on with the next; the mark stands behind a byte."""
    end = _SOFT_BREAK.search(line)
    return end is not None and _QUOTED.search(line, 0, end.start()) is not None


def _without_mail(text: str) -> tuple[str, tuple[Repair, ...]]:
    """The text without its mail encodings, and what was undone; of one line nothing is done here."""
    if "\n" not in text or "=" not in text:
        return text, ()
    undone = []
    for rule in MAIL:
        if edits := rule.find(text):
            text = applied(text, edits)
            undone.append(Repair(rule=rule.name, count=len(edits), lossless=rule.lossless))
    return text, tuple(undone)
