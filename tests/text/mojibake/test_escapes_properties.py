"""Escapes of every notation, cut and mixed anywhere: no exception, steady, edits apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.mojibake.document import repair_document
from crawler.text.mojibake.escapes import ESCAPES

PIECES = (
    "人民", "通知，", "“春”", " ", "\n", "=\n", "a", "7", ";", "&", "#", "\\", "?",
    "&#20154;", "&#20154", "& #27665;", "#26085;#25253;", "&#20154；", "&amp;#20154;", "&#55357;&#56842;", "&#xD83D;",
    "=?gb2312?B?yMvD8Q==?=", "=?utf-8?Q?=E4=BA", "=BA?=", "=C8=CB=C3=F1", "=E4=BA=BA=E6=B0=91", "=3D",
    "\\u20154?", "\\u-26468?", "\\'c8\\'cb\\'c3\\'f1", "\\344\\272\\272", "\\346\\260", "u4ebau6c11", "u65e5",
    "<U+4EBA>", "_x4EBA_", "\\4EBA\\6C11", "\\65E5 ", "\\u4eba\\u6c11", "\\ud83d\\ude0a", "\\ud83d", "%u4EBA%u6C11",
    "í\xa0½í¸\x8a", "\ue415", "\ue600", "⺠", "⼈", "⿱⺮毛", "の",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_rules_name_spans_that_are_apart(text):
    """Edits are in order, inside the text, and no two of them touch the same character."""
    for rule in ESCAPES:
        at = 0
        for edit in rule.find(text):
            assert at <= edit.start < edit.end <= len(text), rule.name
            assert edit.text != text[edit.start : edit.end], rule.name
            at = edit.end


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_second_repair_changes_nothing(text):
    """The repair of a document is steady, and its spans and doubts stand where they say."""
    once = repair_document(text)

    assert repair_document(once.text).text == once.text
    for place in (*once.doubts, *once.spans):
        assert once.text[place.start : place.end] == place.text
