"""Charset decision, beside the detectors that crawlers use: ``python benchmarks/charset.py``.

Pages are built from invented prose (``benchmarks/prose.py``) in each encoding that Chinese pages
come in, at three sizes, and harmed in the ways that pages are harmed. Right is the right family
of codecs: gb2312, gbk and gb18030 are one. Time is CPU time, the best of several rounds.

Needs the ``bench`` extra. Takes about half a minute.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import cchardet
import chardet
import charset_normalizer
from resiliparse.parse.encoding import detect_encoding
from scrapy.http import HtmlResponse

from benchmarks.prose import paragraphs, traditional
from crawler.text.charset.decide import decide, decode
from crawler.text.charset.labels import family
from crawler.text.charset.text_runs import sample_lines

ENCODINGS = (
    ("gb18030", False),
    ("gb18030", True),
    ("big5hkscs", True),
    ("utf-8", False),
    ("utf-16-le", False),
    ("hz", False),
)
SIZES = (200, 5_000, 60_000)
EACH = 6  # pages of each encoding, size and harm
CHROME = '<div class="nav"><a href="/GB/166192/index.html" target="_blank">news</a></div>\n'
WRONG = {"utf-8": "gb2312"}  # every other page lies that it is UTF-8

OTHER_LANGUAGES = (
    ("昨日の会議で、市長は住民の意見を聞いて、道路の計画を見直すと述べた。", "cp932"),
    ("春になると桜の花が咲き、公園には多くの家族連れが訪れる。", "euc_jp"),
    ("어제 회의에서 시장은 주민의 의견을 듣고 도로 계획을 다시 보겠다고 말했다.", "cp949"),
    ("Вчера в Москве обсуждались вопросы бюджета и строительства дорог.", "koi8-r"),
    ("Сегодня хорошая погода, и дети гуляют в парке до вечера.", "cp1251"),
    (
        "L'été dernier, les élèves ont visité le musée où sont exposées des œuvres célèbres.",
        "cp1252",
    ),
)


@dataclass(frozen=True)
class Page:
    """A page with what is known of it."""

    kind: str
    body: bytes
    header: str | None
    codec: str
    size: int


def main() -> None:
    pages = [*chinese_pages(), *foreign_pages()]
    kinds = list(dict.fromkeys(page.kind for page in pages))
    print(
        f"{len(pages)} pages; % in the right codec; ms for a GBK page of 200 B / 5 KB / 60 KB, UTF-8 60 KB\n"
    )
    print(f"{'':26}" + "".join(f"{kind:>9}" for kind in kinds) + f"{'ms':>26}{'ratio':>7}")
    ours = None
    for name, detect in DETECTORS.items():
        right = defaultdict(list)
        for page in pages:
            right[page.kind].append(family(detect(page) or "") == family(page.codec))
        times = [milliseconds(detect, page) for page in timed_pages(pages)]
        ours = ours or times[2]
        shares = "".join(f"{100 * sum(right[kind]) / len(right[kind]):9.1f}" for kind in kinds)
        print(
            f"{name:26}{shares}{' / '.join(f'{ms:.2f}' for ms in times):>26}{times[2] / ours:6.2f}x"
        )
    print(f"\n{mixed_report(pages)}\n{ratio_report()}")


def ask_renmin(page: Page) -> str | None:
    return decide(page.body, page.header).decided


def ask_chardet(page: Page) -> str | None:
    return chardet.detect(page.body)["encoding"]


def ask_chardet_about_text(page: Page) -> str | None:
    return chardet.detect(sample_lines(page.body) or page.body)["encoding"]


def ask_charset_normalizer(page: Page) -> str | None:
    best = charset_normalizer.from_bytes(page.body).best()
    return best.encoding if best else None


def ask_cchardet(page: Page) -> str | None:
    return cchardet.detect(page.body)["encoding"]


def ask_resiliparse(page: Page) -> str | None:
    return detect_encoding(page.body)


def ask_scrapy(page: Page) -> str | None:
    headers = {"Content-Type": page.header} if page.header else None
    return HtmlResponse("http://localhost/", body=page.body, headers=headers).encoding


DETECTORS: dict[str, Callable[[Page], str | None]] = {
    "renmin": ask_renmin,
    "chardet": ask_chardet,
    "chardet, without markup": ask_chardet_about_text,
    "charset-normalizer": ask_charset_normalizer,
    "faust-cchardet": ask_cchardet,
    "resiliparse": ask_resiliparse,
    "Scrapy": ask_scrapy,
}


def chinese_pages() -> Iterator[Page]:
    """Build the pages of each encoding and size, whole and harmed."""
    for codec, is_traditional in ENCODINGS:
        for size in SIZES:
            for number in range(EACH):
                text = prose(number, size, codec, is_traditional=is_traditional)
                yield from harmed(text, codec, number, size)


def harmed(text: str, codec: str, number: int, size: int) -> Iterator[Page]:
    """Encode one page: without a label, with a right one, lying, behind markup, cut, ..."""
    random_ = random.Random(number * size)
    whole = html(text, None).encode(codec)
    wrong = WRONG.get(codec, "utf-8")
    yield Page("clean", whole, None, codec, size)
    yield Page("labelled", html(text, codec).encode(codec), None, codec, size)
    yield Page("lies", html(text, wrong).encode(codec), f"text/html; charset={wrong}", codec, size)
    yield Page("latin-1", whole, "text/html; charset=iso-8859-1", codec, size)
    yield Page("markup", html(CHROME * 250 + text, None).encode(codec), None, codec, size)
    yield Page("cut", whole[: len(whole) * 4 // 5 | 1], None, codec, size)
    if codec in ("utf-16-le", "hz"):  # one byte too many shifts all of UTF-16; HZ has 7 bits
        return
    stray = bytearray(whole)
    for _ in range(3):
        stray.insert(random_.randrange(len(stray)), 0xFF)
    yield Page("stray", bytes(stray), None, codec, size)
    other = "utf-8" if codec != "utf-8" else "gb18030"
    include = f"<div>{next(paragraphs(99))}</div>".encode(other)
    if size > len(include) * 4:
        yield Page("mixed", whole.replace(b"</body>", include + b"</body>"), None, codec, size)


def foreign_pages() -> Iterator[Page]:
    for text, codec in OTHER_LANGUAGES:
        for times in (1, 5, 40):
            body = html("".join(f"<p>{text}</p>\n" for _ in range(times)), None).encode(codec)
            yield Page("foreign", body, None, codec, 0)


def prose(seed: int, size: int, codec: str, *, is_traditional: bool) -> str:
    """Write paragraphs until the page has its size, with a site's links between them."""
    parts, length = [], 0
    for paragraph in paragraphs(seed):
        text = traditional(paragraph) if is_traditional else paragraph
        text = text.encode(codec, "ignore").decode(codec)
        parts.append(f"{CHROME * (size > 200)}<p>{text}</p>\n")
        length += len(parts[-1].encode(codec))
        if length >= size:
            return "".join(parts)
    raise AssertionError


