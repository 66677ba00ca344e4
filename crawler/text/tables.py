"""Facts about characters and their codes, each in one place; whoever needs one takes it from here.

What is data of its own has its file instead: script of a character ``data/scripts.txt`` (read by
:mod:`crawler.text.chinese.script`), canonical classes ``data/classes.txt``, telephones' emoji
``data/softbank.tsv``, statistics ``data/ngrams.bin``.
"""

from __future__ import annotations

from typing import Final

LOST: Final = "\ufffd"
"""What a decoder shows for bytes that it cannot read."""

GB2312_LEVEL_1: Final = range(0xB0, 0xD8)
"""First bytes of the 3,755 ordinary simplified hanzi in GB 2312 (rows 16 to 55 of the standard)."""

BIG5_LEVEL_1: Final = range(0xA4, 0xC7)
"""First bytes of the 5,401 ordinary traditional hanzi in Big5."""

GB18030_MOVED: Final[dict[str, str]] = dict(
    zip(
        "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"  # A6D9-A6DF A6EC A6ED A6F3
        "\ue7c7\ue5e5"  # A8BC A3A0
        "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864"  # FE59 FE61 FE66 FE67 FE6D FE7E FE90 FEA0
        "\ue816\ue817\ue818\ue831\ue83b\ue855",  # FE51 FE52 FE53 FE6C FE76 FE91
        "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
        "\u1e3f\u3000"
        "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb"
        "\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe",
        strict=True,
    )
)
"""Private-use characters of GB 18030-2000, which is Python's table, and what they are today.

The 2005 edition moved U+1E3F, the 2022 edition the vertical forms and eight hanzi; both as in the
WHATWG Encoding Standard's index, which also reads A3A0 as a space. Unicode has the last six hanzi
in Extension B, and the standard codes them there a second time.
"""

GB18030_OF_2000: Final[dict[str, str]] = {
    new: old for old, new in GB18030_MOVED.items() if new != "\u3000"
}
"""The way back, to a character that Python's codec knows; a space has its own code."""
