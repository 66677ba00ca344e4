"""Markup as it really is: unclosed, closed twice, hidden, loaded late, in tables."""

import pytest

from tests.extract.dress import (
    DESIGNS,
    EDITORS,
    IMAGE,
    PHOTO,
    A,
    B,
    C,
    D,
    addresses,
    captions,
    centred,
    paragraphs,
    read_all,
    wb2016,
    wbc2020,
    zw2026,
)


@pytest.mark.parametrize(
    "stray", ["</div>", "</div></div>", "</center></div>", "</td></tr></table>", "</section></div>"]
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_text_goes_on_behind_a_stray_end_tag(stray, place):
    """An end tag too many cuts off neither text nor editors."""
    parts = [f"<p>　　{text}</p>" for text in (A, B, C, D)]

    for read in read_all("".join([*parts[:place], stray, *parts[place:]])):
        assert read.paragraphs == (A, B, C, D)
        assert read.editors == EDITORS


def test_bare_text_goes_on_behind_a_stray_end_tag():
    """Text that br parts goes on too, whatever boxes the tags closed."""
    for read in read_all(f"　　{A}<br><br></div></div>　　{B}<br><br>　　{C}"):
        assert read.paragraphs == (A, B, C)


@pytest.mark.parametrize(
    "element",
    [
        '<embed src="v.swf">', "<EMBED src=v.swf>", "<source src=v.mp4>", "<track src=v.vtt>", "<wbr>", "<bgsound src=a.mid>",
        '<object><param name="movie"><embed src="v.swf"></object>', "<object data=v.swf>", "<video controls><source src=v.mp4>",
        "<video>您的浏览器不支持视频</video>", "<iframe src=v.html></iframe>",
    ],
)  # fmt: skip
def test_element_without_an_end_tag_takes_no_text(element):
    """What follows a player is the article's, also where the player is never closed."""
    for text in (f"<p>{element}</p>{paragraphs(A, B)}", f"{paragraphs(A)}{element}{paragraphs(B)}"):
        assert [read.paragraphs for read in read_all(text)] == [(A, B)] * len(DESIGNS)


@pytest.mark.parametrize(
    "tag",
    [
        "<p hidden>", '<p style="display : none ;">', '<p style="visibility:hidden">', '<p style="font-size:0px">', '<p style="opacity:0">',
        '<p style="position:absolute;left:-9999px">', '<p style="height:0;overflow:hidden">', '<p style="color:transparent">', '<p class="hide">',
    ],
)  # fmt: skip
def test_hidden_text_is_no_text(tag):
    """What no reader sees is not the article's: as a line and inside one."""
    inline = tag.replace("<p", "<span")
    text = f"{paragraphs(A)}{tag}请勿采集</p><p>　　{B[:9]}{inline}请勿采集</span>{B[9:]}</p>"

    assert [read.paragraphs for read in read_all(text)] == [(A, B)] * len(DESIGNS)


@pytest.mark.parametrize(
    "image",
    [
        '<img src="/img/grey.gif" data-src="{}">', '<img data-lazy-src="{}">', '<img data-lazyload="{}">', '<img data-url="{}" src="data:image/gif;base64,R0">',
        '<img data-ori="{}">', '<img lazy-src="{}">', '<img file="{}" src="/img/none.gif">', '<img data-srcset="{} 640w">',
        '<img srcset="/NMediaFile/2024/0212/small.jpg 320w, {} 1024w">', '<img src="data:x"><noscript><img src="{}"></noscript>',
        '<img src="{0}"><noscript><img src="{0}"></noscript>', '<picture><source srcset="/a.webp"><img src="{}"></picture>',
        '<picture><source srcset="{} 1x"><img src="data:x"></picture>', '<img SRC="{}">',
    ],
)  # fmt: skip
def test_address_of_an_image_is_found(image):
    """However an image is loaded, its photo has the address of the real one, once."""
    text = paragraphs(A) + centred(image.format("/NMediaFile/2024/0212/LOCAL1.jpg")) + paragraphs(B)

    for read in read_all(text, (wbc2020, wb2016)):
        assert addresses(read) == [PHOTO]
        assert read.paragraphs == (A, B)


@pytest.mark.parametrize(
    "space",
    [
        "&emsp;&emsp;",
        "&ensp;",
        "&thinsp;",
        "\u200a\u200a",
        "\u202f",
        "\u2028",
        "&nbsp;&nbsp;",
        "&zwnj;&emsp;",
        "\u205f",
    ],
)
def test_every_space_can_indent(space):
    """An indent of any spaces goes, and hides neither dateline nor words of the page."""
    text = "".join(f"<p>{space}{line}</p>" for line in (A, B, "【详细】", "（原标题：灯）"))

    for read in read_all(text, (wbc2020, wb2016)):
        assert read.paragraphs == (A, B)
        assert read.dateline.text == "人民网济南2月12日电"


@pytest.mark.parametrize(
    "box",
    [
        "<pre>{}</pre>",
        '<div style="white-space: pre-wrap">{}</div>',
        '<p style="white-space:pre-line">{}</p>',
    ],
)
def test_kept_line_breaks_end_lines(box):
    """Where the source's line breaks show, each is the end of a paragraph."""
    for read in read_all(box.format(f"　　{A}\r\n　　{B}\n\n　　{C}"), (wbc2020, wb2016)):
        assert read.paragraphs == (A, B, C)


def test_reading_of_a_character_stands_in_brackets():
    """The reading of a ruby text does not run into the word, with and without rp."""
    for ruby in (
        "<ruby>垚<rt>yáo</rt></ruby>",
        "<ruby>垚<rt>yáo</ruby>",
        "<ruby>垚<rp>（</rp><rt>yáo</rt><rp>）</rp></ruby>",
    ):
        (read,) = read_all(f"<p>　　巷名{ruby}巷。</p>", (wbc2020,))
        assert read.paragraphs == ("巷名垚（yáo）巷。",)


ROWS = (("街巷", "开工", "长度"), ("东关街", "10月", "320米"))


@pytest.mark.parametrize(
    "cell",
    [
        "{}",
        "<p>{}</p>",
        "<div>{}</div>",
        "<ul><li>{}</li></ul>",
        "<p align=center>　　{}</p>",
        "{}<br>",
    ],
)
@pytest.mark.parametrize("above", ["", f"<tr><td colspan=3>{IMAGE}</td></tr>"])
def test_row_of_data_is_one_line(cell, above):
    """A row of a table is a line of the text, never a caption, whatever stands in its cells."""
    rows = ["".join(f"<td>{cell.format(text)}</td>" for text in row) for row in ROWS]
    table = f"<table border=1>{above}{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"

    for read in read_all(paragraphs(A) + table + paragraphs(B), (zw2026, wb2016)):
        assert read.paragraphs == (A, "街巷 开工 长度", "东关街 10月 320米", B)
        assert captions(read) == []


@pytest.mark.parametrize(
    "table",
    [
        f"<td><p>{{}}</p><p>{IMAGE}</p><p>{{}}</p></td>", f"<td>{IMAGE}</td><td><p>{{}}</p><p>{{}}</p></td>", f"<td>{{}}<br>{IMAGE}<br>{{}}</td>",
        f"<td><p>{{}}</p><p>{{}}</p></td><td>{IMAGE}</td>", f"<td>&nbsp;&nbsp;{{}}</td></tr><tr><td>{IMAGE}</td></tr><tr><td>&nbsp;&nbsp;{{}}</td>",
    ],
)  # fmt: skip
def test_table_that_only_sets_the_page_holds_paragraphs(table):
    """Paragraphs around an image in a layout table are no captions."""
    for texts in ((A, B), (B + D, C + D)):
        for read in read_all(f"<table><tr>{table.format(*texts)}</tr></table>", (zw2026, wb2016)):
            assert read.paragraphs == texts
            assert captions(read) == []


@pytest.mark.parametrize(
    ("above", "caption"),
    [
        (f"<center>{IMAGE}</center>", []),
        (f'<div class="box_pic">{IMAGE}<p class="desc">灯亮了。张三摄</p></div>', ["灯亮了。"]),
        (f"<p align=center>{IMAGE}</p><p align=center>灯亮了。张三摄</p>", ["灯亮了。"]),
        (f'<div class="pic">{IMAGE}</div>', []),
        (f"<figure>{IMAGE}<figcaption>灯亮了。</figcaption></figure>", ["灯亮了。"]),
    ],
)
def test_first_photo_may_stand_above_the_text_box(above, caption):
    """A photo between headline and text box is the article's first, with its caption."""
    for read in read_all(paragraphs(A, B), above=above):
        assert addresses(read) == [PHOTO]
        assert captions(read) == caption
        assert read.paragraphs == (A, B)


def test_nul_is_no_character():
    """NUL in a page leaves no trace."""
    (read,) = read_all(paragraphs(A).replace("湖边", "湖\0边"), (wbc2020,))

    assert read.paragraphs == (A,)
