"""Which lines are captions, which image they belong to, and who took it.

A line is a caption by where it stands (in an image's own paragraph, table or box; alone and centred
behind it), by how it is set (small or grey), or by what it says (``图为……``, ``……。李信君摄``).
It never is one for its place alone where the place says nothing: in a text that is centred as a
whole, in a table that only sets the page, or if it reads as a heading. Several centred lines in a
row are verse. If a text is nothing but captions, its captions are the text as well: a photo story
must not come out empty.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.extract.body import Image, Line
from crawler.extract.byline import read_dateline
from crawler.extract.credits import is_credit, is_photo_credit, opens_caption, split_credit
from crawler.extract.keywords import marks
from crawler.extract.setting import Setting
from crawler.items import Photo

# A caption is a few sentences; whatever is longer is text, wherever it stands.
_LONGEST = 400
# Longest line that is taken for a caption away from any image, because it ends in a credit.
_LONGEST_ALONE = 180
# Longest sentence that describes the image in whose paragraph it stands; it says no more than that.
_SHORT = 30
# Longest indented line that is a caption for its first words.
_LONGEST_OPENED = 120
# A table of photos has so many lines, and so many characters, for each image; others set text.
_LINES_A_PHOTO = 2
_LETTERS_A_PHOTO = 150
# Two lines that are not centred are text from so many characters on.
_LETTERS_ASIDE = 80
# A caption of several lines is no longer than that.
_LONGEST_CAPTION = 1_000
# How a credit ends, mostly: a test before the one that costs.
_CREDIT_ENDS = frozenset("摄攝影图圖供拍发發)）")
# 一、…… · （二）…… · 第三章 · 3.…… · 【记者手记】 · “……” · ＊　＊　＊ · ■ …… · ——……——;
# and what goes on behind a comma or a colon: a line of verse, 编者按：
_HEADING = marks(
    r"[(（]?[一二三四五六七八九十]{1,3}(?:[、.．]|[)）])|第[一二三四五六七八九十\d]{1,3}[章节篇部回]|\d{1,2}[、.．]\D"
    r"|[【〖《“「][^【】〖〗《》“”「」]{1,40}[】〗》”」]$|[(（][^()（）摄攝图圖供]{1,12}[)）]$|[\W_]{1,20}$"
    r"|[■◆●▲★□◇※]|[—\-]{2}|[之其][一二三四五六七八九十]|PART|Part|\d{1,2}\s{1,3}\D|.{1,60}(?:[，,、；：:]|—{2})$"
    # bare numbers; 壹 ……; 问：……
    r"|[一二三四五六七八九十\d]{1,3}$|[壹贰叁肆伍陆柒捌玖拾]{1,2}(?:[\s、.．].{0,30})?$|[问答QA][:：]"
)
# 1/3: which photo of how many.
_NUMBER = marks(r"[(（]?\d{1,3}\s?/\s?\d{1,3}[)）]?\s{0,4}")


@dataclass(frozen=True, slots=True)
class Told:
    """The text and the photos of an article.

    Attributes:
        paragraphs: Never holds a caption, unless there is nothing else.
        photos: In reading order, placed among ``paragraphs``.
        is_captions: There was no text but captions: they are the paragraphs.
    """

    paragraphs: tuple[str, ...]
    photos: tuple[Photo, ...]
    is_captions: bool = False


def tell_apart(blocks: Sequence[Line | Image]) -> Told:
    """Part the lines and images of a body into paragraphs and photos.

    Args:
        blocks: As :func:`crawler.extract.body.read_body` gives them, without noise.
    """
    layout = _Layout(blocks)
    paragraphs: list[str] = []
    photos: list[Photo] = []
    below = False  # nothing but captions stands between here and the last image
    for i, block in enumerate(blocks):
        if isinstance(block, Image):
            photos.append(Photo(url=block.url, before_paragraph=len(paragraphs)))
            below = True
        elif layout.is_caption(i, block):
            _add_caption(photos, block.text, len(paragraphs), attach=below)
        else:
            paragraphs.append(block.text)
            below = False
    photos = _claimed(photos)
    if not paragraphs:
        return _as_text(photos, [b.text for b in blocks if isinstance(b, Line)])
    return Told(tuple(paragraphs), tuple(photos))


def reread_photo(photo: Photo) -> Photo:
    """Split caption and credit again, after a repair changed the words."""
    whole = photo.caption or ""
    if photo.credit and photo.credit not in whole:
        whole = f"{whole} {photo.credit}"
    caption, credit = split_credit(whole)
    if photo.credit and not credit:
        return photo
    return replace(photo, caption=caption, credit=credit)


class _Layout:
    """What the lines and images of one body say about each other."""

    def __init__(self, blocks: Sequence[Line | Image]) -> None:
        self.blocks = blocks
        lines = [block for block in blocks if isinstance(block, Line)]
        images = len(blocks) - len(lines)
        self.pictured = images > 0
        self.runs = _centred_runs(blocks) if images else []
        # Text that is centred as a whole: more lines than its images can have captions.
        centred = sum(line.setting.centred for line in lines)
        self.all_centred = centred > max(images + 1, 0.8 * len(lines) - 1) or any(
            line.setting.centred and read_dateline(line.text) for line in lines[:3]
        )
        small = sum(line.setting.small for line in lines)
        self.small_says = 2 * small <= len(lines)
        self.text_tables = _text_tables(blocks) if images else frozenset()

    def is_caption(self, i: int, line: Line) -> bool:
        """Tell whether block ``i``, a line, is a caption."""
        if len(line.text) > _LONGEST or line.setting.row:
            return False
        if line.setting.caption_box:
            return True
        image = _nearest_image(self.blocks, i) if self.pictured else None
        if image is None:
            return _stands_alone(line)
        if read_dateline(line.text):
            return False
        if self._shares_its_place(i, line, image) or _reads_as_caption(line):
            return True
        return not _HEADING.match(line.text) and (
            self._is_set_below(i, line) or self._is_small_below(i, line)
        )

    def _shares_its_place(self, i: int, line: Line, image: Image) -> bool:
        """Tell a line in the image's own table or paragraph."""
        here, there = line.setting, image.setting
        if here.table and here.table == there.table:
            return not line.indented and here.table not in self.text_tables
        if not here.paragraph or here.paragraph != there.paragraph:
            return False
        if here.centred:
            return not self.all_centred and not _HEADING.match(line.text)
        # A sentence beside an image is text, unless it is short and stands below it.
        if line.indented or len(line.text) > _SHORT:
            return False
        return isinstance(self.blocks[i - 1], Image) or not line.text.endswith("。")

    def _is_set_below(self, i: int, line: Line) -> bool:
        """Tell a centred line under an image from a verse and from a heading."""
        start, end = self.runs[i]
        if start == end or line.bold or self.all_centred:
            return False
        if start == 0 or not isinstance(self.blocks[start - 1], Image):
            return False
        if end - start == 1:
            return True
        # Several centred lines in a row, none of which names a photographer, are verse.
        return start == i and not line.indented and line.text.endswith(("。", "）", ")"))

    def _is_small_below(self, i: int, line: Line) -> bool:
        """Tell a line under an image in smaller or grey letters, where the text is in others."""
        above = self.blocks[i - 1] if i else None
        return line.setting.small and self.small_says and isinstance(above, Image)


