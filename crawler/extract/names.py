"""The names of people in a byline: ``记者 余 萍、张三 通讯员 李四``, ``郜碧澄(实习)、盛卉``.

Names are written without separators, aligned with spaces, parted by spaces, run together,
followed by the house they work for. A string that cannot be read as names gives none: no name is
better than a wrong one. Roles, houses and posts are told in :mod:`crawler.extract.roles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from crawler.extract.keywords import in_simplified_marks, marks
from crawler.extract.roles import (
    HAN,
    INSTITUTION,
    ROLE,
    in_front,
    is_post,
    name_beside_post,
    opened,
    takes_a_house,
)

# A last one may have lost its closing bracket with the decoration: 责编：甲(实习
_NESTED = marks(r"[(（\[【][^()（）\[\]【】]{0,40}(?:[)）\]】]|$)")
# A wide gap parts names whose own characters are spread out: 江　野　　罗　小　满
_APART = marks(r"[、，,;；/／|｜丨&\n]|\s和\s|\s与\s|[\s\u3000]{2,}")
_GLUED = re.compile(r"[^\s\u3000、，,;；|｜丨：:（）()]{1,24}$")
_REPORTS = ("报道", "報道")
# 责编, 编辑; whoever proof-reads or approves is no editor.
_EDITS = marks("编")
# 图/, 摄影：; 某视频记者 works for a house of that name.
_PICTURES = marks(r"(?:图|摄[影像]?|视频|制图)\s?[:：/／丨|｜]")
_JOINED = marks("[和与及]")
_DECORATION = " \u3000()（）[]【】□■●◆:：.。—-_*"
_CHINESE = marks(rf"[{HAN}]{{2,4}}")
_LONG = marks(rf"[{HAN}]{{1,8}}(?:[·•・‧][{HAN}]{{1,8}}){{1,3}}|[{HAN}]{{5,6}}")
_LATIN = marks(r"[A-Z][A-Za-z.'’-]{0,20}(?: [A-Z][A-Za-z.'’-]{0,20}){0,3}")

# 新华日报 交汇点, 南方日报、南方+; no sentence: 镇上来了, 他当过.
_HOUSES = re.compile(r"(?:[^，。；：！？（）()的了在是将据被他她们来过为]|在线){1,26}")
# No name is made of these, whatever stood before it: 记者近日获悉, 记者从省厅了解到.
_NO_NAME = re.compile("[的了在是将据获悉称说被把这那该其某们从今昨获采对日]")
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
        "有删改",
        "有改动",
        "明天见",
        "吴语",
        "闽语",
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
        "文字",
        "撰文",
        "主笔",
        "执笔",
        "参与",
        "无关",
        "谷雨",
    ]
)
# 江苏篇, 李白诗, 温州话: a word and what it names. 饰, 演: an actor and the part.
_WORD_ENDS = frozenset("篇章诗词曲画书版卷节段首图语话调戏剧奖牌腔歌集")
_NAME_ENDS = _WORD_ENDS | frozenset("饰演扮译注题绘唱摄")

_SINGLE, _DOUBLE = (
    frozenset(line.split())
    for line in resources.files(__package__)
    .joinpath("surnames.txt")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
)
SURNAMES = _SINGLE
# The fifty that more than half of all people bear: they decide where names run together.
_COMMONEST = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮許鄧蕭呂蘇盧蔣賈葉閻"
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
    >>> names_in("极目新闻记者 郑晓岚，华中师范大学教授纪明远")
    ('郑晓岚', '纪明远')
    >>> names_in("责编：郜碧澄(实习)、盛卉", editors=True)
    ('郜碧澄', '盛卉')
    >>> names_in("慕阳子 中国现代国际关系研究院欧洲所")
    ('慕阳子',)
    """
    text = opened(text[:300].strip(" \u3000□■●◆")).strip(_DECORATION)
    if not text:
        return ()
    plain = text.split("、")
    if all(map(_is_plainly_a_name, plain)):
        return tuple(dict.fromkeys(plain))
    text = in_front(_NESTED.sub(" ", text)).strip(_DECORATION)
    found: dict[str, None] = {}
    for wanted, trust, stretch in _by_role(text, editors, trusted):
        if wanted:
            for name in _listed(stretch, trust):
                found.setdefault(name)
    return tuple(found)


