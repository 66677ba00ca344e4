"""One mark alone that was misread, in a line that is clean otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.mojibake.channels import PAIRS, Channel
from crawler.text.mojibake.readers import SINGLE
from crawler.text.mojibake.repair import repair

SIMPLIFIED = "老街修好了{}孩子们跑来跑去，卖菜的大娘也笑了。"
TRADITIONAL = "老街修好了{}孩子們跑來跑去，賣菜的大娘也笑了。"
# Big5 through Mac Roman shows marks as degrees.
DEGREES = {"。", "；", "…"}
# Two code pages may show one mark and another of the same bytes alike: then the mark is in doubt.
AMBIGUOUS = {("mac_roman", "，")}


@pytest.mark.parametrize("mark", list("，、；：！。？“《—…"))
@pytest.mark.parametrize(("real", "shown"), [pair for pair in PAIRS if pair[1] in SINGLE])
def test_a_mark_alone_is_undone(real, shown, mark):
    """Every code page of single bytes shows two or three characters that nobody writes there."""
    if real in ("latin-1", "utf-16-le") or (
        (real, shown) == ("big5hkscs", "mac_roman") and mark in DEGREES
    ):
        return
    line = TRADITIONAL if real == "big5hkscs" else SIMPLIFIED
    seen = line.format(Channel(real, shown).forward(mark))
    result = repair(seen)

    assert result.text == line.format(mark) or (
        (shown, mark) in AMBIGUOUS and any(mark in doubt.candidates for doubt in result.doubts)
    )


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("code", ["utf-8", "gb18030", "big5"])
@pytest.mark.parametrize("shown", ["latin-1", "cp1252"])
def test_a_mark_that_was_misread_again_is_undone(code, shown, times):
    """UTF-8 of what was misread, misread again: all of it is undone, not one half."""
    seen = "，".encode(code)
    for _ in range(times):
        shown_once = "".join(bytes((byte,)).decode(shown, "ignore") or chr(byte) for byte in seen)
        seen = shown_once.encode()
    line = TRADITIONAL if code == "big5" else SIMPLIFIED

    assert repair(line.format(shown_once)).text == line.format("，")


@pytest.mark.parametrize("word", ["克", "长", "老街", "豆腐汤", "“老街”"])
@pytest.mark.parametrize("code", ["utf-8", "gb18030"])
@pytest.mark.parametrize("shown", ["latin-1", "cp1252"])
@pytest.mark.parametrize("times", [2, 3])
def test_a_word_that_was_misread_again_is_undone(word, code, shown, times):
    """Beside hanzi and digits, of one hanzi too: the letters of UTF-8 in UTF-8 are no chance."""
    seen = word.encode(code)
    for _ in range(times):
        shown_once = "".join(bytes((byte,)).decode(shown, "ignore") or chr(byte) for byte in seen)
        seen = shown_once.encode()

    assert repair(f"一勺糖、盐5{shown_once}，少许葱").text == f"一勺糖、盐5{word}，少许葱"


@pytest.mark.parametrize(
    ("seen", "right"),
    [
        ("老街修好了閿涳拷孩子们跑来跑去", "老街修好了，孩子们跑来跑去"),
        ("老街修好了锛�孩子们跑来跑去", "老街修好了，孩子们跑来跑去"),
        ("老街修好了ã€孩子们跑来跑去", "老街修好了、孩子们跑来跑去"),
        ("孩子们说ï¼šâ€œ老街修好了", "孩子们说：“老街修好了"),
        ("颱風\ue4fb山陀兒\ue4fc逼近恆春半島", "颱風「山陀兒」逼近恆春半島"),
        ("老街修好了ㄛ孩子们跑来跑去", "老街修好了，孩子们跑来跑去"),
    ],
)
def test_a_mark_of_which_bytes_are_lost_is_the_likeliest(seen, right):
    """Also among hanzi and private-use characters, where only the script around them tells."""
    assert repair(seen).text == right


def test_what_is_beside_a_mark_among_hanzi_is_asked_about():
    """Its neighbours may be bytes as well; those of letters are clean."""
    beside = repair("糖2勺、盐5克﹜昒屾许，孩子们跑来跑去")

    assert beside.text == "糖2勺、盐5克、昒屾许，孩子们跑来跑去"
    assert "昒屾" in [doubt.text for doubt in beside.doubts]
    assert not repair("糖2勺、盐5克£¬昒屾许，孩子们跑来跑去").doubts


def test_a_mark_that_may_be_another_is_in_doubt():
    """``£¨`` is a bracket in Latin-1 and a comma in Mac Roman."""
    (doubt,) = repair("老街修好了£¨孩子们跑来跑去").doubts

    assert set("（，") <= set(doubt.candidates)


@pytest.mark.parametrize(
    "text",
    [
        "气温升到38°，夜里降到12°C以下",
        "票价£5起，运费¥12，版权©老街，型号A±B",
        "网页上看到“£¬”和“ï¼Œ”，其实是逗号编码错了",
        "俄语字母гм读作什么",
        "注音ㄛ读作喔",
        "好ㄛ，那就這樣",
        "他ㄉ意思我懂",
        "石锛与石斧同出一层",
        "ﾗｰﾒﾝ屋｡｢本店｣の看板",
        "列夫·托尔斯泰×2，§3，【公告】",
        "│名称│数量│\n║公告║通知║",
    ],
)
def test_signs_that_people_write_stay(text):
    """Degrees, prices, letters that are spoken of, slang, frames and examples."""
    assert repair(text).text == text


@given(
    st.lists(
        st.sampled_from(["£", "¥", "°", "±", "×", "·", "§", "©", "®", "³", "5", "月"]), max_size=3
    )
)
@settings(max_examples=80, deadline=None)
def test_signs_by_themselves_stay(signs):
    """A sign alone beside hanzi is the author's, whatever its byte may be half of."""
    text = "老街" + "好".join(signs) + "修好了"

    assert repair(text).text == text


