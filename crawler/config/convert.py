"""From a value as it was written to a value as it is meant, with errors that a person can act on.

What is right is said by the type of the option: msgspec holds a value against it. What an error
calls expected is the description in the type's ``Meta``, or else the name of the type in words.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from crawler.errors import ConfigError

_WORDS = {
    bool: "true or false",
    int: "a whole number that is not negative",
    float: "a number that is not negative",
    str: "a text",
    tuple: "a list of texts",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One option of a dataclass of options.

    Attributes:
        name: As in the file.
        kind: Its type, with its ``Meta``.
        default: Its value if nobody names it.
        title: What it is; may be empty.
        expected: The form of its value, in words.
        is_secret: Never printed.
        in_file: ``NAME_file`` may name a file that holds it.
    """

    name: str
    kind: Any
    default: Any
    title: str
    expected: str
    is_secret: bool
    in_file: bool


def options(cls: Any) -> Mapping[str, Option]:
    """The options of a dataclass, by name, in their order."""
    return _options(cls)


@cache
def _options(cls: Any) -> Mapping[str, Option]:
    hints = get_type_hints(cls, include_extras=True)
    return {
        each.name: _option(each.name, hints[each.name], each.default)
        for each in dataclasses.fields(cls)
    }


def converted(where: str, value: Any, option: Option, *, text: bool = False) -> Any:
    """The value of an option.

    Args:
        where: The option as the user typed it, for the error.
        value: From TOML, or a text.
        option: Says what is right.
        text: The value comes from the environment: ``"5"`` is a number there.

    Raises:
        ConfigError: The value is not of the option's form.
    """
    shown = "***" if option.is_secret else repr(value)
    try:
        found = msgspec.convert(value, option.kind, strict=not text)
    except msgspec.ValidationError:
        raise ConfigError(f"{where} = {shown}: expected {option.expected}") from None
    if isinstance(found, float) and not math.isfinite(found):
        raise ConfigError(f"{where} = {shown}: expected {option.expected}")
    return found


def unknown(where: str, name: str, known: Collection[str], what: str = "option") -> ConfigError:
    """The error for a name that nobody knows, with the nearest one that somebody does."""
    found = near(name, known)
    hint = f"; did you mean {found!r}?" if found else ""
    return ConfigError(f"{where}: unknown {what} {name!r}{hint}; known: {', '.join(sorted(known))}")


def near(name: str, known: Collection[str]) -> str | None:
    """The known name that is most like a mistyped one; ``None`` if none resembles it."""
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)


def known_names(cls: Any) -> list[str]:
    """The names that a table of these options may have, ``NAME_file`` among them."""
    names = []
    for name, option in options(cls).items():
        names += [name, f"{name}_file"] if option.in_file else [name]
    return names


def secret_in(file: str) -> str:
    """The first line of a file that holds a secret.

    Raises:
        ConfigError: The file cannot be read, or is empty.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: the secret cannot be read: {error}") from error
    if not lines or not lines[0].strip():
        raise ConfigError(f"{file}: holds no secret in its first line")
    return lines[0].strip()


def _option(name: str, hint: Any, default: Any) -> Option:
    meta = [one for one in get_args(hint)[1:] if isinstance(one, msgspec.Meta)]
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    words = _WORDS.get(get_origin(base) or base, "another form of value")
    extra: Mapping[str, Any] = next((one.extra for one in meta if one.extra), {})
    return Option(
        name=name,
        kind=hint,
        default=default,
        title=next((one.title for one in meta if one.title), ""),
        expected=next((one.description for one in meta if one.description), words),
        is_secret=bool(extra.get("secret")),
        in_file=bool(extra.get("file")),
    )
