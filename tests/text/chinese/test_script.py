"""Rules of :mod:`crawler.text.chinese.script`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.chinese.script import script_of, to_simplified, to_traditional

HANS = "记者从会议上获悉，这条路修好以后，村里的老人和孩子都能坐车去县城。"
HANT = "記者從會議上獲悉，這條路修好以後，村裡的老人和孩子都能坐車去縣城。"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (HANS, "Hans"),
        (HANT, "Hant"),
        (HANS * 2 + HANT, "Hans"),
        (HANT * 2 + HANS, "Hant"),
        (HANS + HANT, None),
        (HANS + "，店名叫「昔日の味」。", "Hans"),
        ("乾隆、陈堃、李喆和范蠡后来都到了那里。", "Hans"),
        ("人民日月山水", None),
        ("", None),
        ("Hello, 2026!", None),
        ("昨日の会議で、市長は住民の意見を聞いて、道路の整備計画を見直すと述べた。", None),
        ("駅前広場売店", None),
        ("서울 漢城 市長 會議 발표", None),
        ("𠮷\ud800", None),
    ],
)
def test_script_is_that_of_the_telling_characters(text, script):
    """A majority of 60 % decides; Japanese and Korean have neither script."""
    assert script_of(text) == script


@pytest.mark.parametrize("phrase", ["裏面", "裡面", "群衆", "羣眾", "看著", "牀", "床"])
def test_regional_forms_are_no_simplified_ones(phrase):
    """What Taiwan or Hong Kong print is never taken for simplified script."""
    assert script_of(phrase) in ("Hant", None)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("看著他", "看着他"),
        ("著名作家", "著名作家"),
        ("頭髮發現", "头发发现"),
        ("乾隆", "乾隆"),
        ("皇后以後", "皇后以后"),
    ],
)
def test_conversion_to_simplified_reads_the_phrase(traditional, simplified):
    """Characters with two counterparts are converted by their phrase."""
    assert to_simplified(traditional) == simplified


def test_conversion_to_traditional_uses_the_forms_of_taiwan():
    """Display in traditional script has 為, 裡 and 著."""
    assert to_traditional("为了看着头发里面的台风") == "為了看著頭髮裡面的颱風"


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_script_or_none(text):
    """Telling the script never raises and repeats itself on a doubled text."""
    script = script_of(text)

    assert script in ("Hans", "Hant", None)
    assert script_of(text + text) == script


@pytest.mark.parametrize("convert", [to_simplified, to_traditional])
def test_lone_surrogate_stays_in_a_conversion(convert):
    """Text from elsewhere may hold halves of a character; the rest is converted around them."""
    assert convert("\ud800人\udc00") == "\ud800人\udc00"
