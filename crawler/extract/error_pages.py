"""Pages that are sent as if all were well and are none: errors, challenges, notices, empty frames.

A judgement on little text only: an article about households without a number 404, or about the
repair of a system, has more to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.errors import ExtractionError
from crawler.extract.keywords import marks
from crawler.extract.tree import Document, text_of, xpath

# An error page says so in its headline, and nothing else.
_ERROR = marks(
    r"(?:页面|网页)(?:没有|未|不)(?:找到|存在)|出错啦"
    r"|^\W*404\W*(?:$|not found|error|错误|页面|找不到)|^\W*(?:page )?not found\W*$"
    r"|^\W*(?:访问出错|(?:系统|网站)(?:正在)?维护中?|(?:页面|网页|网站)?无法访问)\W*$",
    re.IGNORECASE,
)
# One of these stands in every such headline: a test before the one that costs.
_ERROR_SIGN = marks("[页错4nN访维]")
_CHALLENGE = marks(
    r"(?:安全|访问|人机|身份)验证|验证码|just a moment|attention required|access denied"
    r"|checking your browser|访问(?:被|已被)(?:拒绝|拦截|阻断)|请求(?:被|已被)(?:拒绝|拦截|阻断)"
    r"|开启 ?javascript|enable javascript|滑动验证|访问(?:过于|太)频繁",
    re.IGNORECASE,
)
_JUMP = marks(
    r"(?:页面|网页|正在|自动|即将)(?:正在|自动|为您|即将){0,2}跳转|^\W*跳转中?\W*$"
    r"|没有自动跳转|^\W*(?:redirecting|loading|加载中|正在加载)\W*$",
    re.IGNORECASE,
)
# A notice has so many characters at most; the shortest articles have more, or say none of this.
_SHORT = 200
_LONGEST_WORDS = 40

_FRAMES = xpath("/html//*[self::frameset or self::frame or self::iframe]")
_SCRIPTS = xpath("/html//script")
_HEADLINES = xpath("/html//*[self::title or self::h1 or self::h2]")
_TEXT = xpath("/html/body//*[self::p or self::li or self::td or self::div or self::body]")


def is_notice(title: str, paragraphs: Sequence[str]) -> bool:
    """Whether a page says no more than that there is no page, or that it is elsewhere."""
    if len(paragraphs) >= 4:
        return False
    if _ERROR_SIGN.search(title) and _ERROR.search(title):
        return True
    if sum(map(len, paragraphs)) > _SHORT:
        return False
    return any(map(_says_jump, (title, *paragraphs))) or bool(_CHALLENGE.fullmatch(title.strip()))


def _says_jump(text: str) -> bool:
    # Where 跳转 does not stand, the words are the whole line.
    return ("跳" in text or len(text) <= _LONGEST_WORDS) and _JUMP.search(text) is not None


def refuse_no_list(page: Document, leads: int) -> None:
    """Raise if a page without articles is no list page either.

    A column that has fallen silent is an empty list, and leads back into the site; whatever else
    is empty is not.

    Args:
        page: A page without a link to an article.
        leads: How many of its links lead anywhere on its site.

    Raises:
        ExtractionError: It is none; ``field`` says what it is instead.
    """
    headlines = " ".join(text_of(each) for each in _HEADLINES(page.root))[:_SHORT]
    body = page.root.find("body")
    text = "".join(text_of(body).split()) if body is not None else ""
    short = len(text) <= _SHORT
    if any(_ERROR.search(text_of(each)) for each in _HEADLINES(page.root)[:8]):
        raise ExtractionError(page.url, "list", "error_page", "an error page with status 200")
    if _CHALLENGE.search(headlines) or (short and _CHALLENGE.search(text)):
        raise ExtractionError(page.url, "list", "challenge", "a check of who asks, and no list")
    if short and (_JUMP.search(headlines) or _JUMP.search(text)):
        raise ExtractionError(
            page.url, "list", "notice", "a page that leads elsewhere, and no list"
        )
    if _FRAMES(page.root) and (short or not leads):
        raise ExtractionError(page.url, "list", "frames", "frames in the place of a list")
    if leads:
        return
    if _SCRIPTS(page.root) and short:
        raise ExtractionError(page.url, "list", "challenge", "a script in the place of a list")
    raise ExtractionError(page.url, "list", "links", "no link that leads into the site")
