"""What stands around a name in a byline: houses, roles, posts, and what was done.

A house before 记者 is told by its place, not by a list: whatever is written right before the
word (``极目新闻记者``, ``南方+记者``, ``《人民日报》记者``) is where the reporter works.
"""

from __future__ import annotations

from crawler.extract.keywords import in_both_scripts, marks

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"

_GRADE = rf"(?:首席|实习|见习|特约|特派|驻[{HAN}]{{1,6}}|全媒体|融媒体|融媒|新媒体|全媒|主任|高级|本[报网刊台社])?"
# No reporters: 记者会, 记者节, 记者站, 记者们.
_WRITERS = (
    "记者(?![会节站团们证])|通讯员|实习生|撰稿人|撰稿|撰文|供稿|作者(?!单位)|评论员|编译|文字"
    "|采写|主笔|执笔人?"
)
_OTHERS = "责任编辑|责编|编辑|摄影报道|摄影|摄像|图片|校对|审核|审校|监制|制图|剪辑|视频|翻译|作者单位|单位"
# One character is a role only where it cannot be part of a name: 侯文坤 holds no 文.
_SHORT = (
    rf"(?<![{HAN}])(?:文\s?[/／、]\s?[图摄]|图\s?[/／、]\s?文|图文|文图|文(?=\s?[/／:：丨|｜]))"
)
_SHORT_OTHER = rf"(?<![{HAN}])[图摄](?=\s?[/／:：丨|｜]|$)|摄$"

# Whatever else a list calls its people: 统筹：, 策划：.
_LABEL = rf"(?<![{HAN}])[{HAN}]{{2,4}}(?=\s?[:：])"

# The regular expression knows no houses: what is written before 记者 is one by its place.
ROLE = marks(
    rf"(?:本[文版])?(?:{_GRADE}(?P<writer>{_WRITERS}|{_SHORT})"
    rf"|(?P<other>(?:实习|执行|值班|新媒体)?编辑|{_OTHERS}|{_SHORT_OTHER}|{_LABEL}))"
    rf"(?:报道)?(?:\s?[:：/／丨|｜]\s?)?"
)
_TAKES_A_HOUSE = marks("记者|评论员|通讯员")
# 谢雨桐/文, 谢雨桐 何听澜/文, 谢雨桐 文/图, 谢雨桐 文 何听澜 图: the names before their role.
_BEHIND = marks(
    rf"(?<![{HAN}])([{HAN}]{{2,4}}(?:[\s、][{HAN}]{{2,4}}){{0,3}})"
    rf"(?:\s?[/／]\s?(文图?|图|摄)|\s(文\s?[/／、]\s?[图摄]|[文图摄]))(?![{HAN}/／:：丨|｜])"
)
_ROLE_BEHIND = marks(r"[\s/／][文图摄]")
_IN_BRACKETS = marks(r"[【\[]\s?([^【】\[\]]{2,12}?)\s?[】\]]")

# A post or a title at the end of a phrase: 中央党校教授, 全国人大代表, 该院研究员, 资深媒体人.
_POSTS = (
    "教授|讲师|研究员|学者|专家|媒体人|代表|委员|主任|院长|校长|书记|局长|部长|处长|所长|馆长|站长|台长|社长|会长|组长"
    "|理事|理事长|秘书长|秘书|作家|诗人|记者|评论员|编辑|主编|总编|律师|医生|医师|工程师|规划师|设计师|院士|博士|硕士"
    "|博士后|博士生|硕士生|研究生|大学生|学生|学员|老师|教师|导师|干部|主席|经理|董事长|总裁|顾问|成员|会员|队员|队长"
    "|民警|志愿者|爱好者|负责人|发言人|传承人|创始人|村民|市民|读者|网友|先生|女士|同志|院校|选手|演员|导演|编剧"
)
_POST_END = marks(rf"(?:{_POSTS})$")
_LAST_POST = marks(rf".{{0,30}}(?:{_POSTS})")
# 王小明系山东大学教授 · 系该院研究员
_IS = marks("均?[系为是]")

_DID = (
    "报道|报导|采写|整理|采访|撰写|参与|执笔|摄影|拍摄|撰文|编译|供稿|编写|写作|口述|供图|编发|综合"
)
# 采访整理, 参与采写, 唐山报道: no names of people.
_DEED = marks(rf"[{HAN}]{{0,6}}(?:{_DID})")
_DEED_END = marks(rf"(?:(?:联合|综合|摄影|独家)?报道|发自[{HAN}]{{2,6}}|(?:{_DID}){{1,2}})$")
_MADE_THE_TEXT = marks("(?:采访|录音|文字|综合)?(?:整理|采写|撰写|编写|撰稿|供稿|执笔)$")
# How posts and deeds end: most names are told from them by that.
_LAST_OF_POSTS = frozenset(
    in_both_scripts("".join(word[-1] for word in f"{_POSTS}|{_DID}".split("|")))
)
_OTHERS_TOO = marks("等(?:[一二两三四五六七八九十]人)?$")

