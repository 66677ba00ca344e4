"""Where a report was filed, who wrote it, who edited it: read off the article's own lines.

A byline stands in a box of its own, in brackets behind the dateline, as a line above the text, or
in brackets at the end of it; the first place that names anybody is believed. Editors are read
from their own line only, and are never authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from crawler.extract.credits import is_credit
from crawler.extract.keywords import marks
from crawler.extract.names import has_role, is_known_name, may_be_a_word, names_in
from crawler.extract.roles import (
    HAN,
    INSTITUTION,
    ROLE,
    in_front,
    is_art,
    is_post,
    names_nobody,
    without_deed,
)
from crawler.items import Dateline

# 人民网济南3月25日电 · 新华社北京4月24日电 · 人民网讯 · 羊城晚报讯 · 本报青岛2月12日电
# 人民网北京、济南2月12日电 · 人民网济南 青岛2月12日电 · 新华社北京—上海2月12日电: several places;
# 新华社北京2月11日、济南2月12日电: each with its day · 新华社“雪龙2”号2月12日电: a ship
_NEXT_PLACE = (
    r"(?:(?:(?:\d{1,2}月\d{1,2}日(?:[电讯](?=、))?)?\s?[、，,/／－—―-]{1,2}\s?|[\s\u3000]{1,2})"
    rf"(?!(?:见习|实习|本[报网])?记者|通讯员|[{HAN}]{{0,6}}(?:新闻|客户端|频道))[{HAN}·]{{1,10}}?)"
)
# Every part is bounded, so the search costs the same for any text.
_DATELINE = marks(
    rf"[【\[]?(?P<text>据?(?P<agency>本[报网刊社台]|《?[{HAN}]{{1,10}}?(?:社|网|报|台|刊|频道)》?(?:客户端)?)"
    rf"(?:\s?[-－—·\s]\s?[{HAN}]{{2,8}}?(?:频道|客户端|点|新闻|[日晚时]报))?[-－—·/\s\u3000]{{0,2}}"
    rf"(?P<place>(?!记者|道|[{HAN}]{{0,6}}(?:新闻|客户端|频道)[\s\u3000])"
    rf"(?:[{HAN}“”\"·]{{1,12}}?|“[{HAN}\dA-Za-z-]{{1,10}}”[{HAN}]{{0,4}})(?P<more>{_NEXT_PLACE}{{1,5}}?)?)??[\s\u3000]{{0,2}}"
    r"(?P<date>(?:(?:(?:19|20)?\d\d年)?\d{1,2}月)?\d{1,2}日(?:至\d{1,2}日)?)?[\s\u3000]{0,2}"
    r"(?P<verb>(?:(?:体育|综合)?专)?电|消息|(?<![通资简快短音喜])讯))[】\]]?"
)
_DAY = marks(r"\d{1,2}月\d{1,2}日[电讯]?")
# Most lines have none of these near their start: a test before the one that costs.
_VERB = marks("[电讯]|消息")
# 电 with no date before it is a dateline only if the line goes on like one; so is 讯.
_GOES_ON = marks(r"[\s\u3000(（:：]|记者|通讯员|$")
_ANNOUNCES = marks(r"[\s\u3000]?[(（:：]|[\s\u3000]")
# Words that begin with 电, and references such as 据新华社3月1日电，...
_RUNS_INTO = marks(r"[视影话力子器脑动站商机厂缆，、]|讯员|员")
# Several places without a date are places only before a byline.
_SIGNS = marks(r"[\s\u3000]{0,2}(?:[(（]|记者|通讯员)")
_TOO_LONG = 60

_BRACKET = marks(
    r"[\s\u3000:：]{0,3}[(（]([^()（）]{1,120}(?:[(（][^()（）]{0,30}[)）][^()（）]{0,80})?)[)）]"
)
_REPORTED = marks(
    rf"[\s\u3000:：]{{0,3}}((?:[{HAN}A-Za-z+·《》—-]{{2,16}})?(?:记者|通讯员)[^。，！？]{{2,60}}?)(?:摄影)?报[道导][:：,，\s\u3000]"
)
_ONE_REPORTER = marks(
    rf"[\s\u3000:：]{{0,3}}(?:本[报网]|人民网)?记者[\s\u3000]?(?![从在近今昨日获采])([{HAN}]{{2,3}}|[{HAN}][\s\u3000][{HAN}])[\s\u3000]"
)
_REPORTS = marks("报[道导]$")
_BYLINE_ROOM = 90
_BETWEEN_NAMES = re.compile(r"[\s\u3000、，,;；/()（）【】\[\]和与及]|(?:实习)")
_SENTENCE = marks(r"[。！？!?，,；;“”]")
_END_BRACKET = marks(
    r"[(（]([^()（）]{2,80}(?:[(（][^()（）]{0,30}[)）][^()（）]{0,50})?)[)）][\s\u3000。]?$"
)

_ANY_BRACKET = re.compile(r"[()（）【】\[\]]")
# ■ 曹小满（人民网评论员）
_SIGNED = marks(r"[□■●◆▪]\s{0,3}([^()（）。，！？]{2,30})(?:[(（][^()（）。！？]{2,30}[)）])?")
# 余小满（山东大学历史学院教授）
_WITH_POST = marks(r"([^()（）。，！？：:]{2,20})[(（]([^()（）。！？：:]{4,30})[)）]")
# What grows in a field or lies on a table; hardly anybody's given name ends so.
_FOODS = frozenset("米豆麦麥菜瓜薯粱谷穀粟薏椒葱蔥蒜笋筍菇藕糕饼餅虾蝦蟹卜茄芋")
_EDITORS = marks(
    r"(?:责[\s\u3000]{0,2}编|责任编辑|编辑)\s?(?:[:：/／丨｜|】\]]|(?<=责编)|(?<=责任编辑))"
)
_EDITORS_LINE = marks(
    r"[\s\u3000]?[(（【\[]?(?:本[文网站]|本期|值班|新媒体|执行|网站|网络|新闻|实习|文字|图文|图片|视频)?"
    r"(?P<role>责[\s\u3000]{0,2}编|责任编辑|编辑)"
    r"[\s\u3000]?(?P<mark>[:：/／丨｜|】\]]|(?<=[\s\u3000]))[\s\u3000]?"
)
_LONGEST_EDITORS = 60
# 随时上传照片。（责编：甲、乙）: in a bracket behind the last sentence, or bare behind its full stop.
_EDITORS_BEHIND = marks(
    r"[(（【\[〔][^()（）【】\[\]〔〕]{4,60}(?:[(（][^()（）]{0,30}[)）][^()（）【】\[\]〔〕]{0,60}){0,3}[)）】\]〕]"
    r"[\s\u3000]{0,3}(?P<stop>[。.]?)[\s\u3000]{0,3}$"
)
_OPENING = re.compile(r"[(（【\[〔]")
_STOPS = ("。", "！", "？", "…", "!", "?", "。”", "！”", "？”", "：", "；")
_LONGEST_BEHIND = 240
_EDITORS_OPEN = marks(r"(?:责编|责任编辑|编辑)")
_EDITORS_BARE = marks(
    r"(?<=[。！？…”）)])[\s\u3000]{0,4}(?:责编|责任编辑|编辑)\s?[:：/／][^。！？，,:：]{2,50}$"
)


def read_dateline(line: str) -> tuple[Dateline, int] | None:
    """Read the dateline at the start of ``line``.

    Returns:
        The dateline and the position behind it, or ``None`` if the line has none.

    >>> read_dateline("人民网青岛2月12日电 （记者 张三）春节临近")[0]
    Dateline(text='人民网青岛2月12日电', agency='人民网', place='青岛', date='2月12日')
    >>> read_dateline("人民网讯 记者从省教育厅获悉")[0].place is None
    True
    """
    head = line[:_TOO_LONG]
    match = _DATELINE.match(head) if _VERB.search(head) else None
    if match is None or not _is_dateline(match, line[match.end() : match.end() + 4]):
        return None
    parts = {name: _cut(line, match, name) for name in ("text", "agency", "place", "date")}
    dateline = Dateline(
        text=parts["text"] or "",
        agency=(parts["agency"] or "").strip("《》") or None,
        place=_DAY.sub("", parts["place"] or "") or None,
        date=parts["date"],
    )
    return dateline, match.end()


def find_dateline(paragraphs: Sequence[str]) -> tuple[Dateline, str] | None:
    """Find the dateline of an article: at the start of one of its first three paragraphs.

    Returns:
        The dateline and the rest of its paragraph, or ``None``.
    """
    for paragraph in paragraphs[:3]:
        found = read_dateline(paragraph)
        if found:
            return found[0], paragraph[found[1] :]
    return None


def read_authors(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Read the reporters' names off the paragraphs.

    Looked for behind the dateline, then in a line of its own near the top, then in brackets at
    the end; the first that names somebody is the byline. Empty if none does.

    >>> read_authors(["人民网重庆2月27日电（周睿、朴馨语）初春的重庆"])
    ('周睿', '朴馨语')
    >>> read_authors(["羊城晚报讯 记者帅鹏坤报道：连日来"])
    ('帅鹏坤',)
    >>> read_authors(["春天来了。", "（慕阳子 中国现代国际关系研究院欧洲所）"])
    ('慕阳子',)
    """
    return read_byline(paragraphs)[1]


