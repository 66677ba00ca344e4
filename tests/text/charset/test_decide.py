"""Rules of :mod:`crawler.text.charset.decide`: the verdict."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Verdict
from crawler.text.charset.decide import decide, decode
from crawler.text.charset.labels import family

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "cases" / "charset-pages.jsonl")
    .read_text("utf-8")
    .splitlines()
]
UNDAMAGED = [case for case in CASES if not {"cut", "stray"} & case.keys()]
INPUT = ("why", "parts", "header", "cut", "stray")

SENTENCE = "记者从会议上获悉，这条路修好以后，村里的老人和孩子都能坐车去县城。"
# Everyday hanzi of either script, so that any mixture of them is text.
HANS = st.text(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家",
    min_size=12,
    max_size=80,
)
HANT = st.text(
    "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家",
    min_size=12,
    max_size=80,
)


def build(case):
    """Put a case's page together: encode the parts, then cut it or put stray bytes in."""
    body = b"".join(text.encode(codec) * (times or [1])[0] for text, codec, *times in case["parts"])
    if "cut" in case:
        mark, back = case["cut"]
        body = body[: body.rindex(mark.encode()) - back]
    for mark, stray in case.get("stray", ()):
        place = body.index(mark.encode()) + len(mark)
        body = body[:place] + bytes.fromhex(stray) + body[place:]
    return body


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_page_is_decided_as_the_case_says(case):
    """Every field of the verdict that the case names is as it says."""
    wanted = {key: value for key, value in case.items() if key not in INPUT}

    verdict = decide(build(case), case.get("header"))

    assert {key: getattr(verdict, key) for key in wanted} == wanted, verdict.why
    assert verdict.why
    assert 0 <= verdict.score <= 1


@pytest.mark.parametrize("case", UNDAMAGED, ids=[case["why"] for case in UNDAMAGED])
def test_undamaged_page_is_decoded_exactly(case):
    """What was written comes out again, run by run in a mixed page; a byte order mark goes."""
    body = build(case)
    text = "".join(text * (times or [1])[0] for text, _, *times in case["parts"])

    got = decode(body, decide(body, case.get("header")))

    assert got == text.replace("\ufeff", "")


@pytest.mark.parametrize("codec", ["gb18030", "big5hkscs", "utf-8"])
@pytest.mark.parametrize("stray", [b"\xff", b"\x80", b"\xc3", b"\xe4", b"\0"])
def test_stray_byte_anywhere_changes_no_verdict(codec, stray):
    """Wherever one stray byte stands, also inside of a character, the codec stays."""
    body = f"<html><head><title>{SENTENCE[:8]}</title></head><p>{SENTENCE}</p></html>".replace(
        "说", "說"
    ).encode(codec, "ignore")
    if codec == "big5hkscs":
        body = "<html><p>記者從會議上獲悉，這條路修好以後，村裡的老人和孩子都能坐車去縣城。</p>".encode(
            codec
        )

    verdicts = {decide(body[:place] + stray + body[place:]).decided for place in range(len(body))}

    assert verdicts == {codec}


@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-16-le"])
def test_cut_anywhere_in_the_text_changes_no_verdict(codec):
    """However many bytes of the tail are lost, what is left of twenty hanzi is enough."""
    body = f"<html><p>{SENTENCE}</p></html>".encode(codec)
    least = len(f"<html><p>{SENTENCE[:12]}".encode(codec))

    verdicts = {decide(body[:size]).decided for size in range(least, len(body))}

    assert verdicts == {codec}


