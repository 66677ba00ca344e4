"""Rules of :mod:`crawler.text.chinese.script` and of its frozen table."""

import hashlib
from importlib.resources import files
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.chinese.script import CLASSES_FILE, VERSION, canonical, classes, to_traditional

# One line a version that was ever used. A changed table changes every stored fingerprint, so a
# change needs a new version here and in the module, and a plan for the stores that exist.
FROZEN = {1: "8e081ffc22502587540a48f9d092af947815847dd0d0cfd52d8901b961f8ba74"}

PARAGRAPH = (
    "记者从会议上获悉，这条路修好以后，村里的老人和孩子都能坐车去县城。台风过后，面粉、干货和头发一样乱，"
    "历史系的学生把只剩一册的县志复印了十二份，分别送给图书馆、档案馆和几位制作皮影的师傅。"
)


def test_table_is_the_frozen_one():
    """The rows of this version are those that they were when fingerprints were first stored."""
    lines = (files("crawler.text") / "data" / CLASSES_FILE).read_bytes().splitlines(True)
    rows = b"".join(line for line in lines if not line.startswith(b"#"))

    assert hashlib.sha256(rows).hexdigest() == FROZEN[VERSION]


def test_each_character_is_in_one_class():
    """No character stands in two classes, and no class is of one character."""
    members = "".join(classes())

    assert len(set(members)) == len(members)
    assert min(map(len, classes())) > 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("裡面後來", "里面后来"),
        ("裏面後來", "里面后来"),
        ("看著", "看着"),
        ("乾淨的頭髮", "干净的头发"),
        ("２０２３年", "2023年"),
        ("①②", "12"),
        ("⼈福", "人福"),
        ("《人民網》，“電”！", "人民网电"),
        ("A 1 b", "1"),
        ("鞾", "𫖇"),
        ("〇々", "〇々"),
    ],
)
def test_forms_of_one_word_are_one(one, other):
    """Script, region, width, compatibility and punctuation make no difference."""
    assert canonical(one) == canonical(other) != ""


@pytest.mark.parametrize("text", ["", "abc, def!", "…—", "😀", "かな", "\ue000", "\ud800", "가나"])
def test_what_is_neither_han_nor_digit_goes(text):
    """Letters, marks, kana, hangul, private use and lone surrogates leave nothing."""
    assert canonical(text) == ""


def test_hanzi_beyond_the_bmp_stay():
    """A rare hanzi in a name is kept whole, the emoji beside it is not."""
    assert canonical("𠮷野😀家") == "𠮷野家"


def test_traditional_news_has_the_canonical_form_of_its_original():
    """What OpenCC makes of a paragraph for Taiwan is the same text."""
    assert canonical(to_traditional(PARAGRAPH)) == canonical(PARAGRAPH)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_canonical_form_is_stable(text):
    """It never raises, applying it twice changes nothing, and it is made of its parts."""
    form = canonical(text)

    assert canonical(form) == form
    middle = len(text) // 2
    assert form == canonical(text[:middle]) + canonical(text[middle:])
    assert isinstance(form.encode("utf-8"), bytes)  # no lone surrogate


@given(st.lists(st.sampled_from(list(islice(classes(), 500))), min_size=1, max_size=20), st.data())
@settings(max_examples=100, deadline=None)
def test_members_of_a_class_are_interchangeable(groups, data):
    """Any member may stand for any other of its class."""
    text = "".join(data.draw(st.sampled_from(group)) for group in groups)

    assert canonical(text) == canonical("".join(group[0] for group in groups))