def read_byline(paragraphs: Sequence[str]) -> tuple[Dateline | None, tuple[str, ...]]:
    """Read dateline and authors together; see :func:`find_dateline` and :func:`read_authors`."""
    found = find_dateline(paragraphs)
    behind = _behind_dateline(found[1]) if found else _opening(paragraphs[:1])
    authors = (
        behind
        or _byline_line(paragraphs[:3])
        or _at_end(paragraphs[-3:])
        or _byline_line(paragraphs[3:][-2:])
    )
    return found[0] if found else None, authors


def read_editors(texts: Iterable[str]) -> tuple[str, ...]:
    """Read the editors' names off their lines, ``(责编：郜碧澄(实习)、盛卉)``; empty if none.

    >>> read_editors(["（责任编辑：王欲然）"]), read_editors(["編輯：葉 靜"])
    (('王欲然',), ('葉靜',))
    """
    found: dict[str, None] = {}
    for text in texts:
        match = _EDITORS.search(text[:300])
        if match is None and is_editors_text(text):
            match = _EDITORS_LINE.match(text[:20])  # 编辑 甲: its mark is a blank
        if match:
            listed = _bracket_around(text[:600], match.end())
            found |= dict.fromkeys(names_in(listed, editors=True, trusted=True))
    return tuple(found)


