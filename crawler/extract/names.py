"""The names of people in a byline: ``记者 余 萍、张三 通讯员 李四``, ``郜碧澄(实习)、盛卉``.

Names are written without separators, aligned with spaces, parted by spaces, followed by the
house they work for. A string that cannot be read as names gives none: no name is better than a
wrong one.
"""

from __future__ import annotations

from importlib import resources

from crawler.extract.keywords import in_simplified_marks, marks

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"

# What stands before a name and says what its owner did. Longest first within a kind.
_HOUSE = rf"(?:(?<![{HAN}])[{HAN}]{{1,12}}(?:报|网|社|台|刊|频道|客户端|杂志|周刊|视觉|[省市县区])[-－—\s]?)?"
_GRADE = rf"(?:首席|实习|见习|特约|特派|驻[{HAN}]{{1,6}}|全媒体|融媒体|融媒|新媒体|全媒|主任)?"
_WRITERS = "记者|通讯员|实习生|撰稿人|撰稿|撰文|供稿|作者|评论员|编译|文字|采写"
_OTHERS = "责任编辑|责编|编辑|摄影报道|摄影|摄像|图片|校对|审核|审校|监制|制图|剪辑|视频|翻译"
# One character is a role only where it cannot be part of a name: 侯文坤 holds no 文.
_SHORT = rf"(?<![{HAN}])(?:文\s?[/／、]\s?图|图\s?[/／、]\s?文|图文|文图|文(?=\s?[/／:：]))"
_SHORT_OTHER = rf"(?<![{HAN}])[图摄](?=\s?[/／:：]|$)|摄$"
_ROLE = marks(
    rf"(?:{_HOUSE}{_GRADE}(?P<writer>{_WRITERS}|{_SHORT})|(?P<other>实习编辑|{_OTHERS}|{_SHORT_OTHER}))"
    rf"(?:报道)?(?:\s?[:：/／]\s?)?"
)

# A last one may have lost its closing bracket with the decoration: 责编：甲(实习
_NESTED = marks(r"[(（\[【][^()（）\[\]【】]{0,40}(?:[)）\]】]|$)")
# A wide gap parts names whose own characters are spread out: 江　野　　罗　小　满
_APART = marks(r"[、，,;；/／|｜&\n]|\s和\s|\s与\s|[\s\u3000]{2,}")
_DECORATION = " 　()（）[]【】□■●◆:：.。—-_*"
_CHINESE = marks(rf"[{HAN}]{{2,4}}")
_LONG = marks(rf"[{HAN}]{{1,8}}(?:[·•・‧][{HAN}]{{1,8}}){{1,3}}|[{HAN}]{{5,6}}")
_LATIN = marks(r"[A-Z][A-Za-z.'’-]{0,20}(?: [A-Z][A-Za-z.'’-]{0,20}){0,3}")

_INSTITUTION = marks(
    "(?:[部局委院校所社网报会厅处站台办馆室系]|中心|公司|集团|大学|学院|频道|机构|基地|银行|协会|法院|政府|小学|中学)$"
)
_NOT_A_NAME = frozenset(
    [
        "全文完",
        "未完待续",
        "待续",
        "组图",
        "题图",
        "漫画",
        "视频",
        "更新",
        "资料图片",
        "资料图",
        "掌声",
        "见图",
        "左图",
        "右图",
        "上图",
        "下图",
        "摘要",
        "摘编",
        "转载",
        "节选",
        "综合",
        "整理",
        "编译",
        "新华社",
        "人民网",
        "新华网",
        "中新社",
        "中新网",
        "央视网",
        "本报",
        "本报讯",
        "有删减",
        "有删节",
        "图文",
        "文图",
        "报道",
        "记者",
        "通讯员",
        "实习生",
        "实习",
        "见习",
        "本网",
        "本刊",
        "年版",
        "日报",
        "笑声",
        "热烈",
        "鼓掌",
        "如图",
        "图片",
        "来源",
        "供图",
        "作者",
        "编辑",
        "责编",
    ]
)
_LETTERS = marks(rf"[{HAN}A-Za-z]")

_SINGLE, _DOUBLE = (
    frozenset(line.split())
    for line in resources.files(__package__)
    .joinpath("surnames.txt")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
)


