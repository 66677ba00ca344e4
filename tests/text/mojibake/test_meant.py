"""What people write as it is stays: accented names beside hanzi, frames and bars, capitals, half-width kana."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.mojibake.channels import Channel
from crawler.text.mojibake.repair import repair, repair_all
from crawler.text.tables import GB2312_LEVEL_1

# The everyday hanzi; the last row is not full.
FIRST_LEVEL = [
    bytes([lead, trail]).decode("gb2312")
    for lead in GB2312_LEVEL_1[:-1]
    for trail in range(0xA1, 0xFF)
]

MEANT = [
    *("夠狼\tgau3 long4", "故\tgù", "搹\tak1", "鯪\tU+9BEA", "中\tguó\tmiddle"),
    "英镑£¥日元",
    "東京・大阪・名古屋",
    "掊：掊击，抨击。扂：门闩。",
    *(
        "近日，记者获悉。\xa0\xa0\xa0\xa0",
        "\xa0\xa0\xa0\xa0",
        "更多»»",
        "»»»» 下一页",
        "´´人民",
        "¯¯¯¯",
    ),
    "看完Pelé去哪了",
    "他从São Luís去往内陆。",
    "Cádiz农民种下了葡萄。",
    "阮beh去看戲，lí欲去無？",
    "╔════╗\n║ 公告 ║\n╚════╝",
    "████░░░░ 45%",
    "─────",
    "▓▓▓░░",
    "采用俄标№ 7 ГОСТ 34.11",
    "ｶﾅ ﾊﾝｶｸ ﾃｽﾄ",
    "▄▀▄▀ «»‹›",
    "├── 图片\n└── 文字",
    "车身写着КАМАЗ»，门上写着Москва",
    "旅游нет©",
    "球队╚主场╝",
    "该方法有效¹²。",
    "研究表明²³，产量有所提高",
    "如图所示³²",
    "直径½Ø",
    "价格¥Ø都行",
    "约±¼圈",
    "孟令坤¹²，葛琪²³，邢掀³",
    "对照组¹a与处理组²b",
    "FÅ RÅ SÅ",
    "更多»»",
    "下一页»»»»",
    "¶¶¶¶",
    "´´人民",
    "近日，记者获悉。\xa0\xa0\xa0\xa0",
    "冰岛语字母ÐÞ",
    "间隔号··",
    "同位素¹²C和¹³C",
    "約为10¹²元",
    "夠狼\tgau3 long4",
    "鯪\tU+9BEA",
    "故\tgù\n搹\tak1",
    "SLÅ ANMÄLA",
    "TÄYTTÄÄ VÄLINEN",
    "记者说NÄR DÅ KOMMER",
    "Ã São Paulo",
    "БЛИЖЧЕ",
    "БИШКЕК БИШКЕК",
]


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_stays(text):
    """No reading of such signs as bytes is believed."""
    assert repair(text).text == text


@pytest.mark.parametrize("codec", ["gb2312", "cp1257"])
def test_many_question_marks_are_no_mirror(codec):
    """Where a reader wrote one for each byte that it lacked, nothing was split into half characters."""
    text = "山区公路通了公交车，村民出行更加方便了，卖出的红枣也更多了。"
    seen = text.encode().decode(codec, "replace").replace("\ufffd", "?")

    assert not [done.rule for done in repair(seen).repairs if done.rule.startswith("mirror")]


@given(
    st.integers(0, 7),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_digits_between_losses_are_no_bytes(at, digits):
    """Of a character of four bytes GB 18030's digits are left: nothing says which hanzi it was."""
    left = "".join(f"\ufffd{second}\ufffd{fourth}" for second, fourth in digits)
    text = "记者赵琳付玉婷报道"
    text = text[:at] + left + text[at:]

    answer = repair(text)

    assert answer.text == text
    assert "replacement-characters" in answer.damage


@given(st.sampled_from(["Müller", "Pelé", "São", "Jürgen"]), st.sampled_from(FIRST_LEVEL))
@settings(max_examples=60, deadline=None)
def test_a_hanzi_behind_an_accented_name_stays(name, hanzi):
    """Its bytes may be those of a letter in UTF-8: chance, not damage."""
    text = f"球星{name}{hanzi}了一天"

    assert repair(text).text == text


@pytest.mark.parametrize("shown", ["koi8-r", "cp866", "cp437", "cp850", "cp1251", "iso8859-5"])
@pytest.mark.parametrize("span", [(3, 6), (6, 10)])
def test_bytes_among_clean_hanzi_are_read(shown, span):
    """The counter-check: letters and frames right beside hanzi that are bytes of hanzi are undone."""
    text, (start, end) = "昨天傍晚，几位老人坐在槐树下下棋。", span
    seen = text[:start] + Channel("gb18030", shown).forward(text[start:end]) + text[end:]

    assert repair(seen).text == text


