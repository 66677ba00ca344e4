"""What extraction costs and finds, beside an lxml parse of the same bytes and other extractors.

usage: python -m benchmarks.extraction [FOLDER]

Without a folder: the saved pages of tests/pages that are of a known design, each dressed in the
navigation, scripts and lists of a real page up to 40 KB, so that the parse costs what it costs there. With a folder: its
``*.html``; a page's ``NAME.json`` beside it (or in ``../gold``) gives its address and, under
``paragraphs``, its text. CPU time of the whole process, least of several rounds, so a busy machine
does not count; ``x lxml`` is the ratio of the sums. F1 is of character bigrams of the text.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from lxml import etree

from crawler.clock import now
from crawler.extract import extract
from crawler.extract.designs import DESIGNS
from crawler.extract.fields import Design
from crawler.extract.parse import parse_article, parse_bytes
from crawler.extract.parts import find_part
from crawler.extract.tree import Document, document_of
from crawler.items import Fetch
from crawler.text.charset.decide import decide, decode
from tests.golden import saved_pages

ROUNDS = 25
FETCHED = now()
SLOW_ROUNDS = 5
SIZE = 40_000
# Folders of pages that no design fits: the general reader has them, at its own price.
FALLBACKS = {"generic", "mirror"}
LINK = '<li><a href="/n2/2026/0101/c200001-4100{n:04}.html" target="_blank">第{n}条：湖边的灯塔重新亮起</a></li>\n'
SCRIPT = '<script type="text/javascript">function show{n}(a){{var d=document.getElementById("b{n}");if(d&&a<{n}){{d.style.display="block";}}}}</script>\n'


@dataclass(frozen=True, slots=True)
class Sample:
    """One page: its bytes, its text decoded, its address, its paragraphs."""

    name: str
    body: bytes
    html: str
    codec: str
    url: str
    text: str


Reader = Callable[[Sample], str]


def dressed(body: bytes, codec: str) -> bytes:
    """Put navigation, scripts and lists around a page until it has the size of a real one."""
    pieces, n = [], 0
    short = SIZE - len(body)
    while short > 0:
        piece = (SCRIPT if n % 4 == 0 else LINK).format(n=n).encode(codec)
        pieces.append(piece)
        short -= len(piece)
        n += 1
    clutter = b'<div class="hot_new_c"><ul>' + b"".join(pieces) + b"</ul></div></body>"
    return body.replace(b"</body>", clutter, 1)


def sample(name: str, body: bytes, url: str, paragraphs: list[str]) -> Sample:
    """Decode a page."""
    verdict = decide(body)
    return Sample(name, body, decode(body, verdict), verdict.decided, url, "".join(paragraphs))


def own_samples() -> Iterator[Sample]:
    """Dress the saved pages."""
    for folder in saved_pages():
        page = folder / "body.html"
        if folder.parent.name in FALLBACKS:
            continue
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        expected = json.loads((folder / "expected.json").read_text("utf-8"))
        body = page.read_bytes()
        body = dressed(body, decide(body).decided)
        yield sample(
            f"{folder.parent.name}/{folder.name}", body, meta["url"], expected["paragraphs"]
        )


def samples_of(folder: Path) -> Iterator[Sample]:
    """Read the pages of a folder that come with a label."""
    for page in sorted(folder.glob("*.html")):
        labels = (page.with_suffix(".json"), folder.parent / "gold" / f"{page.stem}.json")
        label = next((path for path in labels if path.exists()), None)
        if label is not None:
            told = json.loads(label.read_text("utf-8"))
            yield sample(page.stem, page.read_bytes(), told["url"], told["paragraphs"])


def lxml_parse(page: Sample) -> str:
    etree.fromstring(page.body, etree.HTMLParser(encoding=page.codec))
    return ""


def ours(page: Sample) -> str:
    return "".join(parse_article(page.html, page.url).article.paragraphs)


def with_decoding(page: Sample) -> str:
    html = decode(page.body, decide(page.body))
    return "".join(parse_article(html, page.url).article.paragraphs)


def whole_way(page: Sample) -> str:
    """From the bytes to the repaired article: charset, decoding, parse, fields, repair, script."""
    fetch = Fetch(
        url=page.url, status=200, headers={}, body=page.body, fetched_at=FETCHED, sha256=""
    )
    return "".join(extract([fetch]).paragraphs)


def by_trafilatura(page: Sample) -> str:
    extract = importlib.import_module("trafilatura").extract
    return extract(page.html, include_comments=False) or ""


def by_readability(page: Sample) -> str:
    document = importlib.import_module("readability").Document(page.html)
    return "".join(etree.fromstring(document.summary(), etree.HTMLParser()).itertext())


def by_newspaper(page: Sample) -> str:
    # Its Chinese needs jieba; without it, its English finds the same boxes by other words.
    language = "zh" if importlib.util.find_spec("jieba") else "en"
    article = importlib.import_module("newspaper").Article(page.url, language=language)
    article.download(input_html=page.html)
    article.parse()
    return str(article.text)


def by_resiliparse(page: Sample) -> str:
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    return str(extract(page.html, main_content=True))


READERS: tuple[tuple[str, str, Reader], ...] = (
    ("lxml parse", "lxml", lxml_parse),
    ("renmin, all fields", "lxml", ours),
    ("renmin with charset", "lxml", with_decoding),
    ("renmin, bytes to repaired", "lxml", whole_way),
    ("resiliparse, text", "resiliparse", by_resiliparse),
    ("readability-lxml, text", "readability", by_readability),
    ("trafilatura, text", "trafilatura", by_trafilatura),
    ("newspaper4k, text", "newspaper", by_newspaper),
)


def decided(page: Sample) -> object:
    return decide(page.body)


def clues_found(page: Sample) -> tuple[Document, Design]:
    document = document_of(page.body, decide(page.body), page.url)
    shown = (design for design in DESIGNS if all(map(document.shows, design.clues)))
    held = (design for design in DESIGNS if all(map(document.holds, design.clues)))
    return document, next(chain(shown, held))


def part_found(page: Sample) -> object:
    """The search for a design's clues and for the part that holds the article."""
    document, design = clues_found(page)
    return find_part(document.source, design.part) if design.part else None


