"""Every channel of the table is undone, and nothing that it lost is invented without a doubt."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text import repair
from crawler.text.chinese.costs import NOTHING
from crawler.text.chinese.script import to_traditional
from crawler.text.mojibake.channels import CHANNELS, sample
from crawler.text.mojibake.codes import plain
from crawler.text.mojibake.decoder import _Decoder
from crawler.text.mojibake.hypotheses import Terms
from crawler.text.mojibake.proof import unproven
from crawler.text.mojibake.ranking import fee
from crawler.text.mojibake.readers import READERS, SINGLE
from crawler.text.mojibake.rule import Edit
from crawler.text.mojibake.shown import View
from crawler.text.mojibake.unread import is_unlikely

SENTENCE = "记者从省农业厅获悉，今年全省新建了一百二十处便民服务中心。"
LATIN = ("latin-1", "gbk")  # a channel of letters, not of sentences


def of(channel):
    return to_traditional(SENTENCE) if channel.real == "big5hkscs" else SENTENCE


def name(channel):
    return "-".join((channel.rule, channel.shown, channel.reader, *channel.ways))


def wrong_places(clean, got):
    blocks = difflib.SequenceMatcher(None, clean, got, autojunk=False).get_matching_blocks()
    right = {i for block in blocks for i in range(block.b, block.b + block.size)}
    return set(range(len(got))) - right


@pytest.mark.parametrize("channel", [c for c in CHANNELS if c.is_lossless], ids=name)
def test_lossless_channel_is_undone_to_the_last_character(channel):
    """Where every byte came through, the sentence comes back, and no place of it is in doubt."""
    repaired = repair(channel.forward(of(channel)))

    assert repaired.text == of(channel)
    assert not repaired.doubts


@pytest.mark.parametrize(
    "channel",
    [
        c
        for c in CHANNELS
        if c.is_lossless and c.shown in SINGLE and not c.real.startswith("utf-16")
    ],
    ids=name,
)
def test_what_needs_no_search_is_what_the_search_finds(channel):
    """A window of single bytes between clean hanzi is read without the beam as with it."""
    seen = "据悉，" + channel.forward(of(channel)) + "记者"
    terms = Terms(fee(channel.real, channel.shown), is_end=True)

    found = plain(seen, View(channel.shown), channel.real, terms.fee, NOTHING)
    searched = _Decoder(seen, View(channel.shown), channel.real, terms).read(NOTHING)

    assert found
    assert [Edit(*run) for run in found.runs] == list(searched.edits)


@pytest.mark.parametrize(
    "channel",
    [c for c in CHANNELS if not c.is_lossless and (c.real, c.shown) != LATIN],
    ids=name,
)
def test_lossy_channel_never_invents_without_a_doubt(channel):
    """A character that is not the original's is in doubt, or the text was left as it was."""
    garbled = channel.forward(of(channel))

    repaired = repair(garbled)

    doubtful = {i for doubt in repaired.doubts for i in range(doubt.start, doubt.end)}
    is_left = repaired.text == garbled
    assert is_left or wrong_places(of(channel), repaired.text) <= doubtful


@pytest.mark.parametrize("channel", CHANNELS, ids=name)
def test_the_original_proves_itself_and_another_text_does_not(channel):
    """Run forward, the channel shows what was seen; one other character, and its place is found."""
    seen = channel.forward(of(channel))
    other = of(channel)[:20] + "馬" + of(channel)[21:]

    assert not unproven(seen, of(channel), channel.real, channel.shown)
    if channel.shown in SINGLE and channel.ways == ():
        assert 20 in unproven(seen, other, channel.real, channel.shown)


@given(
    channel=st.sampled_from([row for row in CHANNELS if row.real != "utf-16-le"]),
    text=st.text(st.sampled_from(SENTENCE + "馬鄔龘a1é ｱ"), max_size=60),
    other=st.text(st.sampled_from(SENTENCE + "馬鄔龘a1é ｱ"), max_size=60),
)
def test_a_proof_fails_in_places_of_the_reading_alone(channel, text, other):
    """Whatever was seen and whatever is claimed, the answer is places, in order, each once."""
    places = unproven(channel.forward(text), other, channel.real, channel.shown)

    assert places == sorted(set(places))
    assert all(0 <= place < len(other) for place in places)


@pytest.mark.parametrize("shown", ["cp437", "cp850", "cp866", "koi8-r", "iso8859-5", "mac_roman"])
@pytest.mark.parametrize(
    "clean",
    [
        "他揪揪衣角，说道：揪揪揪，好。",
        "揪揪耳朵是民间的游戏",
        "乡亲们把这出戏叫作“揪揪耳朵”，年年都演",
    ],
)
def test_a_hanzi_said_twice_is_no_frame_between_damage(clean, shown):
    """The same sign four times is a frame where somebody drew one, and two hanzi in such a text."""
    repaired = repair(clean.encode("gb18030").decode(shown))

    assert repaired.text == clean
    assert not repaired.doubts