def html(body: str, label: str | None) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    return f"<html><head>{meta}<title>{body[-40:-30]}</title></head><body>{body}</body></html>"


def timed_pages(pages: list[Page]) -> Iterator[Page]:
    """Pick the pages that are timed: GBK in three sizes, UTF-8 in the largest."""
    for codec, size in (*(("gb18030", size) for size in SIZES), ("utf-8", SIZES[-1])):
        yield next(
            page
            for page in pages
            if (page.codec, page.size, page.kind) == (codec, size, "labelled")
        )


def milliseconds(detect: Callable[[Page], object], page: Page) -> float:
    detect(page)
    times = []
    for _ in range(7):
        start = time.process_time()
        for _ in range(5):
            detect(page)
        times.append((time.process_time() - start) / 5)
    return min(times) * 1000


def ratio_report() -> str:
    """Compare the decision on an ordinary page with the mere decoding of it."""
    body = html(prose(3, 42_000, "gb18030", is_traditional=False), "gb2312").encode("gb18030")
    page = Page("labelled", body, None, "gb18030", len(body))
    deciding = milliseconds(ask_renmin, page)
    decoding = milliseconds(lambda page: page.body.decode("gb18030"), page)
    return (
        f"a GBK page of {len(body) // 1000} KB: the decision {deciding:.2f} ms, a plain decode "
        f"{decoding:.2f} ms, ratio {deciding / decoding:.1f}"
    )


def mixed_report(pages: list[Page]) -> str:
    """Count the pages with an include in another encoding whose include is read right."""
    include = next(islice(paragraphs(99), 1))
    mixed = [page for page in pages if page.kind == "mixed"]
    read = sum(include in decode(page.body, decide(page.body)) for page in mixed)
    kept = sum(page.kind == "mixed" or not decide(page.body).mixed for page in pages)
    return (
        f"mixed pages whose include is decoded exactly: {read} of {len(mixed)}; "
        f"pages rightly taken for mixed or not: {kept} of {len(pages)}"
    )


if __name__ == "__main__":
    main()