@pytest.mark.parametrize(
    ("seen", "right"),
    [
        ("街上的十二Чщ±Г站都关了", "街上的十二座泵站都关了"),
        ("糖2勺、盐5¿Ë、葱少许", "糖2勺、盐5克、葱少许"),
    ],
)
def test_letters_and_signs_in_a_row_are_bytes(seen, right):
    """One hanzi or two of which nothing but their bytes speaks: nobody writes both without a space."""
    assert repair(seen).text == right


@pytest.mark.parametrize("code", ["gb18030", "big5"])
def test_letters_that_were_made_small_are_read_in_both_cases(code):
    """Where either is a hanzi that may stand there, the hanzi is in doubt."""
    line = SIMPLIFIED if code == "gb18030" else TRADITIONAL
    line = line.format("，")
    seen = line.encode(code).decode("latin-1").lower()
    found = repair(seen)
    in_doubt = {place for doubt in found.doubts for place in range(doubt.start, doubt.end)}

    assert len(found.text) == len(line)
    assert {at for at, char in enumerate(line) if found.text[at] != char} <= in_doubt


@pytest.mark.parametrize("text", ["售价£5图书馆", "误差±51图上看不清", "他叫Pelé¿跑得快"])
def test_a_sign_elsewhere_proves_nothing(text):
    """A hanzi is not taken for a letter because a price stands near it."""
    assert repair(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "林 lín，您 nín，频（pín）繁，贫 pín 穷",
        "解放者何塞·德·圣马丁（San Martín）将军",
        "麦德林Medellín机场，Joaquín 华金，jardín 花园",
        "评级║A║B║C",
        "小组║A",
        "北纬30°B点，∠1=30°A点坐标",
    ],
)
def test_a_letter_behind_a_sign_that_people_write_is_no_mark(text):
    """í and n, ║ and A, ° and B are the bytes of a mark in some code page, and what stands there."""
    assert repair(text).text == text