def _bracket_around(text: str, start: int) -> str:
    """Return ``text`` from ``start`` to the bracket that closes around it, or to its end."""
    depth = 1
    for bracket in _ANY_BRACKET.finditer(text, start):
        depth += 1 if bracket[0] in "(（【[" else -1
        if depth == 0:
            return text[start : bracket.start()]
    return text[start:]


def is_editors_text(text: str) -> bool:
    """Tell a line of the text that names the editors, ``(责编：甲、乙)``.

    >>> is_editors_text("（責任編輯：葉靜）"), is_editors_text("编辑部的故事")
    (True, False)
    >>> is_editors_text("责任编辑 苏晚晴"), is_editors_text("责编 老张告诉我一件事")
    (True, False)
    """
    match = _EDITORS_LINE.match(text[:20])
    if match is None:
        return False
    if match["mark"] in ("：", ":") and match["role"] != "编辑" and match["role"] != "編輯":
        return True
    # With a weaker mark, the line must hold nothing but names, of photographers as well.
    listed = ROLE.sub("、", text[match.end() :])
    trusted = len(listed.strip()) < 6 and match["role"] not in ("编辑", "編輯")
    return len(text) < _LONGEST_EDITORS and _is_names_only(listed, editors=True, trusted=trusted)


def editors_texts(lines: Iterable[str]) -> Iterator[str]:
    """Yield what names editors: whole lines, and the brackets behind the text of others.

    >>> list(editors_texts(["春天来了。（责编：葉靜）", "花开了。", "编辑：汤小瑶"]))
    ['（责编：葉靜）', '编辑：汤小瑶']
    """
    for line in lines:
        behind = line if is_editors_text(line) else without_editors_behind(line)[1]
        if behind:
            yield behind


