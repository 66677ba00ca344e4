"""Pack a key and a text's number into one integer, so that a database needs one narrow table.

::

    bit  62 ........ 56 55 ................ 26 25 ............ 0
         quarter (7)    key (30)               text's number (26)

All texts that have a key are then one range of integers, and the newest are its upper end. The
quarter in front is optional: with it, the part of the table in which new rows land has the size of
one quarter however much is stored. Bit 63 stays clear: the numbers are positive in any database.
"""

from __future__ import annotations

from datetime import date

from crawler.dedup.sketch import KEY_BITS

NUMBER_BITS = 26
LARGEST_NUMBER: int = 2**NUMBER_BITS - 1  # 67 million texts
NO_QUARTER = 0
_QUARTERS = 2**7 - 1


def quarter_of(day: date | None) -> int:
    """Give the quarter of a publication day, 1 to 127, or 0 without a day.

    The numbers come round again after 127 quarters, almost 32 years. That two articles so far apart
    are looked up together costs a little time and nothing else.

    >>> quarter_of(date(2024, 3, 31)), quarter_of(date(2024, 4, 1))
    (96, 97)
    """
    if day is None:
        return NO_QUARTER
    return (day.year * 4 + (day.month - 1) // 3) % _QUARTERS + 1


def quarters_around(day: date | None) -> tuple[int, ...]:
    """Give the quarters in which copies of an article of that day are looked for.

    Its own, the one before, the one after, and the texts without a day.
    """
    if day is None:
        return (NO_QUARTER,)
    own = quarter_of(day) - 1
    return (own + 1, (own - 1) % _QUARTERS + 1, (own + 1) % _QUARTERS + 1, NO_QUARTER)


def pack(key: int, number: int, quarter: int = NO_QUARTER) -> int:
    """Join a key, the number of the text that has it, and perhaps a quarter.

    Raises:
        ValueError: If ``number`` does not fit, which is to say that the database is full.

    >>> pack(3, 5) == (3 << 26) + 5
    True
    """
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError(f"text number {number}: fingerprints hold 0 to {LARGEST_NUMBER} only")
    return quarter << (KEY_BITS + NUMBER_BITS) | key << NUMBER_BITS | number


def key_range(key: int, quarter: int = NO_QUARTER) -> tuple[int, int]:
    """Give the first and the last integer under which texts with this key can stand."""
    first = pack(key, 0, quarter)
    return first, first | LARGEST_NUMBER


def number_of(packed: int) -> int:
    """Give the text's number back.

    >>> number_of(pack(2**30 - 1, 77, 127))
    77
    """
    return packed & LARGEST_NUMBER


def key_of(packed: int) -> int:
    """Give the key back, without the quarter.

    >>> key_of(pack(5, 77, 127))
    5
    """
    return packed >> NUMBER_BITS & (1 << KEY_BITS) - 1