_NO_BYLINE = marks(
    r"(?:本文)?作者(?:单位|均|分别)|文中|据|综合|来源|原载|刊于|转自|参与|见[上下左右题]?图|[上下左右组题]图|完$"
    r"|连载|.{0,2}略$"
    # 唐·杜甫 is quoted
    r"|(?:[秦汉晋隋唐宋元明清]|先秦|[东西两]汉|三国|[东西魏]晋|南朝|北朝|五代|[北南]宋|民国|近代|现代|当代)[·•・‧]"
)
# （何听澜 饰）, （何听澜 演唱）: what an artist does.
_PLAYS = marks(
    "饰演?|扮演|演唱|演奏|朗诵|配音|作[词曲画]|[词曲译绘画书题诗演唱]|口述|剧照|翻译|摄影?"
)


INSTITUTION = marks(
    "(?:[部局委院校所社网报会厅处站台办馆室系]|中心|公司|集团|大学|学院|频道|机构|基地|银行|协会|法院|政府|小学|中学"
    "|新闻|客户端|传媒|杂志|周刊|晚报|视频|在线|观察|研究院)$"
)


def opened(text: str) -> str:
    """Write a role that stands in brackets before its names as a role: ``【主笔】`` as ``主笔：``."""
    match = _IN_BRACKETS.match(text)
    if match and ROLE.fullmatch(match[1]):
        return f"{match[1]}：{text[match.end() :]}"
    return text


def in_front(text: str) -> str:
    """Write a role that follows its name before it.

    >>> in_front("谢雨桐/文 何听澜/图"), in_front("谢雨桐 文/图")
    ('文/谢雨桐 图/何听澜', '文/图/谢雨桐')
    """
    if _ROLE_BEHIND.search(text) is None:
        return text
    return _BEHIND.sub(lambda found: f"{found[2] or found[3]}/{found[1]}", text)


def without_deed(text: str) -> str:
    """Take off what was done, where it made the text: ``（谢雨桐整理）``, never ``（谢雨桐饰）``.

    >>> without_deed("谢雨桐采访整理"), without_deed("谢雨桐演唱")
    ('谢雨桐', '谢雨桐演唱')
    """
    return _MADE_THE_TEXT.sub("", text).rstrip()


def names_nobody(text: str) -> bool:
    """Tell what begins as other remarks in brackets do: ``作者单位：……``, ``唐·杜甫``, ``余下略``."""
    return _NO_BYLINE.match(text) is not None


def is_art(word: str) -> bool:
    """Tell what an artist does: ``饰``, ``演唱``."""
    return _PLAYS.fullmatch(word) is not None


def takes_a_house(role: str) -> bool:
    """Tell a role that is written behind the name of a house: ``央视记者``, never ``央视作者``."""
    return _TAKES_A_HOUSE.search(role) is not None


def is_post(phrase: str) -> bool:
    """Tell a post, a title or what was done from a name.

    >>> [is_post(p) for p in ("中央党校教授", "采访整理", "济南报道", "谢雨桐")]
    [True, True, True, False]
    """
    if phrase[-1:] not in _LAST_OF_POSTS:
        return False
    return _POST_END.search(phrase) is not None or _DEED.fullmatch(phrase) is not None


def name_beside_post(phrase: str) -> str:
    """Return the part of a phrase that may be a name, once post and deed are taken off.

    >>> name_beside_post("系宁夏大学教授谢雨桐"), name_beside_post("李思远采写")
    ('谢雨桐', '李思远')
    >>> name_beside_post("王小明等"), name_beside_post("王小明系该院研究员")
    ('王小明', '王小明')
    """
    phrase = _OTHERS_TOO.sub("", phrase)
    lead = _IS.match(phrase)
    if lead:
        phrase = phrase[lead.end() :]
    elif _POST_END.search(phrase):
        cut = phrase.find("系")
        return phrase[:cut] if 2 <= cut <= 4 else phrase
    post = _LAST_POST.match(phrase)
    if post and post.end() < len(phrase):
        return phrase[post.end() :]
    deed = _DEED_END.search(phrase)
    return phrase[: deed.start()] if deed and deed.start() > 1 else phrase