def has_role(text: str) -> bool:
    """Tell whether ``text`` begins with a writer's role, behind a house or not.

    >>> has_role("央视记者 李四"), has_role("通讯员：李四"), has_role("镇上来了记者和游客")
    (True, True, False)
    """
    text = in_front(text[:60].lstrip(_DECORATION))
    text = opened(text)
    roles = [match for match in ROLE.finditer(text) if match["writer"] or match.start() == 0]
    match = next((match for match in roles if match["writer"]), None)
    if match is None:
        return False
    before = text[: match.start()]
    if not before or len(roles) > 1:
        return True
    return takes_a_house(match[0]) and _HOUSES.fullmatch(before) is not None


def is_known_name(text: str) -> bool:
    """Tell a Chinese name by its surname.

    >>> is_known_name("朴馨语"), is_known_name("欧阳明月"), is_known_name("据了解")
    (True, True, False)
    """
    if not _CHINESE.fullmatch(text) or text in _NOT_A_NAME:
        return False
    return (text[0] in _SINGLE and len(text) < 4) or (text[:2] in _DOUBLE and len(text) > 2)


def may_be_a_word(text: str) -> bool:
    """Tell whether what looks like a name may as well be a word, or a word and what it names.

    >>> [may_be_a_word(t) for t in ("高兴", "江苏篇", "罗长风饰", "宋翠", "韩青禾")]
    [True, True, True, False, False]
    """
    if text[1:] in _words().get(text[:1], ()):
        return True
    if len(text) == 4:
        return text[3] in _NAME_ENDS and is_known_name(text[:3])
    return len(text) == 3 and text[2] in _NAME_ENDS and text[1] in _words().get(text[0], ())


def readings_of(text: str) -> list[tuple[str, ...]]:
    """Return the ways to cut names that run together, fewest names first; empty if none.

    >>> readings_of("周牧野郑晓岚")
    [('周牧野', '郑晓岚')]
    >>> readings_of("高华明方文")
    [('高华', '明方文'), ('高华明', '方文')]
    """
    if not 4 <= len(text) <= 9 or is_known_name(text):
        return []
    ways = sorted(_cuts(text), key=len)
    if len(text) == 4:  # 张杨果而 is one person
        ways = [way for way in ways if all(name[0] in _COMMONEST for name in way)]
    return [way for way in ways if 1 < len(way) == len(ways[0])]


