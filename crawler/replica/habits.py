"""How the site's own system prints, and what editors and hosts do to its pages.

The truth of an article never depends on what is printed here: other indents, marks that nothing
closes, photos that come late, hidden words, lists of other articles, codes to scan. Each is at a
rate of its own (:mod:`crawler.replica.plan`), as on real pages.
"""

from __future__ import annotations

import zlib
from html import escape

from crawler.items import Photo
from crawler.replica.furniture import Titled

# Editors type their indents; the site's editor writes them as any of these.
INDENTS = ("&emsp;&emsp;", "&ensp;&ensp;&ensp;&ensp;", "&nbsp;&nbsp;&nbsp;&nbsp;", "\u2003\u2003")
USUAL_INDENT = "\u3000\u3000"
EDITORS = ("责编/{}", "（责编 {}）", "责任编辑 {}", "（责任编辑：{}）")
PAGE_WORDS = ("语音播报", "扫一扫分享到朋友圈", "分享让更多人看到")
_HIDDEN = (
    '<div style="display:none">本段为编辑部审读时的记号，不在页面上显示。</div>',
    "<p hidden>稿件流转单已经归档，不在页面上显示。</p>",
    '<p><span style="visibility:hidden">待核实的数字，不在页面上显示。</span></p>',
)
_LATE = (
    '<img src="/img/blank.gif" data-src="{path}" alt="{alt}" />',
    '<img src="/img/blank.gif" data-original="{path}" alt="{alt}" />',
    '<img data-lazy-src="{path}" alt="{alt}" />',
    '<picture><source srcset="{path}"><img src="{path}" alt="{alt}"></picture>',
)
# One photo in so many comes late.
_LATE_RATE = 16


def indented(html: str, number: int, traits: frozenset[str]) -> str:
    """Print a paragraph with another indent, if its article has one."""
    if "odd-indents" not in traits:
        return html
    return html.replace(USUAL_INDENT, INDENTS[number % len(INDENTS)], 1)


def broken(html: str, place: int, traits: frozenset[str]) -> str:
    """Print a paragraph with marks around it that no parser should stumble over."""
    if place != 1:
        return html
    if "void-element" in traits:
        html = f'<embed src="/img/player.swf" width="1" height="1">{html}'
    if "stray-end" in traits:
        html += "</div>"
    return html


def between(place: int, total: int, number: int, traits: frozenset[str]) -> list[str]:
    """Print what stands before a paragraph and is no part of the article."""
    lines = []
    if place == total - 3:
        # The system itself puts advertising before the third last paragraph.
        lines.append(
            '<div class="ad_hh"><script type="text/javascript">showAd("hh");</script></div>'
        )
    if place == 2 and "hidden-text" in traits:
        lines.append(_HIDDEN[number % len(_HIDDEN)])
    if place == 0 and "page-words" in traits:
        lines.append(f"<p>{PAGE_WORDS[number % len(PAGE_WORDS)]}</p>")
    return lines


def closing(others: tuple[Titled, ...], traits: frozenset[str]) -> list[str]:
    """Print what stands behind the last paragraph: other articles, with a heading or without."""
    links = [f'<a href="{escape(url)}">{escape(title)}</a>' for url, title in others]
    lines = []
    if "linked-lines" in traits and len(links) > 2:
        lines += [f"<p><strong>{link}</strong></p>" for link in links]
    if "promo-block" in traits and links:
        items = "".join(f"<li>{link}</li>" for link in links)
        lines.append(f'<div class="jingbian2012"><h3>要闻精编</h3><ul>{items}</ul></div>')
    return lines


def behind_editors(channel: str, traits: frozenset[str]) -> str:
    """Print the code to scan that stands behind the editors' line; empty for most."""
    if "qr-box" not in traits:
        return ""
    return (
        '<div class="tjewm cf"><span><img src="/NMediaFile/2022/0801/MAIN202208011036000001.jpg" '
        f'alt="关注公众号">关注公众号：人民网{channel}频道</span></div>\n'
    )


def editors(named: str, usual: str, number: int, traits: frozenset[str]) -> str:
    """Print the editors' line; ``usual`` is the design's own form."""
    if "editors-form" in traits and "nested-editors" not in traits:
        usual = EDITORS[number % len(EDITORS)]
    return usual.format(named)


def image(photo: Photo) -> str:
    """Print an image, its address relative to the host; one in sixteen is loaded late."""
    path = "/" + (photo.url or "").split("/", 3)[-1]
    alt = escape(photo.caption or "")
    chance = zlib.crc32(path.encode())
    if chance % _LATE_RATE == 0:
        return _LATE[chance // _LATE_RATE % len(_LATE)].format(path=path, alt=alt)
    return f'<img src="{path}" alt="{alt}" />'


def photo_table(photo: Photo, line: str) -> str:
    """Print a photo as the site's system does: a table, the description in its second row.

    The first photo stands in a box of its own, before the text.
    """
    caption = f"<tr><td align=center><font color='#000000'>{line}</font></td></tr>" if line else ""
    table = (
        "<table width='450' cellspacing=0 cellpadding=3 align=center><tr><td align='center'>"
        f"{image(photo)}</td></tr>{caption}</table>"
    )
    return f'<div class="box_pic">{table}</div>' if photo.before_paragraph == 0 else table
