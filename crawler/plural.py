"""Numbers with their nouns, for sentences: one function, apart so that every room may use it."""

from __future__ import annotations


def counted(number: int, noun: str, several: str = "") -> str:
    """A number and its noun.

    Args:
        number: How many.
        noun: For one.
        several: For any other number; the noun with an s if it is empty.

    >>> counted(1, "run"), counted(1204, "run"), counted(0, "body", "bodies")
    ('1 run', '1,204 runs', '0 bodies')
    """
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"
