"""Which article has which peculiarity: a table, so that every site of some size has them all."""

from __future__ import annotations

# Trait: (modulus, remainder) of the article's number. Primes, so that no trait sticks to one
# channel, and two traits meet now and then.
TRAITS: dict[str, tuple[int, int]] = {
    "weather": (17, 11),  # the daily forecast: one text with other numbers, and no duplicate
    "gallery": (13, 4),  # photos one a page, design E
    "caption-only": (31, 17),  # one photo, and its caption is all there is to read
    "pages": (11, 5),  # an article of two to four pages
    "lying-label": (19, 7),  # declared GB2312 and sent as UTF-8, or the other way round
    "mojibake": (41, 9),  # one paragraph was spoilt before it was printed
    "script-title": (97, 13),  # a title that is HTML
    "no-source": (29, 3),  # no 来源
    "poem": (23, 6),  # centred lines that are body, not captions
    "nested-editors": (7, 4),  # 甲(实习)、乙
    "rare-name": (5, 1),  # a reporter's name that GB2312 lacks
    "meeting": (5, 2),  # 会议
    "original-title": (19, 12),  # 原标题：…… inside the body box
    "further-reading": (13, 9),  # 延伸阅读 inside the body box
    "promotion": (17, 3),  # 点击进入……>> as the first line
    "player": (23, 15),  # <script> inside <p>
    "spaced-name": (11, 2),  # 余　萍
    "odd-indents": (7, 2),  # &emsp; and other spaces before its paragraphs
    "stray-end": (47, 21),  # a </div> that closes nothing of the text's own
    "void-element": (43, 17),  # <embed> that nothing closes
    "hidden-text": (29, 19),  # words that no reader sees
    "page-words": (23, 11),  # 语音播报 and its like, inside the body box
    "linked-lines": (31, 8),  # headlines of other articles behind the text, without a heading
    "promo-block": (13, 2),  # 要闻精编, a block of other articles behind the text
    "qr-box": (11, 7),  # a code to scan behind the editors' line
    "two-times": (37, 4),  # 更新时间 before 发布时间
    "editors-form": (17, 13),  # 责编/甲 and other forms
    "site-in-title": (41, 20),  # the site's name behind the headline in h1
    "house": (5, 3),  # a house before 记者, told by nothing but its place
    "canonical-link": (43, 8),  # its <link rel="canonical"> points to another page
}

# These are whole articles of their own kind: the first that applies shuts out the others.
SHAPES = ("weather", "gallery", "caption-only")


def traits_of(number: int) -> frozenset[str]:
    """Name the traits of an article; empty for an ordinary one."""
    found = {name for name, (modulus, rest) in TRAITS.items() if number % modulus == rest}
    shape = next((name for name in SHAPES if name in found), None)
    if shape is None:
        return frozenset(found)
    return frozenset(found - {*SHAPES, "pages", "mojibake", "poem", "player"} | {shape})
