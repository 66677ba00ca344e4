"""One page of an article: which paragraphs and photos fall on it, and the marks around them.

So are the habits of the site's own system, and what editors and hosts do to its pages. The truth of
an article never depends on what is printed here: other indents, marks that nothing closes, photos
that come late, hidden words, lists of other articles, codes to scan. Each is at a rate of its own
(:mod:`crawler.replica.addresses`), as on real pages.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from crawler.items import Article, Photo
from crawler.replica.answer import raw_throughout
from crawler.replica.furniture import Furniture, Titled
from crawler.replica.story import Story

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of an article, ready for a design.

    Attributes:
        story: The article.
        number: 1 for its first page.
        paragraphs: As printed on this page.
        photos: On this page; ``before_paragraph`` counts within the page.
        label: Charset that the page declares in ``<meta>``.
        furniture: What surrounds the article.
        further: A few articles to link to behind the text; may be empty.
    """

    story: Story
    number: int
    paragraphs: tuple[str, ...]
    photos: tuple[Photo, ...]
    label: str
    furniture: Furniture
    further: tuple[Titled, ...] = ()

    @property
    def article(self) -> Article:
        """The truth about the whole article."""
        return self.story.truth

    @property
    def addresses(self) -> tuple[str, ...]:
        """Paths of all pages of the article, in order."""
        path = "/" + self.article.url.split("/", 3)[3]
        later = (path.replace(".html", f"-{n}.html") for n in range(2, self.story.pages + 1))
        return (path, *later)

    @property
    def is_last(self) -> bool:
        """Whether no page follows."""
        return self.number >= self.story.pages


def cut(story: Story, number: int) -> tuple[tuple[str, ...], tuple[Photo, ...]]:
    """Choose the paragraphs and photos of one page; all pages together hold each once."""
    if "gallery" in story.traits or "caption-only" in story.traits:
        # The caption stands in the text; it is not printed a second time below the photo.
        photo = replace(
            story.truth.photos[number - 1], caption=None, credit=None, before_paragraph=0
        )
        return story.printed[number - 1 : number], (photo,)
    total = len(story.printed)
    first = (number - 1) * total // story.pages
    last = number * total // story.pages
    final = number == story.pages
    photos = tuple(
        replace(photo, before_paragraph=photo.before_paragraph - first)
        for photo in story.truth.photos
        if first <= photo.before_paragraph < last or (final and photo.before_paragraph >= last)
    )
    return story.printed[first:last], photos


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How a design prints the parts of a body.

    Attributes:
        text: Prints a paragraph; its HTML is given.
        poem: Prints a centred line of verse.
        photo: Prints a photo with its caption; the number tells apart several habits.
    """

    text: Callable[[str], str]
    poem: Callable[[str], str]
    photo: Callable[[Photo, int], str]


def flow(sheet: Sheet, marks: Marks) -> str:
    """Print the body of a page: paragraphs, photos where they belong, and the usual clutter."""
    printed: list[str] = []
    for place, paragraph in enumerate(sheet.paragraphs):
        printed += (
            marks.photo(photo, sheet.story.entry.number + n)
            for n, photo in enumerate(sheet.photos)
            if photo.before_paragraph == place
        )
        number, traits = sheet.story.entry.number, sheet.story.traits
        printed += between(place, len(sheet.paragraphs), number, traits)
        text = indented(_paragraph(sheet, place, paragraph, marks), number, traits)
        printed.append(broken(text, place, traits))
    printed[:0] = _opening(sheet, marks)
    return "\n".join([*printed, *_closing(sheet, marks)])


def caption_line(photo: Photo) -> str:
    """Print caption and credit as one HTML line; empty if there is neither."""
    return escape((photo.caption or "") + (photo.credit or ""), quote=False)


def page_links(sheet: Sheet) -> str:
    """Print 【1】【2】…; empty for an article of one page."""
    if sheet.story.pages == 1:
        return ""
    return "".join(f'<a href="{path}">【{n}】</a>' for n, path in enumerate(sheet.addresses, 1))


def _paragraph(sheet: Sheet, place: int, paragraph: str, marks: Marks) -> str:
    story, text = sheet.story, escape(paragraph, quote=False)
    if "poem" in story.traits and paragraph in story.truth.paragraphs[2:4]:
        return marks.poem(text)
    if "player" in story.traits and place == 1:
        id_ = story.truth.content_id
        text = (
            f'<script>showPlayer({{scriptId: "v{id_}", src: "http://video.people.cn/{id_}.mp4", '
            f'title: "请点击播放"}});</script>{text}'
        )
    return raw_throughout(marks.text(text))


def _opening(sheet: Sheet, marks: Marks) -> list[str]:
    traits, lines = sheet.story.traits, []
    if sheet.number > 1:
        return []
    if "promotion" in traits:
        special = f'<a href="http://{sheet.story.entry.channel.host}/zt/2026/">点击进入专题报道&gt;&gt;</a>'
        lines.append(marks.text(special))
    if "original-title" in traits:
        lines.append(marks.text(f"原标题：{escape(sheet.article.title, quote=False)}"))
    return lines


def _closing(sheet: Sheet, marks: Marks) -> list[str]:
    if not sheet.is_last:
        return []
    lines = closing(sheet.further, sheet.story.traits)
    if "further-reading" not in sheet.story.traits or not sheet.further:
        return lines
    links = (f'<a href="{escape(url)}">{escape(title)}</a>' for url, title in sheet.further[:2])
    return [
        *lines,
        marks.text("<strong>延伸阅读：</strong>"),
        *(marks.text(link) for link in links),
    ]
