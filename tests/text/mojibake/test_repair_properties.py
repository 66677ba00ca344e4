"""What repair promises for every text there is."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.text import repair, repair_all
from crawler.text.mojibake.document import repair_document
from crawler.text.mojibake.hopeless import losses

LEVEL_1 = bytes(range(0xB0, 0xD7))
COMMON = "".join(
    bytes((lead, trail)).decode("gb2312") for lead in LEVEL_1 for trail in range(0xA1, 0xFF)
)
LEVEL_2 = "".join(
    bytes((lead, trail)).decode("gb2312")
    for lead in range(0xD8, 0xF8)
    for trail in range(0xA1, 0xFF)
)
PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from([
        "记者从省里获悉，", "浜烘皯鏃ユ姤", "ÈËÃñÈÕ±¨", "&amp;#20154;", "%E4%BA%BA", "\\u4eba\\u6c11", "\ufffd", "?", "€",
        "Ã¤ÂºÂº", "胡\ufffd础⒑钗睦ぃ\ufffd", "チら厨癘", "當(dāng)?shù)貙嶋H", "?！", "\u200b", "鲍罢贵", "\ue000", "\ud800", "\x81", "锟斤拷",
    ]),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join))
@example("%25%25%25E4")
@example("&amp;amp;amp;lt;")
@example("\ufffd\ufffd人")
def test_repairing_twice_changes_nothing_more(text):
    """Repair never raises, its doubts are in place, and its result is final."""
    once = repair(text)

    assert repair(once.text).text == once.text
    assert all(once.text[doubt.start : doubt.end] == doubt.text for doubt in once.doubts)
    assert (once.text is text) or once.repairs


@pytest.mark.parametrize(
    ("function", "given", "said"),
    [
        (repair, None, "text 1 of 1 is None, not str"),
        (repair, b"\xc8\xcb", "text 1 of 1 is bytes, not str; decode it first"),
        (repair_all, "人民", "a list of texts is wanted, not str"),
        (repair_all, None, "a list of texts is wanted, not NoneType"),
        (repair_all, ["人民", 1], "text 2 of 2 is int, not str"),
        (repair_document, None, "text 1 of 1 is None, not str"),
    ],
)
def test_what_is_no_text_is_refused_by_name(function, given, said):
    """A wrong type is told of, with its place, before anything is repaired."""
    with pytest.raises(TypeError, match=said):
        function(given)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.text(COMMON, min_size=2, max_size=12) | st.text(LEVEL_2, min_size=1, max_size=3),
        min_size=1,
        max_size=6,
    ).map("，".join)
)
def test_any_simplified_hanzi_are_left_alone(text):
    """Hanzi in any order are the author's as long as they are characters of one script."""
    assert repair(text).text is text


@pytest.mark.parametrize(
    "unit", ["?", "人", "\ufffd", "€", "amp;", "25", "浜\ufffd", "?！", "&#20154;"]
)
def test_a_long_line_of_one_thing_is_no_trouble(unit):
    """A long line of a single thing gives an answer as any other line does."""
    start = {"amp;": "&", "25": "%"}.get(unit, "")
    text = start + unit * (50_000 // len(unit))

    repaired = repair(text)

    assert repair(repaired.text).text == repaired.text


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_losses_lie_inside_of_the_text(text):
    """What is reported lost stands where it is said to."""
    for loss in losses(text):
        assert all(0 <= start < end <= len(text) for start, end in loss.spans)


def test_doubts_stand_where_their_text_is_between_losses_of_several_kinds():
    """Two edits never share a character, however far the doubts beside them reach."""
    text = (
        '<meta charset="euc-kr">臺灣優勢產業發展論M壇日前舉行，與會學者展開討論。??銇嬭矾閹ê鐨'
        "甸?濞壋?鏂??鏂??濠冨灛滃?夌瑢滃苯閽妴瀣?鍨?婢??璺?閹ê鐨甸?濞壋?鏂??鏂?T?濠冨灛滃?夌瑢滃苯閽"
        "妴?¢¢¥¢¢£Á·ùÓ·"
    )
    repaired = repair(text)

    assert [repaired.text[one.start : one.end] for one in repaired.doubts] == [
        one.text for one in repaired.doubts
    ]
