"""Escapes of every notation, cut and mixed anywhere: no exception, steady, edits apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.mojibake.document import repair_document
from crawler.text.mojibake.escapes import ESCAPES
from crawler.text.mojibake.repair import repair

PIECES = (
    "人民", "通知，", "“春”", " ", "\n", "=\n", "a", "7", ";", "&", "#", "\\", "?",
    "&#20154;", "&#20154", "& #27665;", "#26085;#25253;", "&#20154；", "&amp;#20154;", "&#55357;&#56842;", "&#xD83D;",
    "=?gb2312?B?yMvD8Q==?=", "=?utf-8?Q?=E4=BA", "=BA?=", "=C8=CB=C3=F1", "=E4=BA=BA=E6=B0=91", "=3D",
    "\\u20154?", "\\u-26468?", "\\'c8\\'cb\\'c3\\'f1", "\\344\\272\\272", "\\346\\260", "u4ebau6c11", "u65e5",
    "<U+4EBA>", "_x4EBA_", "\\4EBA\\6C11", "\\65E5 ", "\\u4eba\\u6c11", "\\ud83d\\ude0a", "\\ud83d", "%u4EBA%u6C11",
    "í\xa0½í¸\x8a", "\ue415", "\ue600", "⺠", "⼈", "⿱⺮毛", "の",
    "/u4eba/u6c11", "U+4EBAU+6C11", "{U+4EBA}", "<e4><ba><ba>", "＆＃20154；", "&# 20154;", "％E4％BA％BA", "＼u4eba",
    "+TrpsEWXlYqU-", "&TrpsEWXlYqU-", "\\949\\fc6", "+", "-",
)  # fmt: skip


def units(code):
    """UTF-16's numbers of a character, which notations of four digits write."""
    return chr(code).encode("utf-16-be").hex(" ", 2).split()


NOTATIONS = {
    "slash": lambda code: "".join(f"/u{unit}" for unit in units(code)),
    "plus": lambda code: f"U+{code:04X}",
    "ampersand": lambda code: "".join(f"&u{unit}" for unit in units(code)),
    "brackets": lambda code: f"[U+{code:04X}]",
    "eight digits": lambda code: f"<U+{code:08X}>",
    "braces": lambda code: f"\\x{{{code:x}}}",
    "space inside": lambda code: f"&# {code};",
    "space behind": lambda code: f"&#{code} ;",
    "wide": lambda code: f"＆＃{code}；",
    "wide backslash": lambda code: "".join(f"＼u{unit}" for unit in units(code)),
    "wide percent": lambda code: "".join(f"％{byte:02X}" for byte in chr(code).encode()),
    "R's bytes": lambda code: "".join(f"<{byte:02x}>" for byte in chr(code).encode()),
    "octal GBK": lambda code: "".join(f"\\{byte:03o}" for byte in chr(code).encode("gb18030")),
    "RTF's GBK": lambda code: "".join(f"\\'{byte:02x}" for byte in chr(code).encode("gb18030")),
}
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_rules_name_spans_that_are_apart(text):
    """Edits are in order, inside the text, and no two of them touch the same character."""
    for rule in ESCAPES:
        at = 0
        for edit in rule.find(text):
            assert at <= edit.start < edit.end <= len(text), rule.name
            assert edit.text != text[edit.start : edit.end], rule.name
            at = edit.end


@pytest.mark.parametrize(
    "written", ["镇上12户人家，种了稻子", "会上，邬建明讲话", "2025年，周期表里有𫓧"]
)
@pytest.mark.parametrize("around", ["{}", "据介绍，{}，大家都很高兴。"])
@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS)
def test_each_notation_is_undone(notation, around, written):
    """Alone and in a sentence, with ASCII that was not escaped between the runs."""
    escaped = "".join(char if char.isascii() else notation(ord(char)) for char in written)

    assert repair(around.format(escaped)).text == around.format(written)


@pytest.mark.parametrize(
    ("text", "right", "left"),
    [
        ("\\u4eba\\u6c11和_x67B6_", "人民和_x67B6_", "_x67B6_"),
        ("<U+4EA4><U+4ED8>12\\xbc", "交付12\\xbc", "\\xbc"),
    ],
)
def test_what_stays_escaped_beside_a_repair_is_in_doubt(text, right, left):
    """A repair that leaves an escape in its line is not without loss."""
    found = repair(text)

    assert found.text == right
    assert [doubt.text for doubt in found.doubts] == [left]
    assert not any(done.lossless for done in found.repairs)


@pytest.mark.parametrize(
    "text",
    [
        "“中”的码点是U+4E2D，“文”是U+6587。",
        "在Java中，'\\u4e2d'与'\\u6587'都是char",
        "正则[\\x{4e00}-\\x{9fa5}]匹配汉字",
        "价格上涨5％，同比下降3％，标签＃新闻＃、＃20154＃，文件＼u盘＼资料",
        "微信号：+abcdefgh-，购买理由：性价比+颜值+做工-价格，文件夹&abcd-",
        "R输出<e4><b8><ad>是UTF-8字节，<b>加粗</b>",
    ],
)
def test_escapes_that_are_meant_stay(text):
    """Texts about code points, percentages, tags and names of folders."""
    assert repair(text).text == text


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_second_repair_changes_nothing(text):
    """The repair of a document is steady, and its spans and doubts stand where they say."""
    once = repair_document(text)

    assert repair_document(once.text).text == once.text
    for place in (*once.doubts, *once.spans):
        assert once.text[place.start : place.end] == place.text


CODE = (
    "unescape('{}')", 'document.write("{}");', "b'{}'.decode('utf-8')", "text = rb\"{}\"",
    "el.innerHTML = '{}';", "text.replace('天', '{}')", ">>> '{}'", "echo $'{}'", 'log("a" + "{}")',
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(NOTATIONS.keys() - {"RTF's GBK"})),
    st.sampled_from(CODE),
    st.sampled_from(["", "写法："]),
)
def test_an_escape_in_a_string_of_code_is_meant(notation, code, before):
    """A call's argument, bytes, what a name is made equal to: a repair would change the program."""
    text = (
        before
        + "\n" * code.startswith(">")
        + code.format("".join(map(NOTATIONS[notation], map(ord, "人民日报"))))
    )

    assert repair(text).text is text


@pytest.mark.parametrize(
    "text",
    [
        'unescape("%u4EBA%u6C11")',
        "decodeURIComponent('%E4%BA%BA')",
        r"b'\xe4\xba\xba'.decode('utf-8')",
        r">>> b'\xe4\xb8\xad\xe6\x96\x87'",
        'document.write("&#20154;&#27665;");',
        "<U+4E00>–<U+9FFF>",
        "<U+4E00> 至 <U+9FFF>",
    ],
)
def test_examples_of_code_stay(text):
    """So does a block of characters that is named by its first and its last."""
    assert repair(text).text == text
    assert not repair(text).damage


@pytest.mark.parametrize(
    ("seen", "right"),
    [
        ("人民网（'&#20154;&#27665;'）", "人民网（'人民'）"),
        ('他说"%u4EBA%u6C11%u65E5%u62A5"', '他说"人民日报"'),
        ("don't &#20154;&#27665; 'n'", "don't 人民 'n'"),
        ("f('a\n&#20154;&#27665;的日报')", "f('a\n人民的日报')"),
        ("<U+4EBA><U+6C11>-<U+65E5><U+62A5>", "人民-日报"),
    ],
)
def test_quotation_marks_alone_are_no_code(seen, right):
    """The counter-check: what is quoted in prose is undone."""
    assert repair(seen).text == right
