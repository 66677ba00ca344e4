"""One page of an article: which paragraphs and photos fall on it, and the marks around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from crawler.items import Article, Photo
from crawler.replica import habits
from crawler.replica.encode import raw_throughout
from crawler.replica.furniture import Furniture, Titled
from crawler.replica.story import Story


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
        printed += habits.between(place, len(sheet.paragraphs), number, traits)
        text = habits.indented(_paragraph(sheet, place, paragraph, marks), number, traits)
        printed.append(habits.broken(text, place, traits))
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
    lines = habits.closing(sheet.further, sheet.story.traits)
    if "further-reading" not in sheet.story.traits or not sheet.further:
        return lines
    links = (f'<a href="{escape(url)}">{escape(title)}</a>' for url, title in sheet.further[:2])
    return [
        *lines,
        marks.text("<strong>延伸阅读：</strong>"),
        *(marks.text(link) for link in links),
    ]
