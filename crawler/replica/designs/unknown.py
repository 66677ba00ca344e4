"""A design that the site never had: what a crawler meets on the morning after a relaunch."""

from __future__ import annotations

from crawler.replica.designs.head import head, maybe, minute, title
from crawler.replica.habits import image
from crawler.replica.markup import Marks, Sheet, caption_line, flow


def render(sheet: Sheet) -> tuple[str, str, str]:
    """Print a page: up to the article, the article, the rest."""
    origin = maybe('<span class="x-origin">{}</span>', sheet.article.source)
    article = (
        f'<main class="x-story"><header><p class="x-headline">{title(sheet)}</p>'
        f'<p class="x-meta"><time>{minute(sheet)}</time>{origin}</p></header>\n'
        f'<section class="x-lines">\n{flow(sheet, MARKS)}\n</section>\n'
        f'<footer class="x-credit">{sheet.story.editors}</footer></main>\n'
    )
    return head(sheet) + sheet.furniture.top, article, sheet.furniture.bottom


MARKS = Marks(
    text=lambda html: f'<div class="x-line">{html}</div>',
    poem=lambda html: f'<div class="x-verse">{html}</div>',
    photo=lambda shown, _: (
        f"<figure>{image(shown)}<figcaption>{caption_line(shown)}</figcaption></figure>"
    ),
)