def _text_tables(blocks: Sequence[Line | Image]) -> frozenset[int]:
    """Return the numbers of the tables that set text: more of it than describes their images."""
    images: Counter[int] = Counter()
    lines: dict[int, list[Line]] = defaultdict(list)
    for block in blocks:
        if not block.setting.table:
            continue
        if isinstance(block, Image):
            images[block.setting.table] += 1
        elif not block.setting.row and not is_credit(block.text):
            lines[block.setting.table].append(block)
    return frozenset(table for table in images if _is_text(lines[table], images[table]))


def _is_text(lines: list[Line], images: int) -> bool:
    aside = [len(line.text) for line in lines if not line.setting.centred]
    return (
        len(lines) > _LINES_A_PHOTO * images
        or sum(len(line.text) for line in lines) > _LETTERS_A_PHOTO * images
        or (len(aside) > images and sum(aside) > _LETTERS_ASIDE * images)
        or any(read_dateline(line.text) for line in lines)
    )


def _nearest_image(blocks: Sequence[Line | Image], i: int) -> Image | None:
    """Return the image that line ``i`` may describe: before it, or else right behind it."""
    line = blocks[i]
    for block in reversed(blocks[max(0, i - 3) : i]):
        if isinstance(block, Image):
            return block
        # Only the lines of the same caption may stand between: same table, same paragraph, centred.
        if isinstance(line, Line) and not _same_place(block.setting, line.setting):
            break
    behind = blocks[i + 1] if i + 1 < len(blocks) else None
    return behind if isinstance(behind, Image) else None