def part_parsed(page: Sample) -> object:
    document, design = clues_found(page)
    return document.part(design.part) if design.part else document.root


def fields_read(page: Sample) -> object:
    return parse_bytes(page.body, decide(page.body), page.url)


# Each step holds the one before it: its own price is the difference.
STEPS: tuple[tuple[str, Callable[[Sample], object]], ...] = (
    ("charset decision", decided),
    ("+ clues, place of the part", part_found),
    ("+ decoding and parse of the part", part_parsed),
    ("+ fields", fields_read),
    ("+ gate, repair, script", whole_way),
)


def print_steps(pages: list[Sample], floor: float) -> None:
    """Print what each step of the way from bytes to article costs, in microseconds a page."""
    print(f"\n{'step':34}{'µs/page':>9}{'x lxml':>8}")
    before = 0.0
    for name, step in STEPS:
        total = sum(cost(step, page) for page in pages)
        own = total - before
        print(f"{name:34}{1000 * own / len(pages):9.0f}{own / floor:8.2f}", flush=True)
        before = total


def cost(read: Callable[[Sample], object], page: Sample) -> float:
    """Return the least CPU time of several readings, in milliseconds."""
    read(page)
    least, rounds = float("inf"), ROUNDS
    while rounds > 0:
        start = time.process_time()
        read(page)
        took = time.process_time() - start
        least = min(least, took)
        rounds -= 1 if took < 0.01 else ROUNDS // SLOW_ROUNDS
    return least * 1000


def f1(got: str, want: str) -> float:
    """Return the F1 of the character bigrams of two texts, blanks left out."""
    one, other = (
        Counter(text[i : i + 2] for i in range(len(text) - 1))
        for text in ("".join(got.split()), "".join(want.split()))
    )
    hits = sum((one & other).values())
    return 2 * hits / (sum(one.values()) + sum(other.values())) if hits else 0.0


def main(folder: str | None = None) -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    pages = list(samples_of(Path(folder)) if folder else own_samples())
    size = sum(len(page.body) for page in pages) / len(pages) / 1024
    print(f"{len(pages)} pages, {size:.0f} KB mean; CPU of the whole process")
    print(f"{'':26}{'ms/page':>9}{'pages/s':>9}{'x lxml':>8}{'text F1':>9}")
    floor = 0.0
    for name, module, read in READERS:
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"{name:26} not installed")
            continue
        total = sum(cost(read, page) for page in pages)
        floor = floor or total
        found = sum(f1(read(page), page.text) for page in pages) / len(pages)
        mean = total / len(pages)
        score = "" if read is lxml_parse else f"{found:9.3f}"
        print(f"{name:26}{mean:9.2f}{1000 / mean:9.0f}{total / floor:8.2f}{score}", flush=True)
    print_steps(pages, floor)


if __name__ == "__main__":
    main(*sys.argv[1:2])
