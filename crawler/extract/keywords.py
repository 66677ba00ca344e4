"""The words that mark the parts of an article (来源, 责编, 记者, 摄 ...), in both scripts.

The site serves every page a second time in traditional characters, under ``/BIG5/``. So each
pattern of this room is written once, in simplified characters, and compiled to read both.
"""

from __future__ import annotations

import re

# Only the characters that occur in marker words; this is no conversion of texts.
_TRADITIONAL = (
    "來編責輯記電訊攝圖報實習聞關閱讀鏈題讓點擊進詳細專發視覺聯審訪譯員頻網華據廣參與導週經濟資單閒對頁續產聲權長錄創製評論"
    "類黨國際務雜誌現場刪節轉載隨熱門歡壇標簽廳學處館東協臺說為組機辦觀領項書體見區縣鎮訂"
)
_SIMPLIFIED = (
    "来编责辑记电讯摄图报实习闻关阅读链题让点击进详细专发视觉联审访译员频网华据广参与导周经济资单闲对页续产声权长录创制评论"
    "类党国际务杂志现场删节转载随热门欢坛标签厅学处馆东协台说为组机办观领项书体见区县镇订"
)
_BOTH = dict(zip(_SIMPLIFIED, _TRADITIONAL, strict=True))
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def marks(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a pattern that is written in simplified characters to read both scripts.

    >>> marks("[(（]责编[:：]").match("（責編：") is not None
    True
    >>> marks("[报网]讯").pattern
    '[报報网網][讯訊]'
    """
    pieces = []
    in_class = False
    for i, character in enumerate(pattern):
        escaped = i > 0 and pattern[i - 1] == "\\"
        if character in "[]" and not escaped:
            in_class = character == "["
        twin = _BOTH.get(character)
        if twin is None:
            pieces.append(character)
        else:
            pieces.append(character + twin if in_class else f"[{character}{twin}]")
    return re.compile("".join(pieces), flags)


def in_both_scripts(characters: str) -> str:
    """Return characters of marker words with their traditional forms.

    >>> in_both_scripts("者报")
    '者报報'
    """
    return "".join(character + _BOTH.get(character, "") for character in characters)


def in_simplified_marks(text: str) -> str:
    """Write the marker characters of a short text in simplified form, one for one.

    >>> in_simplified_marks("見習記者葉靜")
    '见习记者葉靜'
    """
    return text.translate(_TO_SIMPLIFIED)
