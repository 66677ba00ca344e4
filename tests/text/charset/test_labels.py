"""Rules of :mod:`crawler.text.charset.labels`: what a page says about its charset."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.charset.labels import Declared, family, read_declared

FAMILIES = {
    "gb18030": "gb2312 GB2312 GBK gbk x-gbk cp936 windows-936 GB18030 gb_2312-80 euc-cn csGB2312 chinese",
    "big5hkscs": "Big5 big5-hkscs cp950 x-x-big5 cn-big5 ms950",
    "utf-8": "UTF-8 utf8 UTF_8 unicode-1-1-utf-8",
    "utf-16": "utf-16 UTF-16LE utf-16be unicode",
    "hz": "hz-gb-2312 HZ",
    "cp1252": "iso-8859-1 Latin1 us-ascii windows-1252 ISO_8859-1",
    "cp932": "Shift_JIS sjis x-sjis Windows-31J",
    "euc_jp": "EUC-JP x-euc-jp",
    "cp949": "euc-kr ks_c_5601-1987",
    "koi8-r": "KOI8-R koi8_r",
    "cp1251": "windows-1251 cp1251",
}


@pytest.mark.parametrize(
    ("label", "name"),
    [(label, name) for name, labels in FAMILIES.items() for label in labels.split()],
)
def test_label_means_its_family(label, name):
    """Labels are understood as the Encoding Standard reads them, in any case."""
    assert family(label) == name


@pytest.mark.parametrize(
    "label",
    [
        "",
        "gb23l2",
        "utf-9",
        "??",
        "rot13",
        "base64",
        "zlib",
        "punycode ",
        "os.path",
        "ＧＢＫ",
        "x" * 99,
        "\0",
    ],
)
def test_rubbish_means_nothing(label):
    """What names no text encoding has no family, and nothing is imported to find that out."""
    assert family(label) is None or label.strip() == "punycode"


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (b'<meta charset="gbk">', "gbk"),
        (b"<META CHARSET = GB2312 />", "GB2312"),
        (b"<meta http-equiv=content-type content='text/html;charset=big5'>", "big5"),
        (b'<meta content="text/html; charset=utf-8" http-equiv="Content-Type">', "utf-8"),
        (b"<!-- <meta charset=big5> --><meta charset=gbk>", "gbk"),
        (b"<!-- <meta charset=big5>", None),
        (b'<?xml version="1.0" encoding="gb18030"?>', "gb18030"),
        (b'<?xml version="1.0" encoding="utf-8"?><meta charset=gbk>', "gbk"),
        (b'<meta name="keywords" content="charset=gbk">', None),
        (b'<script charset="gbk">', None),
        (b"<meta charset=>", None),
        (b"<metacharset=gbk>", None),
        (b"<meta charset=\xd6\xd0>", "\\xd6\\xd0"),
    ],
)
def test_meta_is_heard(head, label):
    """The first meta that declares a charset counts, comments do not, XML's comes last."""
    assert read_declared(b"<html>" * (not head.startswith(b"<?xml")) + head).meta == label


def test_meta_is_found_in_utf_16():
    """The label of a UTF-16 page is found between its NULs."""
    assert read_declared('<html><meta charset="gbk">'.encode("utf-16-be")).meta == "gbk"


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("text/html; charset=GBK", "GBK"),
        ('text/html;charset="utf-8"', "utf-8"),
        ("text/html; CHARSET = big5 ; x", "big5"),
        ("text/html", None),
        ("", None),
        (None, None),
        ("charset=" + "x" * 500, "x" * 99),
    ],
)
def test_header_is_heard(header, label):
    """The label of the Content-Type header is taken as written, up to 99 characters."""
    assert read_declared(b"", header).header == label


@pytest.mark.parametrize(
    ("header", "meta", "decided", "agrees"),
    [
        (None, None, "gb18030", True),
        ("gbk", "gb2312", "gb18030", True),
        ("gbk", "utf-8", "gb18030", False),
        ("utf-16", None, "utf-16-le", True),
        ("latin1", None, "cp1252", True),
        (None, "rubbish", "gb18030", False),
    ],
)
def test_all_labels_must_mean_the_decided_codec(header, meta, decided, agrees):
    """One wrong label is enough to disagree; no label is no disagreement."""
    assert Declared(header, meta).agrees(decided) is agrees


@given(st.binary(max_size=300), st.none() | st.text(max_size=100))
@settings(max_examples=200, deadline=None)
def test_listening_never_raises(body, header):
    """Any bytes and any header are heard."""
    declared = read_declared(b"<meta charset=" + body, header)

    assert all(
        family(label) is None or family(label)
        for label in (declared.header, declared.meta)
        if label
    )
