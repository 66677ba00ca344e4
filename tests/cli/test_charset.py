"""Rules of ``renmin charset``."""

import json

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app

PAGE = "<meta charset=utf-8><p>青岩市文化馆把露天电影送到了晒谷场。</p>".encode("gb18030")
KEYS = {
    "page",
    "decided",
    "declared_header",
    "declared_meta",
    "agrees",
    "score",
    "why",
    "opinion",
    "mixed",
}


@pytest.fixture
def page(tmp_path):
    """A page in GBK that says utf-8."""
    path = tmp_path / "page.html"
    path.write_bytes(PAGE)
    return path


def run(*arguments, **options):
    return CliRunner().invoke(app, ["charset", *map(str, arguments)], **options)


def test_each_page_is_one_json_line_in_order(page, tmp_path):
    """The lines come in the order of the pages and have every field of the verdict."""
    other = tmp_path / "other.html"
    other.write_bytes("<p>记者在现场看到</p>".encode())

    result = run("--json", page, other)

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["page"], row["decided"]) for row in rows] == [
        (str(page), "gb18030"),
        (str(other), "utf-8"),
    ]
    assert set(rows[0]) == KEYS
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("headers", "label"),
    [
        ('{"Content-Type": "text/html; charset=big5"}', "big5"),
        ('{"content-type": ["text/html; charset=GBK"]}', "GBK"),
        ('{"CONTENT-TYPE": 7}', None),
        ('{"Server": "nginx"}', None),
        ("[]", None),
        ("not json", None),
    ],
)
def test_headers_beside_the_page_are_read(page, headers, label):
    """PAGE.headers.json gives the Content-Type, in any case; what is no header is no header."""
    page.with_name("page.html.headers.json").write_text(headers)

    row = json.loads(run("--json", page).stdout)

    assert (row["declared_header"], row["decided"]) == (label, "gb18030")


def test_standard_input_is_a_page():
    """``-`` reads raw bytes from standard input."""
    row = json.loads(run("--json", "-", input=PAGE).stdout)

    assert (row["page"], row["decided"], row["agrees"]) == ("-", "gb18030", False)


def test_missing_page_is_named_and_the_others_are_answered(page, tmp_path):
    """One line on standard error names it; the exit code is 2."""
    result = run("--json", tmp_path / "none.html", page)

    assert json.loads(result.stdout)["decided"] == "gb18030"
    assert result.stderr.splitlines() == [
        f"renmin: {tmp_path / 'none.html'}: cannot be read: No such file or directory"
    ]
    assert result.exit_code == 2


def test_lines_for_a_person_say_what_and_why(page):
    """Without --json the codec comes first, then what the page says and what decided."""
    lines = run(page).stdout.splitlines()

    assert lines[0] == f"{page}: gb18030"
    assert lines[1].strip() == "page says utf-8  (wrong)"
    assert "reads as Chinese in gb18030" in lines[2]