def without_editors_behind(text: str) -> tuple[str, str]:
    """Cut a line of text from the editors who stand at its end.

    Returns:
        The text, and the editors as printed; ``""`` for these if the line ends otherwise.

    >>> without_editors_behind("花开了（编辑 汤小瑶）。"), without_editors_behind("花开了。责编：葉靜")
    (('花开了。', '（编辑 汤小瑶）'), ('花开了。', '责编：葉靜'))
    >>> without_editors_behind("他当过编辑（责编老张的说法）。")
    ('他当过编辑（责编老张的说法）。', '')
    """
    if "编" not in text and "編" not in text:  # as in most lines
        return text, ""
    start = max(0, len(text) - _LONGEST_BEHIND)
    opened = _EDITORS_OPEN.search(text, start)
    if opened is None:
        return text, ""
    bracket = _last_editors_bracket(text, start)
    if bracket:
        before = text[: bracket.start()].rstrip(" \u3000")
        stop = "" if before.endswith(_STOPS) else bracket["stop"]
        return before + stop, text[bracket.start() : bracket.start("stop")].rstrip(" \u3000")
    bare = _EDITORS_BARE.search(text, start)
    behind = bare[0].strip(" \u3000") if bare else ""
    if bare and len(behind) < _LONGEST_EDITORS and _names_nobody_else(behind):
        return text[: bare.start()].rstrip(" \u3000"), behind
    return text, ""


def _last_editors_bracket(text: str, start: int) -> re.Match[str] | None:
    """Return the bracket at the end of ``text`` that names its editors, if text stands before it."""
    for opening in _OPENING.finditer(text, max(1, start)):
        bracket = _EDITORS_BEHIND.match(text, opening.start())
        if not bracket or not text[: opening.start()].strip(" \u3000"):
            continue
        if is_editors_text(text[bracket.start() : bracket.start("stop")].rstrip(" \u3000")):
            return bracket
    return None


def _names_nobody_else(line: str) -> bool:
    mark = _EDITORS_LINE.match(line)
    return mark is not None and _is_names_only(line[mark.end() :], editors=True, trusted=True)


def _is_dateline(match: re.Match[str], rest: str) -> bool:
    if _RUNS_INTO.match(rest):
        return False
    if match["more"] and not match["date"] and not _SIGNS.match(rest):
        return False
    if match[0].endswith(("】", "]")):
        return True
    if match["verb"] == "消息":
        return _ANNOUNCES.match(rest) is not None
    return match["date"] is not None or _GOES_ON.match(rest) is not None


def _cut(line: str, match: re.Match[str], name: str) -> str | None:
    start, end = match.span(name)
    return line[start:end].strip(" 　") or None if start >= 0 else None


def _behind_dateline(rest: str) -> tuple[str, ...]:
    rest = rest[: _BYLINE_ROOM * 2]
    bracket = _BRACKET.match(rest)
    if bracket:
        return _bracketed(bracket[1])
    spoken = _REPORTED.match(rest) or _ONE_REPORTER.match(rest)
    return names_in(rest[spoken.start(1) : spoken.end(1)], trusted=True) if spoken else ()