@pytest.mark.parametrize(("seen", "right"), [("Z眉rich", "Zürich"), ("S茫o Paulo", "São Paulo")])
def test_a_hanzi_inside_of_a_word_is_read_as_its_letter(seen, right):
    """The counter-check: what is damage is still undone."""
    assert repair(seen).text == right


@pytest.mark.parametrize(
    "text",
    [
        "记者冼玉棠说秧苗长势好。\nÒ¹Ä»½µÁÙ£¬½\xad±ßµÄµÆÁÁÁË¡£",
        "记者冼玉棠说秧苗\u200b长势好，孟令坤、葛琪、老邢掀",
        "Ò¹Ä»½µÁÙ，记者冼玉棠说秧苗长势好",
    ],
)
def test_a_repair_elsewhere_puts_no_doubt_on_clean_characters(text):
    """Names beside a repair are as sure as they were before it."""
    assert not repair(text).doubts


@pytest.mark.parametrize(
    ("seen", "right"),
    [
        ("新闻发²¼会", "新闻发布会"),
        ("北¾©举行", "北京举行"),
        ("²¹³¥", "补偿"),
        ("VOILÃ\x80 POURQUOI", "VOILÀ POURQUOI"),
        ("Bogot谩", "Bogotá"),
        ("来自Bogot谩的客人", "来自Bogotá的客人"),
        ("来自膶apek的乐谱", "来自Čapek的乐谱"),
        ("尺寸20脳40厘米", "尺寸20×40厘米"),
        ("希腊语里螘位位维未伪指希腊", "希腊语里Ελλάδα指希腊"),
        ("the caf茅鈥檚 menu", "the café’s menu"),
    ],
)
def test_letters_and_signs_that_became_hanzi_are_undone(seen, right):
    """At the end and the beginning of a word, between digits, before a mark."""
    assert repair(seen).text == right


@pytest.mark.parametrize(
    "text",
    ["iPhone没电了", "他用Excel每天记账", "Win墨水屏", "Hello Kitty猫", "DNA酶", "看Lisa帽子"],
)
def test_hanzi_at_the_end_of_a_word_stay(text):
    """The counter-check: everyday hanzi beside a foreign word are what the author wrote."""
    assert repair(text).text == text


@pytest.mark.parametrize(
    ("real", "shown", "lines"),
    [
        ("gb18030", "big5hkscs", ["社区食堂开到家门口", "魏征", "沙漠边缘种出大片红枣"]),
        ("gb18030", "big5hkscs", ["黄河鲤鱼洄游季到来", "姚明", "山区公路通了公交车"]),
        ("big5hkscs", "gbk", ["殘疾人運動員奪得兩枚金牌", "林慶芳", "山區公路通了公交車"]),
    ],
)
def test_a_name_between_damaged_lines_is_read_as_they_are(real, shown, lines):
    """Two hanzi alone prove nothing; behind a damaged line they do, and a clean name there stays."""
    forward = Channel(real, shown, "whatwg").forward
    kept = "张敏" if real == "gb18030" else "鄭雅"

    answers = repair_all([*map(forward, lines), kept, forward(lines[0])])

    assert [answer.text for answer in answers] == [*lines, kept, lines[0]]


@pytest.mark.parametrize(
    "text",
    ["賜爵", "煙壺", "閨門", "蠟淚", "讒鬼", "螫舌", "皓矾", "鈥", "乖異", "玄酒瓠脯", "旮旯"],
)
def test_a_rare_word_by_itself_stays(text):
    """Chance makes a plausible pair of hanzi of one word in some thousand: they are not believed."""
    assert repair(text).text == text


@pytest.mark.parametrize(
    ("seen", "right"),
    [
        ("迾氶", "雨伞"),
        ("name: 豪埶", "name: 花园"),
        ("01 - 景毞.mp3", "01 - 春天.mp3"),
        ("<a>扷梓</a>", "<a>鼠标</a>"),
    ],
)
def test_a_word_of_two_rare_hanzi_is_read(seen, right):
    """The counter-check: rare hanzi that everyday ones explain are damage, also by themselves."""
    assert repair(seen).text == right


@pytest.mark.parametrize(
    "text",
    [
        "网友问导演你是故意{}吧",
        "剧组说主创{}单曝光以后再谈",
        "她被称作当红女星{}”，大家都这么说",
        "{}意外受伤以后又回到了球队",
        "朱婷{}得27分，全队第一",
    ],
)
@pytest.mark.parametrize("lost", ["\ufffd", "\ufffd\ufffd\ufffd", "?"])
def test_one_lost_character_says_nothing_of_what_stands_beside_it(text, lost):
    """Everyday hanzi beside a loss are the bytes of something by chance; they stay."""
    damaged = text.format(lost)

    assert repair(damaged).text == damaged