def names_in(text: str, *, editors: bool = False, trusted: bool = False) -> tuple[str, ...]:
    """Read the names that ``text`` lists.

    Args:
        text: The list, with or without its brackets and roles.
        editors: The list is one of editors: ``编辑`` and its kin lead to wanted names then.
        trusted: Something before ``text`` has said that names follow; then a name needs no
            well-known surname.

    Returns:
        Names in order, each once, without inner spaces; empty if ``text`` lists none.

    >>> names_in("记者 余 萍 洪兵 曹梦雅")
    ('余萍', '洪兵', '曹梦雅')
    >>> names_in("责编：郜碧澄(实习)、盛卉", editors=True)
    ('郜碧澄', '盛卉')
    >>> names_in("慕阳子 中国现代国际关系研究院欧洲所")
    ('慕阳子',)
    """
    text = text[:300].strip(_DECORATION)
    if not text:
        return ()
    text = _NESTED.sub(" ", text).strip(_DECORATION)
    found: dict[str, None] = {}
    for wanted, trust, stretch in _by_role(text, editors, trusted):
        if wanted:
            for name in _listed(stretch, trust):
                found.setdefault(name)
    return tuple(found)


def has_role(text: str) -> bool:
    """Tell whether ``text`` begins with a writer's role: ``本报记者 ...``, ``通讯员：...``."""
    match = _ROLE.match(text[:40].lstrip(_DECORATION))
    return match is not None and match["writer"] is not None


def is_known_name(text: str) -> bool:
    """Tell a Chinese name by its surname.

    >>> is_known_name("朴馨语"), is_known_name("欧阳明月"), is_known_name("据了解")
    (True, True, False)
    """
    if not _CHINESE.fullmatch(text) or text in _NOT_A_NAME:
        return False
    return (text[0] in _SINGLE and len(text) < 4) or (text[:2] in _DOUBLE and len(text) > 2)


def _by_role(text: str, editors: bool, trusted: bool) -> list[tuple[bool, bool, str]]:
    """Cut ``text`` at its roles: is this stretch wanted, is it trusted, what does it say."""
    stretches = []
    wanted, trust, start = True, trusted, 0
    for match in _ROLE.finditer(text):
        stretches.append((wanted, trust, text[start : match.start()]))
        wanted = bool(match["writer"]) or editors
        trust, start = True, match.end()
    stretches.append((wanted, trust, text[start:]))
    return stretches


def _listed(stretch: str, trusted: bool) -> list[str]:
    """Read the names of one stretch between two roles."""
    names = []
    for chunk in _APART.split(stretch):
        parts = [part.strip(_DECORATION) for part in chunk.split()]
        names += [
            name for name in rejoined([part for part in parts if part]) if _is_name(name, trusted)
        ]
    return names


def rejoined(parts: list[str]) -> list[str]:
    """Join what alignment pulled apart; leave names that spaces part as they are.

    >>> rejoined(["余", "萍", "洪兵", "曹梦雅"])
    ['余萍', '洪兵', '曹梦雅']
    >>> rejoined(["罗", "小", "满"])
    ['罗小满']
    """
    if all(len(part) == 1 for part in parts):
        return _of_single_characters(parts)
    joined: list[str] = []
    for part in parts:
        before = joined[-1] if joined else ""
        given = len(part) == 1 and (len(before) == 1 or before in _DOUBLE)
        if before and (given or (len(before) == 1 and before in _SINGLE and len(part) == 2)):
            joined[-1] = before + part
        else:
            joined.append(part)
    # A Latin name keeps its spaces.
    if joined and all(_LATIN.fullmatch(part) for part in joined):
        return [" ".join(joined)]
    return joined


def _of_single_characters(parts: list[str]) -> list[str]:
    """Join characters that stand apart; five and more can be cut in several ways: no name."""
    if len(parts) == 4 and parts[2] in _SINGLE:
        return ["".join(parts[:2]), "".join(parts[2:])]
    return ["".join(parts)] if 1 < len(parts) <= 4 else []


def _is_name(text: str, trusted: bool) -> bool:
    marked = in_simplified_marks(text)
    if marked in _NOT_A_NAME or (len(text) > 2 and _is_institution(marked)):
        return False
    if _LATIN.fullmatch(text) or (_LONG.fullmatch(text) and (trusted or not text.isalpha())):
        return trusted or len(text) > 3
    return _CHINESE.fullmatch(text) is not None and (trusted or is_known_name(text))


def _is_institution(marked: str) -> bool:
    return _INSTITUTION.search(marked) is not None and not (
        len(marked) == 3 and is_known_name(marked)
    )
