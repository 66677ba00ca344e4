"""Look at what two similar texts do *not* share: does it make them two articles?

Daily weather, stock briefs, the openings of fifty congresses: two of one mould may share nine tenths
of their letters. Pages of one site share its menus and its notices. So the letters in common do not
decide alone; three things speak against a copy:

* numbers that stand between the same words and are not the same number;
* whole words that stand where the other text has another word;
* whole passages that the other text lacks, if they are as much as what is shared.

Damage changes letters without regard to what they mean: of the numbers and the words it changes
about as many as of everything else, and that is what each threshold here leaves room for.

For the words, the two texts are lined up (:func:`gaps`). Two notices of one mould differ in whole
words: another town, another name, another day. A damaged copy differs in single letters, or in
passages of any length that only one side has. So the gaps between the stretches that both texts
share say which of the two it is.

Both texts are canonical. The work is linear but for one sort, and only the first gaps are read.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from crawler.dedup.compare import (
    SHINGLE,
    NumberCheck,
    Similarity,
    Text,
    check_numbers,
    shared_numbers,
)

Positions: TypeAlias = npt.NDArray[np.int64]

ANCHOR = SHINGLE  # characters that must be the same on both sides of a gap
LONGEST = 24  # a longer gap is another passage, not another word
GAPS_READ = 128
PASSAGE = 16  # characters; fewer are a phrase that any two articles may share

_NO_RUNS = np.zeros(2, dtype=np.uint64)  # so that there is always a next one to look at
_DIGITS = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class Gaps:
    """The short gaps between what two texts share.

    Attributes:
        all: How many there are.
        words: How many hold two letters or more on either side, few of them the same.
        repeated: How many of these hold the same two words as another gap.
        numbers: How many hold two letters or more on either side, with other digits among them.
        strange: Letters of the first text in its longest gap: a passage that the other one lacks.
    """

    all: int
    words: int
    repeated: int
    numbers: int
    strange: int


def gaps(a: Text, b: Text) -> Gaps:
    """Line two texts up; the shorter one should come first.

    >>> gaps(Text("今年任命张建国为东山市水利局局长"), Text("今年任命李伟为东山市水利局局长"))
    Gaps(all=1, words=1, repeated=0, numbers=0, strange=3)
    """
    in_a, in_b = _anchors(a, b)
    step_a, step_b = np.diff(in_a), np.diff(in_b)
    # Where the letters on both sides of a gap overlap, the gap begins that much earlier.
    overlap = np.minimum(np.minimum(step_a, step_b), ANCHOR)
    widest = np.maximum(step_a, step_b) - overlap
    narrowest = np.minimum(step_a, step_b) - overlap
    is_gap = (step_b > 0) & (widest > 0) & (widest <= LONGEST)
    words: Counter[tuple[str, str]] = Counter()
    digits = 0
    for gap in np.flatnonzero(is_gap & (narrowest > 1))[:GAPS_READ].tolist():
        skip = int(overlap[gap])
        word_a = a.letters[in_a[gap] + skip : in_a[gap + 1]]
        word_b = b.letters[in_b[gap] + skip : in_b[gap + 1]]
        if _is_another_number(word_a, word_b):
            digits += 1
        elif _is_another_word(word_a, word_b):
            words[word_a, word_b] += 1
    repeated = sum(times for times in words.values() if times > 1)
    strange = int(step_a.max()) - ANCHOR
    return Gaps(int(np.count_nonzero(is_gap)), words.total(), repeated, digits, max(0, strange))


def passages(a: Text, b: Text, least: int = PASSAGE) -> list[int]:
    """The lengths of the passages that stand in both texts to the letter.

    Args:
        a: A text; the shorter one should come first.
        b: Another.
        least: Letters; shorter ones are phrases.
    """
    in_a, in_b = _anchors(a, b)
    goes_on = (np.diff(in_a) == 1) & (np.diff(in_b) == 1)
    ends = np.flatnonzero(~goes_on)
    # A run of n anchors that follow each other covers n + 3 letters.
    lengths = np.diff(np.concatenate(([-1], ends, [len(goes_on)]))) - 1 + ANCHOR
    return [int(length) for length in lengths if length >= least]


def _anchors(a: Text, b: Text) -> tuple[Positions, Positions]:
    """Give the places in both texts of the runs that stand in both, and once only in ``b``.

    The beginnings and the ends of the texts count as anchors.
    """
    order_a, order_b = np.argsort(a.runs), np.argsort(b.runs)
    sorted_a, sorted_b = a.runs[order_a], np.append(b.runs[order_b], _NO_RUNS)
    at = np.searchsorted(sorted_b[:-2], sorted_a)  # four times as fast as with unsorted runs
    found = np.flatnonzero((sorted_b[at] == sorted_a) & (sorted_b[at + 1] != sorted_a))
    in_a, in_b = order_a[found], order_b[at[found]]
    reading = np.argsort(in_a)
    in_a, in_b = in_a[reading], in_b[reading]
    return _with_ends(in_a, len(a.letters)), _with_ends(in_b, len(b.letters))


def _with_ends(anchors: Positions, length: int) -> Positions:
    return np.concatenate(([-ANCHOR], anchors, [length]))


def _is_another_number(a: str, b: str) -> bool:
    digits_a, digits_b = _DIGITS.findall(a), _DIGITS.findall(b)
    return bool(digits_a and digits_b and digits_a != digits_b)


def _is_another_word(a: str, b: str) -> bool:
    if len(a) < 2 or len(b) < 2:
        return False
    letters_a, letters_b = set(a), set(b)
    return 3 * len(letters_a & letters_b) <= min(len(letters_a), len(letters_b))


# Of the places for a number that two texts have in common, damage changes about three times its
# share of the letters (a number has two or three digits); moulds change four times that and more.
NUMBER_LENGTH = 3
LEAST_CHANGED, MOST_CHANGED = 0.15, 0.30  # ... but two in a short text may be chance
CHANGED_SURELY = 0.50  # if it is two numbers only

FEW_PLACES = 3  # fewer than this say nothing; then at least half of all numbers must be in both
NUMBERS_SHARED = 0.50

# A number that changes takes its neighbours along: five shingles or six.
SHINGLES_OF_A_NUMBER = 6

# As many numbers kept, and ten times as many as changed: these are no different fillings.
VOUCHED, VOUCHED_BY = 5, 10
# A mirror's damage can look like other words, but it spares nine tenths of the shingles; a word for
# another in every line does not.
LIGHTLY_DAMAGED = 0.90
# Of the gaps between what two texts share, damage makes 1 in 10 look like another word.
EXCHANGED, EXCHANGED_SHARE = 2, 0.35

# Two thirds of a text are the text. Half of it may be a menu, a quotation, a law that both print:
# then what is missing must be spread over it, as damage is, and not stand in one piece.
MOST_OF_IT = 0.67
ONE_PIECE = 0.25


def is_other_article(
    new: Text, old: Text, similarity: Similarity, *, words_count: bool = True
) -> bool:
    """Whether what differs makes two articles of two similar texts.

    Args:
        new: A text.
        old: Another; ``similarity.containment`` of the shorter one stands in the longer one.
        similarity: Of :func:`crawler.dedup.compare.compare`, of the two in this order.
        words_count: Whether other words are held against the two. They are not where one text
            is known to be garbled.
    """
    check = check_numbers(new.places, old.places)
    if _other_numbers(new, old, similarity, check):
        return True
    vouched = check.kept >= VOUCHED and check.kept >= VOUCHED_BY * check.changed
    if similarity.containment > (MOST_OF_IT if vouched else LIGHTLY_DAMAGED):
        return False
    shorter, longer = (new, old) if similarity.shorter == "a" else (old, new)
    found = gaps(shorter, longer)
    if similarity.containment < MOST_OF_IT and found.strange > ONE_PIECE * len(shorter.letters):
        return True
    return words_count and not vouched and _other_words(found, check)


def _other_numbers(new: Text, old: Text, similarity: Similarity, check: NumberCheck) -> bool:
    other_day = check.days_changed > 0 and check.days_kept == 0
    if other_day and similarity.missing <= SHINGLES_OF_A_NUMBER * check.changed:
        return True  # yesterday's text with today's date, and nothing else is new
    places = check.kept + check.changed
    if places < FEW_PLACES:
        shared = shared_numbers(new.places, old.places)
        return check.changed >= check.kept and shared < NUMBERS_SHARED
    damage = 1 - similarity.containment ** (1 / SHINGLE)  # share of letters
    limit = min(max(NUMBER_LENGTH * damage, LEAST_CHANGED), MOST_CHANGED)
    if check.changed == 2 and not other_day:
        limit = CHANGED_SURELY
    return check.changed >= 2 and check.changed >= limit * places


def _other_words(found: Gaps, check: NumberCheck) -> bool:
    if found.repeated:
        return True  # one name for another, twice: no damage does that
    exchanged = found.words + found.numbers + check.changed
    return exchanged >= EXCHANGED and exchanged >= EXCHANGED_SHARE * found.all