@pytest.mark.parametrize("before", ["", "一", "一二", "一二三"])
@pytest.mark.parametrize("shown", ["cp1250", "iso8859-2", "cp437", "mac_roman"])
def test_a_letter_on_a_hanzi_is_no_reason_to_leave_a_line(before, shown):
    """What stands at one place of a stretch is nothing against much good Chinese in it."""
    clean = f"{before}请到A座 2层领取，{SENTENCE * 4}"

    assert repair(clean.encode("gb18030").decode(shown, "replace")).text == clean


@pytest.mark.parametrize("channel", CHANNELS, ids=name)
def test_channel_has_a_sample_that_it_damages(channel):
    """A row is proved by a text that it changes."""
    damaged, clean = sample(channel.real, channel.shown)

    assert damaged != clean


def test_text_garbled_twice_with_question_marks_is_never_taken_for_clean():
    """What nothing can undo is announced, whatever it was."""
    twice = SENTENCE
    for _ in range(2):
        twice = twice.encode().decode("gbk", "replace").replace("\ufffd", "?")

    assert is_unlikely(twice)
    assert repair(twice).damage


BORDERS = "厨房里的老师傅说，习惯了早起的预备工作，天亮以前面点就已经上了蒸笼，街坊们排着队来买。"


def inside(text, start, end, page="gb18030"):
    """``text`` with the stretch from ``start`` to ``end`` shown as a browser shows UTF-8 in GBK."""
    return text[:start] + text[start:end].encode().decode(page, "replace") + text[end:]


@pytest.mark.parametrize(
    ("start", "end"), [(9, 24), (10, 24), (10, 33), (12, 30), (16, 30), (9, 37), (17, 38)]
)
def test_a_clean_hanzi_beside_damage_is_never_read_as_a_letter(start, end):
    """习 and 预 are a Greek and a Cyrillic letter in UTF-8; they stand as they are at a border."""
    repaired = repair(inside(BORDERS, start, end))
    doubtful = {i for doubt in repaired.doubts for i in range(doubt.start, doubt.end)}

    assert wrong_places(BORDERS, repaired.text) <= doubtful
    assert repaired.text.startswith(BORDERS[:start])
    assert repaired.text.endswith(BORDERS[end:])


def test_a_byte_lost_at_the_end_of_damage_is_found_by_what_stands_behind():
    """The reader saw another byte behind it than the clean text that stands there now."""
    clean = "村里的小学今年秋天搬进了新校舍，操场比从前大了一倍，孩子们下课以后都在那里踢球。"

    assert repair(inside(clean, 10, 23)).text == clean
    other = repair(inside(clean, 8, 25))
    (at,) = (i for i, char in enumerate(clean) if other.text[i] != char)
    assert any(doubt.start == at and clean[at] in doubt.candidates for doubt in other.doubts)


def test_text_whose_private_use_characters_vanished_is_reported_as_ruined():
    """Each character that is left is forced; four in ten are gone, and nobody calls that whole."""
    clean = "下週起圖書館延長開放時間，讀者可以在晚上九點以前借書還書，閱覽室的座位也增加了"
    seen = clean.encode("big5hkscs").decode("gb18030", "replace")
    thinned = "".join(char for char in seen if not "\ue000" <= char <= "\uf8ff")

    assert all(done.lossless for done in repair(seen).repairs)
    repaired = repair(thinned)
    assert "characters-dropped" in repaired.damage
    assert repaired.hopeless
    assert not any(done.lossless for done in repaired.repairs)


def test_western_letters_that_no_repair_can_read_are_damage():
    """UTF-8 as Latin-1 without its control characters is read, in doubt, or at least announced."""
    clean = "渔民老周把网收上船，数了数今天的收成，比上个月少了一半，他叹了口气又笑了。"
    seen = "".join(c for c in clean.encode().decode("latin-1") if not "\x80" <= c <= "\x9f")
    repaired = repair(seen)
    doubtful = {i for doubt in repaired.doubts for i in range(doubt.start, doubt.end)}

    assert repaired.damage
    assert wrong_places(clean, repaired.text) <= doubtful


@pytest.mark.parametrize(
    "text",
    ["Il était déjà là, café «crème» à 3 °C, garçon", "São João, maçã e pão: ação já é feita"],
)
def test_western_text_is_not_taken_for_such_letters(text):
    """Accents of real words stand before letters, not before signs."""
    assert repair(text).damage == ()


LINES = [
    ("馆里新近崛", "起一批年轻的志愿者，他们为读者整理旧书、", "集中展出地方文献三百余册。"),
    ("全镇绿化造林460", "亩，修通乡村公路12条，受益的农户有一千多", "户，人均增收1300元。"),
    ("茶农们说，今年的雨水更好惠", "及了山上的老茶树，采茶的日子比往年早了九", "天，峨山一带的头茶已经上市。"),
]  # fmt: skip
MISREADERS = [
    ("utf-8", "gbk", "python"), ("utf-8", "gbk", "java"), ("utf-8", "gbk", "whatwg"),
    ("utf-8", "gbk", "ignore"), ("gb18030", "big5", "python"), ("gb18030", "big5", "ignore"),
    ("gb18030", "cp932", "python"), ("gb18030", "cp949", "python"),
    ("big5hkscs", "gbk", "whatwg"), ("big5hkscs", "cp932", "python"),
    ("utf-16-le", "gb18030", "python"), ("utf-16-le", "latin-1", "python"),
]  # fmt: skip


