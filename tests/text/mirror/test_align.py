"""Alignment with a clean original."""

from crawler.replica.answer import MirrorSite, damage
from crawler.text.mirror import align, restore
from crawler.text.mojibake.result import Repaired

CLEAN = "“群众的事要办好。”柳明远说，今年还要修三条路。"


def restored():
    return restore(damage([CLEAN], MirrorSite()))[0]


def test_agreement_is_verified():
    """A restoration that its original contains has no doubts left and says that it is verified."""
    aligned = align(restored(), "前言。" + CLEAN + "后语。")

    assert aligned.text == restored().text
    assert aligned.doubts == ()
    assert "mirror-verified" in [repair.rule for repair in aligned.repairs]


def test_doubt_takes_a_candidate_of_the_original():
    """A doubtful character that the original has otherwise is put right if the copy supports it."""
    doubtful = restored()
    doubt = doubtful.doubts[-1]
    wrong = Repaired(
        doubtful.text[: doubt.start] + "甲" + doubtful.text[doubt.end :],
        doubtful.repairs,
        doubtful.doubts,
        doubtful.damage,
    )

    assert align(wrong, CLEAN).text == doubtful.text


def test_nothing_is_copied():
    """Text of the original that the damaged copy does not support is not taken over."""
    other = "“群众的事要办好。”柳明远说，明年还要修五座桥。"

    aligned = align(restored(), other)

    assert aligned.text == restored().text
    assert "mirror-verified" not in [repair.rule for repair in aligned.repairs]


def test_aligning_twice():
    """A second alignment adds no second row."""
    once = align(restored(), CLEAN)

    assert align(once, CLEAN) == once


def test_clean_text_is_left_alone():
    """A text without damage comes back as it is."""
    clean = Repaired(CLEAN)

    assert align(clean, CLEAN) is clean
