"""The ``<head>`` that all designs share: the site's own meta fields."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from crawler.replica import habits
from crawler.replica.markup import Sheet

# The site cuts it off there, whatever stands there.
_DESCRIPTION = 100


def head(sheet: Sheet, *, old: bool = False) -> str:
    """Print everything up to ``</head>``.

    Args:
        sheet: The page.
        old: True for the designs before 2016, whose ``source`` has no 来源：.
    """
    article, story = sheet.article, sheet.story
    day = f"{article.published_at:%Y-%m-%d}"
    source = article.source or ""
    named = source if old or not source else f"来源：{source}"
    elsewhere = (
        '<link rel="canonical" href="http://www.people.com.cn/" />\n'
        if "canonical-link" in story.traits
        else ""
    )
    description = "　　".join(("", *sheet.article.paragraphs))[:_DESCRIPTION]
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
        f'<meta http-equiv="content-type" content="text/html;charset={sheet.label}"/>\n'
        f"<title>{_titled(sheet)}--{story.entry.channel.name}频道--人民网</title>\n"
        f'<meta name="keywords" content="{escape(story.topic)} {escape(story.entry.column.label)}" />\n'
        f'<meta name="description" content="{escape(description)}" />\n'
        '<meta name="copyright" content="人民网版权所有" />\n<meta name="filetype" content="0">\n'
        '<meta name="publishedtype" content="1">\n<meta name="pagetype" content="1">\n'
        f'<meta name="catalogs" content="L_{article.node_id}">\n<meta name="contentid" content="L_{article.content_id}">\n'
        f'<meta name="publishdate" content="{day}">\n<meta name="author" content="L_1{int(article.content_id or 0) % 9973:05}">\n'
        f'<meta name="editor" content="">\n<meta name="source" content="{escape(named)}">\n<meta name="sourcetype" content="">\n'
        f"{elsewhere}{sheet.furniture.head}</head>\n"
    )


def _titled(sheet: Sheet) -> str:
    page = f" 【{sheet.number}】" if sheet.number > 1 else ""
    return escape(sheet.article.title, quote=False) + page


def title(sheet: Sheet) -> str:
    """Print the headline."""
    named = escape(sheet.article.title, quote=False)
    if "site-in-title" in sheet.story.traits:
        named += f"--{sheet.story.entry.channel.name}频道--人民网"
    return named


def editors(sheet: Sheet, usual: str) -> str:
    """Print the editors' line; ``usual`` is the design's own form, with ``{}`` for the names."""
    story = sheet.story
    return habits.editors(story.editors, usual, story.entry.number, story.traits)


def maybe(template: str, text: str | None) -> str:
    """Print ``text`` into the ``{}`` of a template; nothing if there is none."""
    return template.format(escape(text, quote=False)) if text else ""


def source(sheet: Sheet) -> str:
    """Print the source as a link; empty if the article names none."""
    link = '<a rel="nofollow" href="http://www.people.com.cn/" target="_blank">{}</a>'
    return maybe(link, sheet.article.source)


def minute(sheet: Sheet) -> str:
    """Print the time of publication: ``2026年02月12日08:30``, now and then behind that of a change."""
    at = sheet.article.published_at
    printed = f"{at:%Y年%m月%d日%H:%M}"
    if at is None or "two-times" not in sheet.story.traits:
        return printed
    return f"更新时间：{at + timedelta(hours=26):%Y年%m月%d日%H:%M} 发布时间：{printed}"
