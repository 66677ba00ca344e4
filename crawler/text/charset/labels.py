"""What a page says about its own charset: header, ``<meta>``, XML declaration.

A declaration is a witness, not a judge. Here it is only heard and understood: which words
were written, and which family of codecs they mean. Labels are read as the WHATWG Encoding
Standard reads them (https://encoding.spec.whatwg.org/#names-and-labels): every GB label means
GB18030, every Big5 label means Big5-HKSCS, ``latin1`` means windows-1252.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache
from typing import Final

META_BYTES: Final = 4096
"""How far into the page a ``<meta>`` is looked for; browsers look at 1024."""

_HEADER_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([^\s;,\"']{1,99})", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_XML_ENCODING = re.compile(rb"\A\s{0,99}<\?xml[^<>]*?\sencoding\s*=\s*[\"']([^\"'<>]{1,99})")
_META = re.compile(rb"<meta[\s/][^<>]*", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9}([^\s\"'/;<>]{1,99})", re.IGNORECASE
)

_FAMILIES: Final[dict[str, str]] = {
    label: family
    for family, labels in {
        "gb18030": "gb2312 gb_2312 gb_2312_80 gb2312_80 gb2312_1980 gbk gb18030 gb_18030 gb18030_2000 "
        "gb18030_2005 gb18030_2022 x_gbk cp936 ms936 windows_936 936 chinese csgb2312 csgbk "
        "csiso58gb231280 iso_ir_58 euc_cn euccn x_euc_cn",
        "big5hkscs": "big5 big5_hkscs big5hkscs hkscs big5_eten big5_tw cn_big5 csbig5 csbig5hkscs x_x_big5 "
        "cp950 ms950 windows_950 950",
        "utf-8": "utf8 utf_8 u8 unicode_1_1_utf_8 unicode11utf8 unicode20utf8 x_unicode20utf8 utf_8_sig utf8mb4",
        "utf-16": "utf_16 utf16 utf_16le utf_16_le utf_16be utf_16_be utf16le utf16be unicode ucs_2 "
        "unicodefeff unicodefffe csunicode iso_10646_ucs_2",
        "hz": "hz hz_gb hz_gb_2312 hzgb",
        "cp1252": "ascii us_ascii ansi_x3.4_1968 iso_8859_1 iso8859_1 iso88591 latin1 latin_1 l1 cp819 windows_1252 "
        "x_cp1252 cp1252",
        "cp1254": "iso_8859_9 iso8859_9 latin5 l5 windows_1254 cp1254",
        "cp932": "shift_jis shift_jis_2004 sjis s_jis ms_kanji x_sjis csshiftjis windows_31j cp932 ms932",
        "euc_jp": "euc_jp eucjp x_euc_jp euc_jis_2004 ujis",
        "cp949": "euc_kr euckr ks_c_5601_1987 ksc5601 ksc_5601 ks_c_5601 korean windows_949 cp949 uhc",
        "iso8859-8": "iso_8859_8 iso_8859_8_i iso_8859_8_e csiso88598i csiso88598e logical visual hebrew",
        "cp874": "tis_620 tis620 iso_8859_11 iso8859_11 windows_874 cp874 dos_874",
    }.items()
    for label in labels.split()
}

# Python's other aliases, once and as a closed list: looking a page's label up with
# codecs.lookup would let a hostile page import modules and fill a cache for ever.
_NOT_TEXT: Final = frozenset(
    [
        "base64_codec",
        "bz2_codec",
        "hex_codec",
        "quopri_codec",
        "rot_13",
        "uu_codec",
        "zlib_codec",
        "mbcs",
        "utf_7",
    ]
)
_PYTHON_NAMES: Final[dict[str, str]] = {
    alias: codecs.lookup(module).name
    for alias, module in {**aliases, **{module: module for module in aliases.values()}}.items()
    if module not in _NOT_TEXT
}


@dataclass(frozen=True, slots=True)
class Declared:
    """The charset names that a page came with.

    Attributes:
        header: From the ``Content-Type`` header, as written there; ``None`` if it names none.
        meta: From the page, as written there; ``None`` if it names none.
    """

    header: str | None
    meta: str | None

    @property
    def families(self) -> tuple[str, ...]:
        """Families of the labels that mean something, the header's first."""
        known = (family(label) for label in (self.header, self.meta) if label)
        return tuple(name for name in known if name)

    @property
    def names_chinese(self) -> bool:
        """Whether a label means GB18030 or Big5."""
        return self.means("gb18030") or self.means("big5hkscs")

    def means(self, codec: str) -> bool:
        """Tell whether any label means ``codec``."""
        return codec in self.families

    def agrees(self, decided: str, *, ascii_only: bool = False) -> bool:
        """Tell whether every label means ``decided``; a label written as rubbish does not.

        Args:
            decided: Python codec name.
            ascii_only: The page holds nothing but ASCII, so every known label but UTF-16 is true.
        """
        named = [family(label) for label in (self.header, self.meta) if label]
        if ascii_only:
            return all(name not in (None, "utf-16") for name in named)
        return all(name == family(decided) for name in named)


def read_declared(body: bytes, content_type: str | None = None) -> Declared:
    """Collect what header and page say; never raises."""
    return Declared(_from_header(content_type), _from_page(body))


@lru_cache(maxsize=256)
def family(label: str) -> str | None:
    """Name the codec family that a label means, itself a Python codec name; ``None`` for rubbish.

    >>> family("GB2312"), family("x-gbk"), family("Latin1"), family("utf-16le"), family("gb23l2")
    ('gb18030', 'gb18030', 'cp1252', 'utf-16', None)
    """
    if len(label) > 40 or not label.isascii():
        return None
    key = normalize_encoding(label.strip().lower()).lower()
    return _FAMILIES.get(key) or _PYTHON_NAMES.get(key)


def _from_header(content_type: str | None) -> str | None:
    found = _HEADER_CHARSET.search(content_type[:1000]) if content_type else None
    return found[1] if found else None


def _from_page(body: bytes) -> str | None:
    """Find the label in the first 4096 characters; comments do not count, ``<meta>`` goes first."""
    head = body[:META_BYTES]
    if b"\0" in head:  # a page in UTF-16 writes its ASCII with NULs between
        head = body[: 2 * META_BYTES].replace(b"\0", b"")
    head = _COMMENT.sub(b"", head)
    for tag in _META.findall(head):
        found = _META_CHARSET.search(tag)
        if found and _is_declaration(tag, found.start()):
            return _as_text(found[1])
    found = _XML_ENCODING.search(head.lstrip(b"\xef\xbb\xbf\xff\xfe"))
    return _as_text(found[1]) if found else None


def _is_declaration(tag: bytes, at: int) -> bool:
    """Refuse ``<meta name=description content="about charset=...">``: only words."""
    return b"http-equiv" in tag.lower() or b"content" not in tag[:at].lower()


def _as_text(label: bytes) -> str:
    return label.decode("ascii", "backslashreplace")
