"""Which known texts are worth a comparison."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.corpus import COMPARISONS, NEWEST_PER_KEY, worth_comparing


def test_more_and_rarer_keys_come_first_then_the_newest():
    """More keys in common go before fewer, rarer before popular; at a tie the newest go first."""
    assert worth_comparing([[9, 8, 4], [9, 8, 4], [4, 3], [8, 3]]) == [8, 4, 3, 9]


def test_menu_shared_by_many_weighs_less_than_an_article():
    """Two keys of their own outweigh four that a hundred pages of one site have."""
    site = [*range(100, 0, -1)]

    assert worth_comparing([site, site, site, site, [7], [7]])[0] == 7


def test_one_common_key_counts_if_it_is_rare():
    """A key of up to four texts may count alone; a popular one may not."""
    popular = [20, 19, 18, 17, 16]

    assert worth_comparing([popular]) == []
    assert worth_comparing([[7, 5], popular]) == [7, 5]


def test_rare_keys_never_push_out_better_candidates():
    """At most three texts with one key in common, after all others."""
    assert worth_comparing([[1, 2, 3, 4]]) == [4, 3, 2]
    assert worth_comparing([[*range(30, 20, -1)], [*range(30, 20, -1)], [5]]) == [
        *range(30, 22, -1)
    ]


def test_only_the_newest_of_a_popular_key_are_looked_at():
    """Past the newest 64, a key's texts are not read: the work is bounded."""
    crowd = [*range(1000, 0, -1)]

    assert worth_comparing([crowd, [5, 6, 7, 8, 9]]) == []
    assert worth_comparing([crowd, crowd[:NEWEST_PER_KEY]])[0] == 1000


@given(st.lists(st.lists(st.integers(0, 50), unique=True, max_size=70), max_size=16))
def test_candidates_are_few_and_different(postings):
    """However many texts share keys, at most eight are compared, none twice."""
    chosen = worth_comparing(postings)

    assert len(chosen) <= COMPARISONS
    assert len(set(chosen)) == len(chosen)