@cache
def _words() -> dict[str, frozenset[str]]:
    """Words that begin with a surname, by that; loaded when a bracket must be judged."""
    lines = resources.files(__package__).joinpath("words.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if not line.startswith("#"))
    return {first: frozenset(rests) for first, *rests in rows}


def _by_role(text: str, editors: bool, trusted: bool) -> list[tuple[bool, bool, str]]:
    """Cut ``text`` at its roles: is this stretch wanted, is it trusted, what does it say."""
    stretches = []
    roles = list(ROLE.finditer(text))
    wanted, trust, start, pictures = True, trusted and not roles, 0, False
    for match in roles:
        stretch = text[start : match.start()]
        if match["writer"] and takes_a_house(match[0]):
            stretch = _without_house(stretch, behind_role=start > 0)
        elif match[0].endswith(_REPORTS):
            stretch = _without_place(stretch)
        stretches.append((wanted, trust, stretch))
        # 图/本报记者 甲 is a photographer.
        if not (pictures and not text[start : match.start()].strip()):
            wanted = bool(match["writer"]) or (editors and _EDITS.search(match[0]) is not None)
        pictures = not wanted and _PICTURES.match(match[0]) is not None
        trust, start = True, match.end()
    stretches.append((wanted, trust, text[start:]))
    return stretches


def _without_house(stretch: str, *, behind_role: bool) -> str:
    """Drop the house that is written before a role: ``南方+`` before 记者."""
    house = _GLUED.search(stretch)
    if house is None:
        words = stretch.rsplit(None, 1) if not behind_role else []
        is_house = words and not (is_known_name(words[-1]) and not may_be_a_word(words[-1]))
        return stretch[: stretch.rindex(words[-1])] if is_house else stretch
    if behind_role and house.start() == 0 and _is_name(house[0], trusted=False):
        return stretch  # 通讯员李思远记者王小明
    return stretch[: house.start()]


def _without_place(stretch: str) -> str:
    """Drop the place that is written before 摄影报道, behind a name: ``余小满 青岛``."""
    words = stretch.rsplit(None, 1)
    is_place = len(words) == 2 and (not is_known_name(words[1]) or may_be_a_word(words[1]))
    return words[0] if is_place else stretch


def _listed(stretch: str, trusted: bool) -> list[str]:
    """Read the names of one stretch between two roles."""
    names: list[str] = []
    for chunk in _APART.split(stretch):
        parts = [part.strip(_DECORATION) for part in chunk.split()]
        for part in rejoined([part for part in parts if part]):
            if names and part.endswith(_REPORTS):
                continue  # 唐山报道 names a town, though 唐 is a surname
            names += _names_of(part, trusted)
    return names


def _names_of(part: str, trusted: bool) -> Iterator[str]:
    """Read the names of one word of a list: mostly one, or none, or several run together."""
    if len(part) < 4 and is_known_name(part):
        # Almost every name of the site: nothing else about it need be asked.
        if _is_plainly_a_name(part):
            yield part
        return
    marked = in_simplified_marks(part)
    bare = name_beside_post(marked) if len(marked) > 2 else marked
    if len(bare) < len(marked):
        # What stands beside a post is a name only if it looks like one.
        if not is_known_name(bare) or may_be_a_word(bare):
            return
        part = part[marked.find(bare) :][: len(bare)]
    joint = [name for name in _JOINED.split(part) if name]
    if len(joint) == 2 and all(map(is_known_name, joint)):
        yield from joint
        return
    ways = [] if _is_no_person(in_simplified_marks(part)) else readings_of(part)
    if len(ways) == 1 or (ways and _is_likelier(ways)):
        yield from ways[0]
    elif _is_name(part, trusted):
        yield part


def _is_plainly_a_name(part: str) -> bool:
    """Tell two or three hanzi that begin with a surname, and are no word of a byline."""
    if len(part) > 3 or not is_known_name(part):
        return False
    marked = in_simplified_marks(part)
    return marked not in _NOT_A_NAME and not (len(part) == 3 and is_post(marked))


def _is_likelier(ways: list[tuple[str, ...]]) -> bool:
    """Order ``ways`` by how common their surnames are; tell whether the first is the only one."""
    common = [sum(name[0] in _COMMONEST for name in way) for way in ways]
    best = max(common)
    ways.sort(key=lambda way: -sum(name[0] in _COMMONEST for name in way))
    return common.count(best) == 1


def _cuts(text: str) -> Iterator[tuple[str, ...]]:
    """Cut ``text`` into names with known surnames, of at most nine characters in all."""
    if not text:
        yield ()
        return
    for length in (2, 3, 4):
        name = text[:length]
        if len(name) == length and is_known_name(name):
            yield from ((name, *rest) for rest in _cuts(text[length:]))


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
    if marked in _NOT_A_NAME or (len(text) > 2 and _is_no_person(marked)):
        return False
    if _LATIN.fullmatch(text) or (_LONG.fullmatch(text) and (trusted or not text.isalpha())):
        return trusted or len(text) > 3
    if is_known_name(text):
        return True
    return trusted and _CHINESE.fullmatch(text) is not None and _NO_NAME.search(text) is None


def _is_no_person(marked: str) -> bool:
    """Tell a house, a post or a deed from a name; 王若社 is a name all the same."""
    if len(marked) == 3 and is_known_name(marked):
        return is_post(marked)
    return INSTITUTION.search(marked) is not None or is_post(marked)
