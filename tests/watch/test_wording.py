"""Whatever the program keeps in a row has its Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.crawl.run import EXIT_CODES
from crawler.watch import wording

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs/crawling.md").read_text("utf-8")
# Texts that end in a row: where they stand, and how they are handed over.
ALERTS = sorted((ROOT / "crawler/watch/alerts/rules").glob("*.py"))
EXTRACTION = sorted((ROOT / "crawler/extract").glob("*.py"))
CHARSET = sorted((ROOT / "crawler/text/charset").glob("*.py"))
FETCHING = [ROOT / "pipelines/visits.py", *sorted((ROOT / "crawler/hooks").glob("*.py"))]
SCHEDULE = [ROOT / f"crawler/watch/schedule/{name}.py" for name in ("history", "runner", "asked")]
# A value that a gap may hold, one that no sentence of the table ends with by chance.
VALUE = "7"


def text_of(node: ast.expr) -> str | None:
    """The text of a literal or an f-string, with VALUE for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values
        )
    return None


def handed(path: Path, functions: dict[str, int | str]) -> Iterator[str]:
    """What is handed to these functions, as the argument of that place or name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = functions.get(name)
        if isinstance(place, int) and len(node.args) > place:
            found = text_of(node.args[place])
        else:
            found = next((text_of(each.value) for each in node.keywords if each.arg == place), None)
        if found:
            yield found


def kept() -> list[str]:
    """Every text that may end in a row."""
    found = [text for path in ALERTS for text in handed(path, {"Finding": "message"})]
    found += [text for path in EXTRACTION for text in handed(path, {"ExtractionError": 3})]
    found += [text for path in CHARSET for text in handed(path, {"Judgement": "why"})]
    functions: dict[str, int | str] = {"Failure": "detail", "UnfitAnswerError": 0, "Rules": 1}
    found += [text for path in FETCHING for text in handed(path, functions)]
    for path in SCHEDULE:
        found += handed(path, {"_settled": 2, "_settle": 1, "refuse": 4})
    return sorted({text for text in found if " " in text})


@pytest.mark.parametrize("text", kept())
def test_what_a_row_holds_has_its_chinese(text):
    """A new sentence in the code needs a line in wording.toml."""
    chinese = wording.said(text)

    assert chinese
    assert not set(re.findall(r"[a-z]{3,}", chinese)) & {"the", "and", "not", "with", "for", "that"}


def test_enough_texts_are_looked_at():
    """The collection above finds what it is meant to."""
    assert len(kept()) > 60


def test_every_reason_has_its_chinese():
    """The reasons of docs/crawling.md, and the families that have a name behind them."""
    table = DOCS[DOCS.index("| reason |") :].partition("\n\n")[0]
    names = set(re.findall(r"`([a-z_0-9]+)`", re.sub(r"\|[^|]*\|$", "", table, flags=re.MULTILINE)))
    cells = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    known = {name for name in names & cells if not name.isupper()}

    assert len(known) > 20
    assert not [
        name
        for name in known
        if re.search("[a-z]{3,}", wording.reason(name).replace("robots.txt", ""))
    ]


def test_every_end_of_a_run_has_its_chinese():
    """A finish reason in an alert is a word of the table."""
    for reason in {"shutdown", "disk_full", "database", *EXIT_CODES} - {"finished", "limit"}:
        assert wording.said(f"ended early: {reason} (sd)") or reason == "closespider_timeout"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "12 of 20 visits failed: http_404 9, timeout 3",
            "20 次访问中 12 次失败：页面不存在（404） 9、超时 3",
        ),
        (
            "本地 http://x/: http_404, for 3 days; look with: renmin probe sd",
            "本地（http://x/）：页面不存在（404），已 3 天。可用命令查看：renmin probe sd",
        ),
        ("the escapes ~{ ~} enclose Chinese", "转义 ~{ ~} 之间为中文"),
        ("http://a/b.html: title: no title (page design: wb2016)", "没有标题（版式：wb2016）"),
        ("Ended: 404 {0}", None),
        ("", None),
    ],
)
def test_sentences_are_put_together_from_sentences(english, chinese):
    """What stands in a gap is said in Chinese as well; what is not ours is left to the page."""
    assert wording.said(english) == chinese


@given(st.text(max_size=300))
def test_no_text_breaks_it(text):
    """Whatever a site's answer puts into a row, braces too."""
    assert wording.said(f"status {text}")
    wording.said(text)
    wording.reason(text)
