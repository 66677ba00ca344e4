"""Who took a photo: the credit at the end of its caption.

``……。人民网 宋翠摄`` has its credit as a phrase of its own: it is parted from the caption.
``……现场（人民网记者 王泓漓 摄）`` has it in brackets inside the caption's sentence: the caption
stays as printed, and the credit is the bracket's content.
"""

from __future__ import annotations

import re

from crawler.extract.keywords import marks
from crawler.extract.names import is_known_name, rejoined
from crawler.extract.roles import HAN

# A credit of a maker: the maker, then what was done. A house may follow in brackets:
# 李信君摄(人民图片网) · 新华社发（李四 摄）
_TAKEN = marks(
    r"(?P<maker>[^()（）【】\[\]。！？；]{2,40}?)[\s\u3000]?(?:摄影报道|摄影|摄制|摄|航拍|绘图|制图|绘)"
    r"(?:[\s\u3000]?[(（][^()（）]{2,20}[)）])?"
)
_GIVEN = marks(
    r"(?:(?:图片|照片|资料图?|图)[\s\u3000]?(?:均?由)?|均?由)?"
    r"(?P<giver>[^()（）。，！？；：、向为给将由\s\u3000][^()（）。，！？；：、向为给将由]{1,23}?)[\s\u3000]?(?:供图|提供图片|提供)"
)
_RELEASED = marks(
    r"(?:新华社|中新社|人民网|人民图片|本报)发(?:[\s\u3000]?[(（][^()（）]{2,20}[)）]|[\s\u3000].{2,16}摄)?"
)
_STOCK = marks(
    r"(?:新华社|人民图片网?|人民视觉|视觉中国|影像中国|东方IC|CFP|IC photo|资料图片?|资料照片|资料|无人机照片"
    r"|网络图|图片来自网络|图据.{2,12})(?:供图|发)?",
    re.IGNORECASE,
)
_LABELLED = marks(
    r"(?:摄影(?:师|者)?|摄|图片?来源|图片|图源|供图|拍摄|图)\s?[:：/／]\s?[^。，]{2,24}"
)
_DRAWN = marks(r"(?P<maker>[^()（）。！？；]{2,40}?)[\s\u3000/／]?图")

_ROLE = marks(
    rf"(?:[{HAN}·]{{0,16}}?[\s\u3000·/／-]?)?(?:首席|实习|见习|特约|全媒体|融媒体|驻[{HAN}]{{1,4}})?"
    r"(?:记者|通讯员|实习生|摄影师|网友)[\s\u3000:：]?"
)
_HOUSE = marks(
    rf"[{HAN}·]{{1,18}}(?:[报网社台部局委院校所办馆县市区镇厅站]|图片|视觉|频道|中心|公司|集团|大学|协会|客户端)"
    r"[\s\u3000/／·-]{1,2}"
)
_PARTS = marks(r"[、，,;；/／\s\u3000]+")
_NAME = marks(rf"[{HAN}]{{2,4}}|[{HAN}]{{1,8}}[·•・][{HAN}]{{1,8}}|[A-Za-z][A-Za-z.]{{1,20}}")

# Without one of these near its end, a text ends in no credit; most texts are done here.
_HINT = marks(
    r"摄|供图|提供|航拍|绘|制图|[社网刊报]发|图片|视觉|影像|CFP|cfp|IC|资料|无人机|图据|网络图|来源|图源|图\s?[/／:：]|图$"
)
_HINT_WITHIN = 26

