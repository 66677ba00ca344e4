"""Look at what two similar texts do *not* share: does it make them two articles?

Daily weather, stock briefs, the openings of fifty congresses: two of one mould may share nine tenths
of their letters. Pages of one site share its menus and its notices. So the letters in common do not
decide alone; three things speak against a copy:

* numbers that stand between the same words and are not the same number;
* whole words that stand where the other text has another word;
* whole passages that the other text lacks, if they are as much as what is shared.

Damage changes letters without regard to what they mean: of the numbers and the words it changes
about as many as of everything else, and that is what each threshold here leaves room for.
"""

from __future__ import annotations

from crawler.dedup import compare
from crawler.dedup.compare import SHINGLE, Similarity, Text
from crawler.dedup.exchanges import Gaps, gaps

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
    check = compare.check_numbers(new.places, old.places)
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


def _other_numbers(
    new: Text, old: Text, similarity: Similarity, check: compare.NumberCheck
) -> bool:
    other_day = check.days_changed > 0 and check.days_kept == 0
    if other_day and similarity.missing <= SHINGLES_OF_A_NUMBER * check.changed:
        return True  # yesterday's text with today's date, and nothing else is new
    places = check.kept + check.changed
    if places < FEW_PLACES:
        shared = compare.shared_numbers(new.places, old.places)
        return check.changed >= check.kept and shared < NUMBERS_SHARED
    damage = 1 - similarity.containment ** (1 / SHINGLE)  # share of letters
    limit = min(max(NUMBER_LENGTH * damage, LEAST_CHANGED), MOST_CHANGED)
    if check.changed == 2 and not other_day:
        limit = CHANGED_SURELY
    return check.changed >= 2 and check.changed >= limit * places


def _other_words(found: Gaps, check: compare.NumberCheck) -> bool:
    if found.repeated:
        return True  # one name for another, twice: no damage does that
    exchanged = found.words + found.numbers + check.changed
    return exchanged >= EXCHANGED and exchanged >= EXCHANGED_SHARE * found.all