@pytest.mark.parametrize(("real", "shown", "reader"), MISREADERS)
@pytest.mark.parametrize("line", LINES)
def test_damage_in_a_line_leaves_what_stands_beside_it(line, real, shown, reader):
    """What is clean on both sides stays, and what is wrong between is in doubt or announced."""
    head, middle, tail = map(to_traditional, line) if real == "big5hkscs" else line
    repaired = repair(head + READERS[reader](middle.encode(real), shown) + tail)
    assert repaired.text.startswith(head)
    assert repaired.text.endswith(tail)
    doubtful = {at for doubt in repaired.doubts for at in range(doubt.start, doubt.end)}
    is_left = repaired.damage and not repaired.repairs
    assert is_left or wrong_places(head + middle + tail, repaired.text) <= doubtful


def test_hanzi_that_are_ascii_in_utf_16_are_read_at_both_ends_and_beside_a_percent_sign():
    """扛 is 5B 62, 挥 is 25 63: no clean ASCII, and no escape."""
    clean = "扛稳责任，充分发挥武汉的作用，成为亮丽名片。"
    for shown in ("gb18030", "latin-1"):
        repaired = repair(READERS["python"](clean.encode("utf-16-le"), shown))
        assert wrong_places(clean, repaired.text) <= {
            at for doubt in repaired.doubts for at in range(doubt.start, doubt.end)
        }
        assert repaired.text.startswith("扛稳责任")


@pytest.mark.parametrize("real", ["utf-8", "gb18030", "big5hkscs"])
@pytest.mark.parametrize(
    "shown",
    [
        *("cp720", "cp737", "cp775", "cp852", "cp855", "cp862", "cp863"),
        *("cp1256", "iso8859-4", "iso8859-10", "mac_cyrillic", "mac_greek"),
        *("mac_latin2", "kz1048", "ptcp154", "hp_roman8"),
    ],
)
def test_a_code_page_that_nobody_knows_is_announced(real, shown):
    """No row of the table undoes it, and the text is not taken for clean all the same."""
    clean = to_traditional(SENTENCE) if real == "big5hkscs" else SENTENCE

    assert repair(clean.encode(real).decode(shown, "replace")).damage


@pytest.mark.parametrize(
    "text",
    [
        "Δx Δy Δz Δt Δv Δs Δp，λmax与αβγ射线",
        "A①B②C③D④E⑤F⑥ ★TOP★A★B★C★",
        "USBｹｰﾌﾞﾙ LANｹｰﾌﾞﾙ HDMIｹｰﾌﾞﾙ ﾄｳｷﾖｳﾄ",
        "│Имя│Фамилия│Год│Адрес│Телефон│",
        "McÉvoy’s «Été» à l’Élysée; iPhone®, €5, 20°C, ½ m²",
        "Łódź Kraków Gdańsk Wrocław, Đà Nẵng, Ísafjörður",
        "¡Hola! ¿Cómo estás? ¡Adiós! ¿Qué? ¡Sí! ¿No?",
        "NaïVe ÇA VA? ÉTÉ İSTANBUL, ÄÖÜäöüß ÀÂÇÉÈÊËÎÏÔÙÛ",
        "C₂H₅OH→CO₂+H₂O, x²+y²=z², Ω·m kΩ ±5% ≤10µm",
        "Съешь ещё этих мягких французских булок, да выпей чаю. МГУ, ГОСТ, КамАЗ",
        "서울시는 오늘 새 도서관을 열었다. 뷁 같은 글자는 드물다.",
        "똠방각하와 펲시콜라",
        "¯\\_(ツ)_/¯ (´･ω･`)ﾉ ｷﾀ━━(ﾟ∀ﾟ)━━!!",
    ],
)
def test_letters_of_all_languages_are_no_damage(text):
    """What people write has letters of one alphabet in a word, and signs between words."""
    assert repair(text).damage == ()


@pytest.mark.parametrize("shown", ["cp1252", "iso8859-15", "cp1254", "mac_roman", "cp1250"])
@pytest.mark.parametrize(
    "parts",
    [
        ("工作人员按规定执", "法监督，查处了十几起积压的案件，各地已经参照", "办理，结果向社会公布。"),
        ("他最近常去区图书馆和地", "方志馆查找老照片，积累的资料有两柜子，准备", "写一本小书。"),
        ("书架上摆着一本《", "柳叶刀（Lancet）》合订本，医生们常来借阅学习", "，下班以后也不走。"),
    ],
)  # fmt: skip
def test_damage_that_begins_with_a_mark_is_read_from_its_first_byte(parts, shown):
    """The first byte of 法 is a point or a sigma, which clean text may end with."""
    head, middle, tail = parts
    garbled = head + READERS["python"](middle.encode("gb18030"), shown) + tail

    assert repair(garbled).text == head + middle + tail