@given(st.binary(max_size=600), st.none() | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_have_a_verdict_and_a_text(body, content_type):
    """Neither deciding nor decoding ever raises, and the codec is one that Python knows."""
    verdict = decide(body, content_type)

    text = decode(body, verdict)

    assert "".encode(verdict.decided) in (b"", b"\xff\xfe")
    assert isinstance(text, str)


@given(
    st.binary(max_size=80),
    st.sampled_from(
        [b"~{", b"\x1b$B", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"<meta charset="]
    ),
)
@settings(max_examples=200, deadline=None)
def test_marks_before_any_bytes_do_not_raise(body, mark):
    """A byte order mark, an escape or a meta before rubbish is survived too."""
    page = mark + body

    text = decode(page, decide(page))

    assert isinstance(text, str)


@given(HANS, st.sampled_from(["gb18030", "utf-8", "utf-16-le", "utf-16-be"]))
@settings(max_examples=150, deadline=None)
def test_simplified_text_is_recognised_and_decoded(text, codec):
    """A dozen everyday hanzi are enough, whatever the mixture, and none is changed."""
    body = f"<p>{text}</p>".encode(codec)

    verdict = decide(body)

    assert verdict.decided == codec
    assert decode(body, verdict) == f"<p>{text}</p>"


@given(
    HANT,
    st.sampled_from(["gb18030", "big5hkscs", "utf-8"]),
    st.sampled_from(["gbk", "big5", "utf-8", "latin1", "euc-jp", ""]),
)
@settings(max_examples=150, deadline=None)
def test_traditional_text_is_recognised_against_any_label(text, codec, label):
    """No label turns the verdict on a dozen everyday hanzi of traditional script."""
    body = f"<p>{text}</p>".encode(codec)

    verdict = decide(body, f"text/html; charset={label}")

    assert family(verdict.decided) == codec
    assert decode(body, verdict) == f"<p>{text}</p>"


@given(st.binary(max_size=200), st.text(max_size=20), st.booleans())
@settings(max_examples=100, deadline=None)
def test_decoding_survives_any_verdict(body, codec, mixed):
    """A verdict from elsewhere may name what is no codec; the text is still a text."""
    text = decode(body, Verdict(decided=codec, mixed=mixed))

    assert isinstance(text, str)


SHORT = [
    ("Žáci dostali nové počítače", "cp1250"),
    ("Křižovatka u školy se mění", "iso8859-2"),
    ("Żółw i łabędź", "cp1250"),
    ("A község új hidat épít a folyón", "cp1250"),
    ("Copiii au plantat arbori lângă şcoală", "cp1250"),
    ("Çocuklar ağaç dikti", "cp1254"),
    ("İstanbul ışık", "cp1254"),
    ("Ísland fær nýjan veg við ána", "cp1252"),
    ("« Voilà »", "cp1252"),
    ("« Où ? »", "cp1252"),
    ("Süß", "cp1252"),
    ("Βροχή και κρύο αύριο", "cp1253"),
    ("Έκλεισε ο δρόμος λόγω χιονιού", "iso8859-7"),
    ("Снегопад остановил движение", "mac-cyrillic"),
    ("视频", "gb18030"),
    ("春耕备耕忙", "gb18030"),
    ("新聞", "big5hkscs"),
    ("高鐵誤點", "big5hkscs"),
    ("서울시 축제", "cp949"),
]


@pytest.mark.parametrize("label", [None, "utf-8", "gbk", "iso-8859-1"])
@pytest.mark.parametrize(("text", "codec"), SHORT, ids=[text for text, _ in SHORT])
def test_headline_is_read_in_its_own_codec_whatever_a_label_says(text, codec, label):
    """A few words are enough to tell code pages of one script apart, and hanzi from letters."""
    body = text.encode(codec)

    verdict = decide(body, f"text/html; charset={label}" if label else None)

    assert decode(body, verdict) == text


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("갯벌", "cp949", "euc-kr"),
        ("ｶﾀｶﾅ", "cp932", "shift_jis"),
        ("宋翠", "gb18030", "gb_2312-80"),
        ("老兵", "big5hkscs", "cn-big5"),
        ("Þetta hús", "cp1252", "windows-1252"),
        ("mûr", "cp1252", "iso-8859-1"),
        ("Irmã", "cp1252", "latin1"),
        ("vocę", "cp1250", "windows-1250"),
    ],
)
def test_right_label_is_believed(text, codec, label):
    """Of a word or two there is no better witness than a label that fits the bytes."""
    body = text.encode(codec)

    assert decode(body, decide(body, f"text/plain; charset={label}")) == text


@pytest.mark.parametrize("label", [None, "big5", "gb2312"])
def test_two_characters_are_never_said_to_read_as_chinese(label):
    """The reason is the true one: so little text reads as nothing, it is only likelier so."""
    body = "<title>부산</title><h1>부산</h1>".encode("euc_kr")

    verdict = decide(body, f"text/html; charset={label}" if label else None)

    assert verdict.decided == "cp949" or (verdict.score < 0.8 and "reads as" not in verdict.why)


