"""Restoration of garbled texts: cases, properties, and what must stay untouched."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.replica.answer import MirrorSite, damage
from crawler.text.mirror import looks_garbled, restore

CASES = Path(__file__).parents[2] / "cases"
FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

ARTICLE = (
    "河湾镇留言办理工作会议在青石县召开",
    "“群众的每一条留言都要有回音。”柳明远要求，各单位要把办理情况及时公开。",
    "会上，青石县副县长柳明远介绍了去年的工作；东岭乡、云门村的负责同志分别发言。",
    "柳明远在总结时表示，要坚持问题导向，把工作做到群众心里。",
)


def cases(name):
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [pytest.param(case, id=case["id"]) for case in map(json.loads, lines)]


def norm(text):
    return re.sub(r"\s+", "", text.translate(FOLD))


@pytest.mark.parametrize("case", cases("mirror-spans.jsonl"))
def test_span(case):
    """A damaged sentence alone is recognised and restored."""
    restored = restore([case["garbled"]])[0]

    assert norm(restored.text) == norm(case["clean"])
    assert restored.damage == ("mirror",)


@pytest.mark.parametrize("case", cases("mirror-untouched.jsonl"))
def test_untouched(case):
    """What only looks like a mirror comes back as the same object."""
    restored = restore([case["text"]])[0]

    assert restored.text is case["text"]
    assert restored.repairs == ()


@pytest.mark.parametrize("commas", [False, True])
@pytest.mark.parametrize("keep_private", [False, True])
def test_article(commas, keep_private):
    """A whole article is restored, whatever kind of mirror it went through."""
    site = MirrorSite(commas=commas, keep_private=keep_private, flatten=not keep_private)

    restored = restore(damage(ARTICLE, site))

    assert [norm(part.text) for part in restored] == [norm(text) for text in ARTICLE]


def test_name_from_the_document():
    """A name that is intact elsewhere in the document is recovered where it is broken."""
    garbled = damage(ARTICLE, MirrorSite(keep_private=False, flatten=True))

    restored = restore(garbled)

    assert "柳明远" not in garbled[1]
    assert "柳明远要求" in restored[1].text


def test_inferred_characters_are_doubts():
    """A character that was inferred is a doubt, at its place, first among its candidates."""
    restored = restore(damage([ARTICLE[1]], MirrorSite()))[0]

    assert restored.doubts
    for doubt in restored.doubts:
        assert restored.text[doubt.start : doubt.end] == doubt.text
        assert doubt.text in doubt.candidates


def test_forced_readings_leave_no_doubt():
    """Brackets that are taken away leave nothing to doubt, and the row says lossless."""
    restored = restore(["經(jīng)濟(jì)發(fā)展的情況"])[0]

    assert restored.text == "经济发展的情况"
    assert restored.doubts == ()
    assert ("mirror-pinyin", 3, True) in [(r.rule, r.count, r.lossless) for r in restored.repairs]


def test_unmapped_character_is_a_doubt():
    """A question mark that stands for a character which GBK lacks stays, and is doubted."""
    restored = restore(["生產(chǎn)?生活條件改善，群眾滿意"])[0]

    assert restored.text == "生产?生活条件改善，群众满意"
    assert [doubt.text for doubt in restored.doubts] == ["?"]


def test_swallowed_tag():
    """The bracket of a tag that was swallowed is put back."""
    restored = restore(["他慢慢走開(kāi)?！?/p>"])[0]

    assert restored.text == "他慢慢走开。”</p>"


@pytest.mark.parametrize(
    "shown",
    [
        "他說：“路修好了，車也通了?！?",
        "他說:“路修好了,車也通了?!?",
        "他說：“全鎮的氣溫降到了零下9℃?！?",
        "“報道沒有使用真名?！北R成云指出，會議決定修路。",
    ],
)
def test_closing_quotation_mark_that_is_missing_is_sign_enough(shown):
    """A quotation that nothing closes and ``?！`` where it ends: one span is enough, alone too."""
    restored = restore([shown])[0]

    assert "。”" in restored.text
    assert restored.damage == ("mirror",)


@pytest.mark.parametrize(
    "text",
    [
        "「這是怎麼回事?！」媽媽問道，會議還沒結束。",
        "他說：“絕不辭職?！”現場一片嘩然，記者會提早結束。",
        "統一發票中獎號碼公布?！?快來對獎",
        "股市大跌??!散戶該怎麼辦，專家這樣說",
        "這部電影還不錯吧?!?",
    ],
)
def test_excited_writer_is_no_mirror(text):
    """Who writes ``?！`` closes the quotation that it stands in, or writes it in none."""
    assert restore([text])[0].text == text


def test_flat_punctuation_is_widened_beside_hanzi():
    """Flattened marks get their width back, those of numbers do not."""
    garbled = damage(
        ["全县新增就业1,200人，同比增长8.5%。"], MirrorSite(commas=True, flatten=True, seed=1)
    )

    restored = restore(garbled)[0]

    assert restored.text == "全县新增就业1,200人，同比增长8.5%。"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("?？！，。,(發展)āfān數shù說\ue000\ue123柳的12 <p/>"), max_size=60),
        max_size=3,
    )
)
def test_never_raises_and_settles(texts):
    """Any texts come back, as many as were given, and a second round changes nothing more."""
    once = restore(texts)

    again = restore([part.text for part in once])

    assert len(once) == len(texts)
    assert [part.text for part in again] == [part.text for part in once]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text(text):
    """No text makes it raise."""
    looks_garbled([text])
    restore([text])


@pytest.mark.parametrize("piece", ["?", "一", ",,", "(", "當?shù)", "民?！绷"])
def test_long_lines_end(piece):
    """A line of thirty thousand characters is handled by a bounded search."""
    restored = restore([piece * (30_000 // len(piece))])

    assert len(restored) == 1