def _same_place(one: Setting, other: Setting) -> bool:
    if one.table != other.table:
        return False
    return one.table > 0 or one.centred or one.paragraph == other.paragraph


def _stands_alone(line: Line) -> bool:
    """Tell a caption whose image is not on the page: it ends a sentence and then names its maker."""
    if len(line.text) > _LONGEST_ALONE or line.text.rstrip("。")[-1:] not in _CREDIT_ENDS:
        return False
    caption, credit = split_credit(line.text)
    if caption is None or credit is None or caption.endswith(("）", ")")):
        return False
    return is_photo_credit(credit) and read_dateline(line.text) is None


def _reads_as_caption(line: Line) -> bool:
    """Tell a line by its words: ``图为……``, ``……。张三摄``."""
    if split_credit(line.text)[1] is not None:
        return True
    if line.indented and len(line.text) > _LONGEST_OPENED:
        return False
    return opens_caption(line.text)


def _centred_runs(blocks: Sequence[Line | Image]) -> list[tuple[int, int]]:
    """Return for each block the run of centred lines that it is in; an empty one outside."""
    runs: list[tuple[int, int]] = []
    while len(runs) < len(blocks):
        start = end = len(runs)
        while end < len(blocks) and _is_centred(blocks[end]):
            end += 1
        runs += [(start, end)] * (end - start) or [(start, start)]
    return runs


def _is_centred(block: Line | Image) -> bool:
    return isinstance(block, Line) and block.setting.centred


def _add_caption(photos: list[Photo], text: str, place: int, *, attach: bool) -> None:
    """Give a caption to the image before it, or keep it as a photo without address."""
    text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    if not text:
        return
    caption, credit = split_credit(text)
    last = photos[-1] if photos else None
    if not attach or last is None or last.url is None:
        photos.append(Photo(caption=caption, credit=credit, before_paragraph=place))
    elif last.caption is None and last.credit is None:
        photos[-1] = replace(last, caption=caption, credit=credit)
    elif is_credit(text) and last.credit is None:
        photos[-1] = replace(last, credit=credit)
    elif len(last.caption or "") > _LONGEST_CAPTION:
        photos.append(Photo(caption=caption, credit=credit, before_paragraph=place))
    elif text != last.caption:
        whole = " ".join(part for part in (last.caption, caption) if part)
        photos[-1] = replace(last, caption=whole, credit=credit or last.credit)


def _claimed(photos: list[Photo]) -> list[Photo]:
    """Give a caption that stood before its image to that image."""
    claimed: list[Photo] = []
    for photo in photos:
        before = claimed[-1] if claimed else None
        if (
            before is not None
            and before.url is None
            and photo.url is not None
            and photo.caption is None
            and before.before_paragraph == photo.before_paragraph
        ):
            claimed[-1] = replace(before, url=photo.url)
        else:
            claimed.append(photo)
    return claimed


def _as_text(photos: list[Photo], lines: list[str]) -> Told:
    """Make the captions of a text that has nothing else its paragraphs, each once."""
    placed = tuple(replace(photo, before_paragraph=0) for photo in photos)
    return Told(tuple(dict.fromkeys(lines)), placed, is_captions=bool(placed))
