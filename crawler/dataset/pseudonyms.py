"""Pseudonyms in the place of reporters, editors and photographers: ``P-3f9a0c1d2e``.

A pseudonym is a keyed digest of the name: the same in every export of one database, so that one can
still count by author, and not to be undone by hashing a list of names. The key lies beside the
database. A name is replaced in its own fields, and wherever it stands in a text of its article;
doubts move with the text.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.dataset.request import Record
from crawler.errors import ConfigError

KEY_BYTES = 32
_TEXTS = ("title", "kicker", "subtitle", "source")
# 人民网 宋翠、张三摄影报道: what stands around the names of a credit.
_CREDIT_END = re.compile(
    r"(?:(?:摄影|拍摄|供图|提供|制图|摄制|通讯员|摄|图|文|/|／){1,9}(?:报道)?)$"
)
_NAME = re.compile(r"[\u3400-\u9fff·]{2,8}|[A-Za-z][A-Za-z .]{2,40}")
_OUTLET = re.compile(r"(?:网|社|报|台|中心|频道|资料|记者|通讯员|发)$")
_SPACED = re.compile(
    r"(?<![\u3400-\u9fff])([\u3400-\u9fff])[ \u3000]([\u3400-\u9fff])(?![\u3400-\u9fff])"
)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Replaces persons.

    Attributes:
        key: Whoever has it can tell the pseudonym of a name.
    """

    key: bytes

    def __call__(self, record: Record) -> Record:
        """The record without the names of those who made it."""
        names = _names_of(record)
        if not names:
            return record
        swap = _Swap({_bare(name): self.of(name) for name in names})
        return {**record, **swap.fields(record)}

    def of(self, name: str) -> str:
        """The pseudonym of a name; spaces in it do not count.

        >>> Pseudonyms(b"k").of("沈　帆") == Pseudonyms(b"k").of("沈帆")
        True
        """
        data = _bare(name).encode("utf-8", "surrogatepass")
        return f"P-{hmac.new(self.key, data, 'sha256').hexdigest()[:10]}"


def open_key(path: Path) -> bytes:
    """The key in ``path``; one is made, for its owner alone, if there is none.

    Raises:
        ConfigError: It cannot be read or made, or is no key.
    """
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(KEY_BYTES) + "\n", encoding="ascii")
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be used as the key of pseudonyms: {error}") from error
    if len(key) < KEY_BYTES:
        raise ConfigError(f"{path}: is no key of pseudonyms; move it away and another is made")
    return key


def key_file(archive: Path) -> Path:
    """Where the key of a database lies: beside its archive."""
    return archive.with_name(
        archive.name.removesuffix(".db").removesuffix(".archive") + ".names.key"
    )


class _Swap:
    """Replaces certain names in texts, and says how places move by it."""

    def __init__(self, pseudonyms: Mapping[str, str]) -> None:
        self._pseudonyms = pseudonyms
        # Longest first: 张三丰 before 张三.
        ordered = sorted(pseudonyms, key=len, reverse=True)
        # Names of two characters are printed with a space between them as often as not.
        self._pattern = re.compile(
            "|".join("[ \u3000]?".join(map(re.escape, name)) for name in ordered)
        )

    def of(self, name: str) -> str:
        return self._pseudonyms[_bare(name)]

    def text(self, text: str) -> str:
        return self._pattern.sub(lambda match: self.of(match[0]), text)

    def place(self, text: str, at: int) -> int:
        """Where the character ``at`` of ``text`` stands afterwards."""
        moved = at
        for match in self._pattern.finditer(text):
            if match.end() <= at:
                moved += len(self.of(match[0])) - len(match[0])
            elif match.start() < at:
                return moved + match.start() - at
        return moved

    def fields(self, record: Record) -> dict[str, Any]:
        found: dict[str, Any] = {
            name: self.text(record[name]) if record[name] else record[name] for name in _TEXTS
        }
        for name in ("authors", "editors"):
            found[name] = [self.of(each) if len(_bare(each)) > 1 else each for each in record[name]]
        found["paragraphs"] = [self.text(each) for each in record["paragraphs"]]
        found["photos"] = [self._photo(photo) for photo in record["photos"]]
        dateline = record["dateline"]
        found["dateline"] = dateline and {**dateline, "text": self.text(dateline["text"])}
        found["doubts"] = [self._doubt(record, doubt) for doubt in record["doubts"]]
        return found

    def _photo(self, photo: Mapping[str, Any]) -> dict[str, Any]:
        texts = {name: photo[name] and self.text(photo[name]) for name in ("caption", "credit")}
        return {**photo, **texts}

    def _doubt(self, record: Record, doubt: Mapping[str, Any]) -> dict[str, Any]:
        text = _doubted(record, doubt)
        start, end = (self.place(text, doubt[name]) for name in ("start", "end"))
        if self._pattern.search(text, max(0, doubt["start"] - 8), doubt["end"] + 8):
            # A candidate for a character of a name would give the name away.
            moved = self.text(text)[start : max(start, end)]
            return {
                **doubt,
                "start": start,
                "end": max(start, end),
                "text": moved,
                "candidates": [],
            }
        candidates = [self.text(each) for each in doubt["candidates"]]
        return {**doubt, "start": start, "end": end, "candidates": candidates}


def _bare(name: str) -> str:
    return "".join(name.split())


def _names_of(record: Record) -> list[str]:
    credits = (photo["credit"] for photo in record["photos"] if photo["credit"])
    named = [*record["authors"], *record["editors"]]
    named += (name for credit in credits for name in _credited(credit))
    return [name for name in dict.fromkeys(named) if len(_bare(name)) > 1]


def _credited(credit: str) -> Sequence[str]:
    """The persons whom a credit names.

    >>> _credited("人民网 宋翠、张三摄"), _credited("新华社发"), _credited("沈　帆摄")
    (['宋翠', '张三'], [], ['沈帆'])
    """
    bare = _CREDIT_END.sub("", credit.strip().strip("()（）").strip())
    # 沈　帆 is one name, 人民网 宋翠 an outlet and a name.
    parts = re.split(r"[、,，;；/\s]+", _SPACED.sub(r"\1·\2", bare))
    found = (part if len(part) > 3 else part.replace("·", "") for part in parts)
    return [part for part in found if _NAME.fullmatch(part) and not _OUTLET.search(part)]


def _doubted(record: Record, doubt: Mapping[str, Any]) -> str:
    """The text in which a doubt counts its characters; empty if it is not known."""
    value = record.get(doubt["field"])
    number = doubt["paragraph"]
    if isinstance(value, list) and isinstance(number, int) and number < len(value):
        value = value[number]
    if isinstance(value, Mapping):
        value = value.get("caption") or value.get("text")
    return value if isinstance(value, str) else ""
