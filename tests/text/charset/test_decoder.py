"""Rules of :mod:`crawler.text.charset.decoder` and :mod:`crawler.text.charset.text_runs`: bytes to text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.items import Verdict
from crawler.text.charset.decide import decode
from crawler.text.charset.decoder import decode_hz, decode_run
from crawler.text.charset.text_runs import decode_mixed, foreign_blocks

TEXT = "青岩市文化馆把露天电影送到了晒谷场"
TRADITIONAL = "青岩市文化館把露天電影送到了曬穀場"


def bad(text):
    """Write the marks of bad bytes as one ``#`` each."""
    return text.replace("\ufffd", "#")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xff<p>", "#<p>"),
        (b"\xd6<p>", "#<p>"),
        (b"\xd6\xff<p>", "##<p>"),
        (b"\xd6\xd0\xff\xce\xc4", "中#文"),
        (b"\xd6\xd0\xd6", "中#"),
        (b"\xd63", "#3"),
        (b"\xd63\xd4", "#3#"),
        (b"\x813\xd4\xc22", "#3月2"),
        (b"\xff\xff\xff\xff", "####"),
        (b"12\x80", "12€"),
        (b"\x84\x31\xa4\x37", "#"),  # GB18030's own code of U+FFFD
        (b"\x81\x30\x81\x30", "\x80"),
        (b"\xe3\x32\x9a\x36", "#2#6"),  # beyond U+10FFFF
    ],
)
def test_bad_byte_in_gb18030_costs_itself_alone(data, text):
    """Each byte that fits nowhere is one U+FFFD; 0x80 is the euro sign; no ``<`` is swallowed."""
    assert bad(decode_run(data, "gb18030")) == text


@pytest.mark.parametrize(
    ("codec", "text"), [("gb18030", TEXT), ("big5hkscs", TRADITIONAL), ("utf-8", TEXT)]
)
@pytest.mark.parametrize("place", range(1, 14))
def test_reading_falls_into_step_after_a_bad_byte(codec, text, place):
    """Wherever 0xFF stands, at most one character is lost and all that follow are right."""
    data = text.encode(codec)
    data = data[:place] + b"\xff" + data[place:]

    got = decode_run(data, codec)

    intact = len(data[:place].decode(codec, "ignore"))
    assert got[:intact] == text[:intact]
    assert got.endswith(text[intact + 1 :])
    assert 1 <= got.count("\ufffd") <= 4