def _opening(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Read ``（人民网记者 张三）``, ``本报记者张三报道：`` at the start of a text without a dateline."""
    start = paragraphs[0][: _BYLINE_ROOM * 2] if paragraphs else ""
    match = _BRACKET.match(start)
    if match:
        return _bracketed(match[1]) if has_role(match[1]) else ()
    spoken = _REPORTED.match(start)
    return names_in(spoken[1], trusted=True) if spoken and has_role(start) else ()


def _bracketed(content: str) -> tuple[str, ...]:
    """Read a bracket that may be a byline: roles with names, bare names, a name and its house."""
    if names_nobody(content.strip()) or _is_photographer(content):
        return ()
    content = in_front(content)
    if has_role(content):
        return names_in(content, trusted=True)
    content = without_deed(content)
    # Bare names: all of them must be names, or the bracket says something else.
    names = names_in(content, trusted=len(content.strip()) < 5)
    return names if _holds_only(content, names) or _has_house(content, names) else ()


def _is_names_only(text: str, *, editors: bool = False, trusted: bool = False) -> bool:
    """Tell a list of names, with or without roles, that holds nothing else."""
    return _holds_only(text, names_in(text, editors=editors, trusted=trusted))


def _holds_only(text: str, names: tuple[str, ...]) -> bool:
    """Tell whether ``text`` holds these names and nothing else but roles and marks."""
    bare = _BETWEEN_NAMES.sub("", ROLE.sub("", text))
    return bool(names) and sum(map(len, names)) == len(bare)


def _is_photographer(text: str) -> bool:
    """Tell a credit from a byline; 摄影报道 is said of a reporter."""
    return is_credit(text) and _REPORTS.search(text) is None


def _has_house(content: str, names: tuple[str, ...]) -> bool:
    """Tell ``姓名 单位`` and ``单位 姓名`` from a sentence in brackets."""
    parts = re.split(r"[\s\u3000，,]+", content.strip())
    if len(parts) < 2 or len(names) != 1 or is_art(parts[-1]):
        return False
    return names[0] in (parts[0], parts[-1])


def _byline_line(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Read a paragraph that is nothing but a byline: ``本报记者 张三 李四``."""
    for paragraph in paragraphs:
        signed = _SIGNED.fullmatch(paragraph[:_BYLINE_ROOM])
        if signed and _is_names_only(signed[1]):
            return names_in(signed[1])
        titled = _WITH_POST.fullmatch(paragraph[:_BYLINE_ROOM])
        if titled and (is_post(titled[2]) or INSTITUTION.search(titled[2])):
            names = names_in(titled[1])
            if _holds_only(titled[1], names) and not any(map(may_be_a_word, names)):
                return names
        line = paragraph.strip(" 　□■●（）()")
        if len(line) >= _BYLINE_ROOM or _SENTENCE.search(line):
            continue
        if has_role(line) and not _is_photographer(line):
            names = names_in(line, trusted=True)
            if names:
                return names
    return ()


def _at_end(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Read the bracket that ends one of the last paragraphs."""
    for paragraph in reversed(paragraphs):
        tail = paragraph[-160:]
        match = _END_BRACKET.search(tail)
        if match is None:
            continue
        before = tail[: match.start()].rstrip(" 　")
        names = _bracketed(match[1])
        # 老任 may be anybody's pen name, but only where a sentence has ended.
        if names and has_role(match[1]):
            return names
        if names and (not before or before[-1] in "。！？…”）)"):
            return _signers(names)
    return ()


def _signers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that may sign a text without a role.

    A list of things is none, though some of them look like names: ``（高粱、江米、黄米）``.
    """
    signers = tuple(name for name in names if _may_sign(name))
    others = len(names) - len(signers)
    return () if others and not any(len(name) > 2 for name in signers) else signers


def _may_sign(name: str) -> bool:
    """Tell a name that may sign a text, from a gloss: ``（方言）``, ``（江苏篇）``, ``（江米）``."""
    if len(name) < 4 and name[-1] in _FOODS:
        return False
    return ("·" in name or is_known_name(name)) and not may_be_a_word(name)
