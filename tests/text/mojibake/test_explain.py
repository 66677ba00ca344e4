"""Explanations stand at their places in the repaired text, whatever was done before and after."""

from __future__ import annotations

import pytest

from crawler.text.mojibake.document import repair_document
from crawler.text.mojibake.repair import repair
from crawler.text.mojibake.result import explanation

TWICE = "人民日报".encode().decode("latin-1").encode("ascii", "xmlcharrefreplace").decode()


@pytest.mark.parametrize(
    "text",
    [
        "记者从浜烘皯鏃ユ姤获悉",
        "他说&ldquo;人\u200b民&rdquo;，浜烘皯鏃ユ姤",
        "（记者胡\ufffd础⒑钗睦ぃ\ufffd",
        f"见{TWICE}",
        "第一行\n浜烘皯鏃ユ姤\n&#20154;民\n",
    ],
)
def test_spans_stand_where_they_say(text):
    """Each span shows what stands at its place, one word for each character whether it is forced."""
    repaired = repair_document(text)

    assert repaired.spans
    for span in repaired.spans:
        assert repaired.text[span.start : span.end] == span.text
        assert len(span.forced) == len(span.text)
    doubtful = {doubt.start for doubt in repaired.doubts}
    chosen = {
        span.start + at
        for span in repaired.spans
        for at, is_forced in enumerate(span.forced)
        if not is_forced
    }
    assert chosen <= {place for doubt in repaired.doubts for place in range(doubt.start, doubt.end)}
    assert doubtful <= chosen | {doubt.start for doubt in repaired.doubts if not doubt.candidates}


def test_damage_done_twice_is_explained_from_the_first_original():
    """Two rules in order, and what stood there before either."""
    (span,) = repair(f"见{TWICE}").spans

    assert span.original == TWICE
    assert span.text == "人民日报"
    assert span.rule.startswith("html-entities, then ")


def test_a_clean_text_has_nothing_to_tell():
    """No span, no line."""
    repaired = repair("记者从会议上获悉")

    assert repaired.spans == ()
    assert explanation(repaired) == []


def test_runners_up_are_other_rules_nearest_first():
    """A rule that read the span in several ways is named once, and the chosen one not at all."""
    (span,) = repair("记者从浜烘皯鏃ユ姤获悉").spans

    names = [name for name, _ in span.runners_up]
    assert span.rule not in names
    assert len(set(names)) == len(names)
    assert [bits for _, bits in span.runners_up] == sorted(bits for _, bits in span.runners_up)