_OPENS = marks(
    r"[▲△▼▽↑↓←→◀▶]{0,2}\s?图[①-⑳一二三四五六七八九十\d]{0,3}\s?(?:为|[:：])|图片?说明|[上下左右题]图(?:为|[:：])|资料图(?:片|[:：。，\s(（]|$)"
    r"|[▲△▼▽]\s?[^。]{4,80}。|图[①-⑳]|这是.{0,12}(?:\d日|无人机|航拍|现场).{0,30}拍摄的"
)
# 图为民生，谋在长远: a saying, no caption.
_SAYING = marks(r"图为.{1,4}[，,]")
_PICTURED = marks("图片|照片|资料图|摄影")
_SENTENCE_END = marks(r"[。！？!?；;…]+[”’」』]?")
_BRACKET_END = marks(r"[(（【\[]([^()（）【】\[\]]{2,40})[)）】\]][。.]?$")
_BLANK = marks(r"[\s\u3000]{1,4}")
_LONGEST_CREDIT = 45


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Part a caption from its credit.

    Returns:
        Caption and credit, each ``None`` if there is none.

    >>> split_credit("会议现场。人民网 宋翠摄")
    ('会议现场。', '人民网 宋翠摄')
    >>> split_credit("发布会现场（人民网记者 王泓漓 摄）")
    ('发布会现场（人民网记者 王泓漓 摄）', '人民网记者 王泓漓 摄')
    >>> split_credit("新华社记者 李四 摄")
    (None, '新华社记者 李四 摄')
    """
    text = text.strip(" \u3000")
    if _HINT.search(text, max(0, len(text) - _HINT_WITHIN)) is None:
        return text or None, None
    if is_credit(text):
        return None, _bare(text)
    start = _credit_start(text)
    if start is not None:
        return text[:start].rstrip(" \u3000") or None, text[start:].strip(" \u3000。")
    bracket = _BRACKET_END.search(text[-_LONGEST_CREDIT:])
    if bracket and is_credit(bracket[1].strip()):
        return text, bracket[1].strip()
    return text, None


def is_credit(text: str) -> bool:
    """Tell a line or phrase that is nothing but a credit.

    >>> [is_credit(t) for t in ("李信君摄(人民图片网)", "受访者供图", "游客在岸边拍摄", "会议现场 张三摄")]
    [True, True, False, False]
    """
    if not 2 <= len(text) <= _LONGEST_CREDIT:
        return False
    phrase = _bare(text)
    if _STOCK.fullmatch(phrase) or _RELEASED.fullmatch(phrase) or _LABELLED.fullmatch(phrase):
        return True
    if _GIVEN.fullmatch(phrase):
        return not _BLANK.search(phrase) or _HOUSE.match(phrase) is not None
    taken = _TAKEN.fullmatch(phrase)
    if taken:
        # 育秧棚航拍 is a picture, and nobody's.
        is_view = phrase.endswith("航拍") and not _is_somebody(taken["maker"])
        return not is_view and _names_a_maker(taken["maker"])
    drawn = _DRAWN.fullmatch(phrase)
    return drawn is not None and _ROLE.match(phrase) is not None and _names_a_maker(drawn["maker"])


def opens_caption(text: str) -> bool:
    """Tell a line that begins as captions do: ``图为……``, ``图①：……``."""
    start = text[:60]
    return _OPENS.match(start) is not None and _SAYING.match(start) is None


def is_photo_credit(credit: str) -> bool:
    """Tell a credit that can only be a photo's: 提供 is said of meals and of timber, too.

    >>> is_photo_credit("李信君摄"), is_photo_credit("主办方提供"), is_photo_credit("受访者供图")
    (True, False, True)
    """
    return not credit.rstrip("）)").endswith("提供") or _PICTURED.search(credit) is not None


def _bare(text: str) -> str:
    """Take off a full stop and the brackets around a whole phrase."""
    text = text.strip(" \u3000。")
    if text[:1] in "(（【[" and text[-1:] in ")）】]":
        return text[1:-1].strip(" \u3000")
    return text


def _names_a_maker(maker: str) -> bool:
    """Tell ``人民网记者 刘颖婕``, ``人民图片/张辉``, ``余 萍`` from the words of a sentence."""
    maker = maker.strip(" \u3000/／")
    role = _ROLE.match(maker) or _HOUSE.match(maker)
    names = rejoined(
        [
            part
            for part in _PARTS.split(_ROLE.sub(" ", maker[role.end() :] if role else maker))
            if part
        ]
    )
    if not 0 < len(names) <= 8 or not all(_NAME.fullmatch(name) for name in names):
        return False
    # One word alone may be any name; several words must look like names, or follow a role.
    return role is not None or len(names) == 1 or all(map(is_known_name, names))


def _is_somebody(maker: str) -> bool:
    return any(pattern.match(maker) for pattern in (_ROLE, _HOUSE)) or is_known_name(maker.strip())


def _credit_start(text: str) -> int | None:
    """Return where the credit begins that is a phrase of its own; ``None`` without one."""
    tail_start = max(0, len(text) - _LONGEST_CREDIT - 2)
    body = text.rstrip(" \u3000。")
    ends = [match.end() for match in _SENTENCE_END.finditer(body, tail_start)]
    for end in ends[-2:]:
        phrase = body[end:].strip(" \u3000")
        if phrase and phrase[0] not in "(（【[" and is_credit(phrase):
            return end
    # 会议现场 人民网 宋翠摄: no sentence ends, a space parts them.
    for blank in _BLANK.finditer(body, tail_start):
        phrase = body[blank.end() :]
        if blank.start() and phrase[0] not in "(（【[" and is_credit(phrase) and _is_person(phrase):
            return blank.start()
    return None


def _is_person(phrase: str) -> bool:
    """Tell a credit that can stand behind a mere space: it names a role, a house or a surname."""
    if _ROLE.match(phrase) or _HOUSE.match(phrase) or phrase.endswith(("供图", "供圖")):
        return True
    taken = _TAKEN.match(phrase)
    parts = rejoined(_PARTS.split(taken["maker"].strip())) if taken else []
    return bool(parts) and all(map(is_known_name, parts))
