"""Captions and their credits, from tests/cases/captions-credits.jsonl."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.captions import reread_photo
from crawler.extract.credits import split_credit
from crawler.items import Photo
from tests.extract.cases import cases


@pytest.mark.parametrize(
    "case", cases("captions-credits"), ids=lambda case: case["line"] or "empty"
)
def test_credit_is_parted_from_caption(case):
    """A credit that is a phrase of its own is cut off; one in brackets stays in its sentence."""
    assert split_credit(case["line"]) == (case["caption"], case["credit"])


@pytest.mark.parametrize(
    "case", cases("captions-credits"), ids=lambda case: case["line"] or "empty"
)
def test_reading_again_changes_nothing(case):
    """A photo whose text has not changed is the same after it is read again."""
    photo = Photo(caption=case["caption"], credit=case["credit"])

    assert reread_photo(photo) == photo


@given(st.text(alphabet="人民网记者张三摄影供图（）()。 　/新华社发图片资料王明", max_size=60))
@settings(max_examples=150, deadline=None)
def test_split_never_raises_or_invents(text):
    """Caption and credit are parts of the text, whatever it is."""
    caption, credit = split_credit(text)

    assert (caption or "") in text
    assert (credit or "") in text