@pytest.mark.parametrize(
    ("codec", "text"), [("gb18030", TEXT), ("big5hkscs", TRADITIONAL), ("utf-8", TEXT)]
)
@pytest.mark.parametrize("stray", [b" ", b"\0", b"\n", b"\r\n"])
@pytest.mark.parametrize("place", [5, 9, 15, 21])
def test_what_tears_a_character_costs_it_alone(codec, text, stray, place):
    """A blank, a NUL or a line end inside of a character does not shift those that follow."""
    data = text.encode(codec)
    data = data[:place] + stray + data[place:]

    got = decode_run(data, codec)

    assert got.count("\ufffd") <= 3
    assert got.startswith(text[:1])
    assert got.endswith(text[place // 2 + 2 :])


@pytest.mark.parametrize("place", [3, 8, 13])
@pytest.mark.parametrize("kind", ["lost", "doubled"])
def test_lost_or_doubled_byte_shifts_little(place, kind):
    """Pairs that are shifted are rare characters, so the place where they begin is found."""
    data = TEXT.encode("gb18030")
    data = (
        data[:place] + (b"" if kind == "lost" else data[place : place + 1] * 2) + data[place + 1 :]
    )

    got = decode_run(data, "gb18030")

    assert got.count("\ufffd") == 1
    assert got.endswith(TEXT[place // 2 + 3 :])


PRIVATE_USE = {
    "A6D9": "︐", "A6DA": "︒", "A6DB": "︑", "A6DC": "︓", "A6DD": "︔", "A6DE": "︕", "A6DF": "︖",
    "A6EC": "︗", "A6ED": "︘", "A6F3": "︙", "A8BC": "ḿ", "A3A0": "\u3000",
    "FE59": "龴", "FE61": "龵", "FE66": "龶", "FE67": "龷", "FE6D": "龸", "FE7E": "龹", "FE90": "龺", "FEA0": "龻",
    "FE51": "\U00020087", "FE52": "\U00020089", "FE53": "\U000200cc",
    "FE6C": "\U000215d7", "FE76": "\U0002298f", "FE91": "\U000241fe",
}  # fmt: skip


@pytest.mark.parametrize(("code", "character"), PRIVATE_USE.items())
def test_code_that_left_private_use_is_its_character(code, character):
    """What GB 18030-2000 had in private use is read as later editions read it."""
    assert decode_run(bytes.fromhex(code), "gb18030") == character


@pytest.mark.parametrize(
    ("code", "character"),
    [
        ("AAA1", "\ue000"),
        ("AFFE", "\ue233"),
        ("F8A1", "\ue234"),
        ("FEFE", "\ue4c5"),
        ("A140", "\ue4c6"),
    ],
)
def test_user_defined_cell_stays_private_use(code, character):
    """The cells for user-defined characters keep naming the bytes they came from."""
    assert decode_run(bytes.fromhex(code), "gb18030") == character


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"~{VPND~}", "中文"),
        (b"a ~~ b ~{VP~}c", "a ~ b 中c"),
        (b"~{VP~\nND", "中ND"),
        (b"~{VPND", "中文"),
        (b"~{VPND\n<p>abc", "中文\n<p>abc"),
        (b"one~\ntwo~\r\nthree", "onetwothree"),
        (b"~{}~}", "}~}"),
    ],
)
def test_hz_is_read_though_its_end_mark_is_lost(data, text):
    """A lost ``~}`` costs its line at most."""
    assert decode_hz(data) == text


MIXED = [
    ("gb18030", TEXT, "utf-8", TEXT),
    ("gb18030", TEXT, "big5hkscs", TRADITIONAL),
    ("gb18030", TRADITIONAL, "utf-8", TEXT),
    ("big5hkscs", TRADITIONAL, "gb18030", TEXT),
    ("big5hkscs", TRADITIONAL, "utf-8", TRADITIONAL),
    ("utf-8", TEXT, "gb18030", TEXT),
    ("utf-8", TEXT, "big5hkscs", TRADITIONAL),
]


@pytest.mark.parametrize(("main", "text", "codec", "foreign"), MIXED)
def test_runs_in_another_codec_are_decoded_for_themselves(main, text, codec, foreign):
    """Runs that are cut by tags or line ends are each read in their own codec."""
    pieces = [
        (f"<p>{text}</p>", main),
        (f"<b>{foreign}</b>\n", codec),
        (f"{text}\n", main),
        (foreign, codec),
    ]
    body = b"".join(piece.encode(codec) for piece, codec in pieces)

    got = decode_mixed(body, main)

    assert got == "".join(piece for piece, _ in pieces)
    assert {block.codec for block in foreign_blocks(body, main)} == {codec}


@pytest.mark.parametrize("main", ["gb18030", "utf-8"])
@pytest.mark.parametrize("text", [TEXT, TRADITIONAL, "柳溪乡", "A股B股C股", "一丁七万", "〇二三"])
def test_clean_page_has_no_foreign_runs(main, text):
    """Names, letters between hanzi and traditional script are no other encoding."""
    assert foreign_blocks(f"<p>{text}</p>\n".encode(main) * 5, main) == ()


FOREIGN = [
    ("首相が記者会見を開いた", "cp932", "utf-8"),
    ("서울시 축제", "cp949", "utf-8"),
    ("Новый мост через реку", "koi8-r", "utf-8"),
    ("Новый мост через реку", "cp1251", "gb18030"),
    ("José Martínez ganó el partido", "cp1252", "utf-8"),
    ("Příliš žluťoučký kůň", "cp1250", "gb18030"),
]


@pytest.mark.parametrize(("foreign", "codec", "main"), FOREIGN)
def test_run_of_another_language_is_decoded_as_what_it_is(foreign, codec, main):
    """A line of Russian, Japanese or Korean bytes in a Chinese page does not become hanzi."""
    page = (
        f"<p>{TEXT}</p>\n<p>".encode(main) + foreign.encode(codec) + f"</p>\n<p>{TEXT}".encode(main)
    )

    assert decode_mixed(page, main) == f"<p>{TEXT}</p>\n<p>{foreign}</p>\n<p>{TEXT}"


def test_stray_byte_is_no_foreign_run():
    """One byte that makes a hanzi with the letter behind it is damage, not Big5."""
    assert foreign_blocks(f"<p>{TEXT}</p>".encode() + b"<ht\xc3ml>", "utf-8") == ()


@given(st.text(st.characters(codec="gb18030", exclude_categories=["Cs", "Co"]), max_size=80))
@settings(max_examples=200, deadline=None)
def test_clean_gb18030_is_decoded_exactly(text):
    """Every character of GB18030 comes back, those beyond the BMP too."""
    assert decode_run(text.encode("gb18030"), "gb18030") == text


@given(
    st.binary(max_size=300),
    st.sampled_from(["gb18030", "big5hkscs", "utf-8", "hz", "cp932", "euc_jp", "cp949"]),
)
@settings(max_examples=300, deadline=None)
def test_no_angle_bracket_is_ever_swallowed(data, codec):
    """Whatever stands before it, each ``<`` and ``>`` of the page is one of the text."""
    data = data.replace(b"~", b"") if codec == "hz" else data

    text = decode(data, Verdict(decided=codec))

    assert (text.count("<"), text.count(">")) == (data.count(b"<"), data.count(b">"))


@given(st.binary(max_size=300), st.sampled_from(["gb18030", "big5hkscs", "utf-8"]))
@settings(max_examples=200, deadline=None)
def test_mixed_decoding_loses_no_bytes(data, main):
    """Blocks do not overlap, stand in order and lie inside of the page."""
    blocks = foreign_blocks(data, main)

    edges = [edge for block in blocks for edge in (block.start, block.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(data) for edge in edges)
    assert isinstance(decode_mixed(data, main), str)


@pytest.mark.parametrize("at", [6, 39, 69])
def test_lost_byte_of_big5_is_marked_though_nothing_is_invalid(at):
    """The pairs shift until a second byte of ASCII stands alone: 過後， would become 過寣A."""
    text = "颱風過後，花蓮山區的救難人員徒步翻越三座山頭，才把受傷的民眾送進醫院。"
    body = text.encode("big5hkscs")

    got = decode_run(body[:at] + body[at + 1 :], "big5hkscs")

    assert got.count("\ufffd") == 1
    assert len(got) == len(text)
    assert set(got) - set(text) == {"\ufffd"}


@pytest.mark.parametrize(
    "text", ["請到B座三樓，找C組的陳喆A先生。", "X光片~一張", "囍A餐廳", "看Google地圖"]
)
def test_letter_beside_hanzi_of_big5_stays(text):
    """A letter alone between hanzi is no damage by itself."""
    assert decode_run(text.encode("big5hkscs"), "big5hkscs") == text