MARKS = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("河湾镇的老桥修好了", "gb18030"),
        ("縣長宣布停班停課", "big5hkscs"),
        ("河湾镇的老桥修好了", "hz"),
        ("<p>河湾镇的老桥修好了</p>", "utf-32-le"),
        ("<p>河湾镇的老桥修好了</p>", "utf-16-be"),
        ("Дождь и ветер до конца недели", "koi8-r"),
        ("L’été à Besançon coûte cher", "cp1252"),
        ("L’été à Besançon coûte cher", "utf-8"),
    ],
)
def test_byte_order_mark_that_lies_is_dropped(text, codec, mark):
    """A mark that an include left in front of a page of another charset changes nothing."""
    body = mark + text.encode(codec)

    verdict = decide(body)

    assert decode(body, verdict) == text


LABELLED = [
    ("駅前広場の再開発計画がまとまり、市は来年度から工事を始める。", "euc_jp", "euc-jp"),
    ("桜の名所として知られる公園で祭りが開かれ、多くの人でにぎわった。", "cp932", "shift_jis"),
    ("시는 내년부터 역 앞 광장을 다시 꾸미기로 했다.", "cp949", "euc-kr"),
    ("รถไฟล่าช้าสองชั่วโมง ผู้โดยสารรอที่สถานี", "cp874", "tis-620"),
    ("הרכבת התעכבה בשעתיים והנוסעים המתינו", "cp1255", "windows-1255"),
    ("تأخر القطار ساعتين وانتظر الركاب في المحطة", "iso8859-6", "iso-8859-6"),
]


@pytest.mark.parametrize("damage", ["bad", "lost", "put in", "quoted"])
@pytest.mark.parametrize(
    ("text", "codec", "label"), LABELLED, ids=[label for *_, label in LABELLED]
)
def test_right_label_is_believed_in_spite_of_a_few_bytes(text, codec, label, damage):
    """One bad byte, or a word in another charset, costs its own place and not the page."""
    body = f"<p>{text}</p>\n".encode(codec) * 4
    at = 3 + len(text.encode(codec)) // 2
    damaged = {
        "bad": body[:at] + b"\xff" + body[at + 1 :],
        "lost": body[:at] + body[at + 1 :],
        "put in": body[:at] + b"\xff" + body[at:],
        "quoted": body + f"<p>{SENTENCE[:2]}</p>".encode(),
    }[damage]

    verdict = decide(damaged, f"text/html; charset={label}")

    assert verdict.decided == codec, verdict.why
    assert decode(damaged, verdict).count(text) >= 3


@pytest.mark.parametrize("label", [None, "gbk", "utf-8", "iso-8859-1"])
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("ראש העיר אמר: „העבודות יסתיימו בסתיו”", "cp1255"),
        ("בית ספר חדש נפתח בחיפה", "iso8859-8"),
        ("חברת Google פתחה משרד בירושלים", "cp1255"),
        ("قال رئيس البلدية إن الأعمال ستنتهي في الخريف", "cp1256"),
        ("افتتاح مدرسة جديدة في القاهرة", "iso8859-6"),
        ("นายกเทศมนตรีกล่าวว่างานจะเสร็จในฤดูหนาว", "cp874"),
        ("СПОРТ И КУЛЬТУРА", "koi8-r"),
    ],
)
def test_letters_without_capitals_are_told_from_russian(text, codec, label):
    """Hebrew, Arabic and Thai have letters of their own frequency, whatever a label says."""
    body = f"<p>{text}</p>".encode(codec)

    assert decode(body, decide(body, f"text/html; charset={label}")) == f"<p>{text}</p>"


@pytest.mark.parametrize("label", ["iso-8859-8", "iso-8859-8-i", "logical", "visual", "hebrew"])
def test_hebrew_label_is_understood(label):
    """Its labels differ in the order of the letters, not in the bytes."""
    body = "חדשות היום".encode("iso8859-8")

    verdict = decide(body, f"text/html; charset={label}")

    assert verdict.agrees
    assert decode(body, verdict) == "חדשות היום"


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_any_buffer_of_bytes_is_a_page(kind):
    """A network library may hand over a view of its buffer."""
    body = f"<p>{SENTENCE}</p>".encode("gbk")

    assert decide(kind(body)) == decide(body)
    assert decode(kind(body), decide(body)) == f"<p>{SENTENCE}</p>"


def test_text_is_refused_by_name():
    """Text has no charset; the error says what was given."""
    with pytest.raises(TypeError, match=r"must be bytes .*, not str"):
        decide("text")
