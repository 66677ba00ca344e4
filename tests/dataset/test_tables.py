"""Tables of anybody: every form in and out, bad rows named, nothing else changed."""

from __future__ import annotations

import csv
import gzip
import io
import json

import pytest
import zstandard
from typer.testing import CliRunner

from crawler.cli.repair import app
from crawler.dataset.tables import TableKind, kind_of
from crawler.errors import ConfigError

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

ROWS = [
    {"id": "7", "title": "浜烘皯鏃ユ姤", "body": "山村夜校\nÈËÃñÈÕ±¨"},
    {"id": "8", "title": "山村夜校开课", "body": ""},
]
MENDED = [("人民日报", "山村夜校\n人民日报"), ("山村夜校开课", "")]


def run(*arguments, given=b""):
    return CliRunner().invoke(app, list(map(str, arguments)), input=given)


def as_csv(rows, delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def written(path, rows=ROWS):
    """Write a table in the form of its name."""
    kind = kind_of(path.name)
    if kind.form == "parquet":
        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
        return path
    body = as_csv(rows, kind.delimiter) if kind.form == "csv" else as_jsonl(rows)
    pack = {".gz": gzip.compress, ".zst": zstandard.compress, "": bytes}[kind.compression]
    path.write_bytes(pack(body))
    return path


def unpack_zst(body):
    return zstandard.ZstdDecompressor().stream_reader(body).read()


def read(path):
    kind = kind_of(path.name)
    if kind.form == "parquet":
        return parquet.read_table(path).to_pylist()
    unpack = {".gz": gzip.decompress, ".zst": unpack_zst, "": bytes}[kind.compression]
    text = unpack(path.read_bytes()).decode("utf-8-sig")
    if kind.form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=kind.delimiter))


NAMES = ["a.csv", "a.tsv.gz", "a.jsonl", "a.ndjson.zst", "a.parquet"]


@pytest.mark.parametrize("given", NAMES)
@pytest.mark.parametrize("wanted", ["b.csv.zst", "b.jsonl.gz", "b.parquet"])
def test_every_form_is_read_and_written(tmp_path, given, wanted):
    """The fields are repaired, the other columns stay, and the form is that of the file's ending."""
    source = written(tmp_path / given)

    done = run("--field", "title,body", source, "-o", tmp_path / wanted)

    assert done.exit_code == 0, done.output
    rows = read(tmp_path / wanted)
    assert [(row["title"], row["body"]) for row in rows] == MENDED
    assert [row["id"] for row in rows] == ["7", "8"]
    news = rows[0]["repair"]
    news = json.loads(news) if isinstance(news, str) else news
    assert news["title"]["damage"] == ["utf8-read-as-gbk"]
    assert not rows[1]["repair"]


def test_processes_give_the_same(tmp_path):
    """Several processes write the same bytes as one, in the same order."""
    rows = [{"id": n, "text": "山村" if n % 50 else "浜烘皯鏃ユ姤"} for n in range(450)]
    source = written(tmp_path / "a.jsonl", rows)

    run(source, "-o", tmp_path / "one.jsonl")
    run(source, "-o", tmp_path / "two.jsonl", "--processes", 2)

    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()
    assert [row["id"] for row in read(tmp_path / "one.jsonl")] == list(range(450))


def test_parquet_keeps_the_types_of_its_columns(tmp_path):
    """Columns that are no text come back with their types and values; paragraphs are a list."""
    schema = pyarrow.schema(
        [
            ("n", pyarrow.int16()),
            ("at", pyarrow.timestamp("ns")),
            ("paragraphs", pyarrow.list_(pyarrow.string())),
        ]
    )
    table = pyarrow.table(
        {"n": [1, None], "at": [10**18 + 1, None], "paragraphs": [["山村", "浜烘皯鏃ユ姤"], None]},
        schema,
    )
    parquet.write_table(table, tmp_path / "a.parquet")

    run("--field", "paragraphs", tmp_path / "a.parquet", "-o", tmp_path / "b.parquet")

    back = parquet.read_table(tmp_path / "b.parquet")
    assert back.schema.remove(3) == schema
    assert back["at"] == table["at"]
    assert back["paragraphs"].to_pylist() == [["山村", "人民日报"], None]
    assert json.loads(back["repair"][0].as_py())["paragraphs"][0]["paragraph"] == 1


def test_bad_rows_are_named_and_passed_on(tmp_path):
    """A row that cannot be repaired stands where it stood, and the exit code is 3."""
    source = tmp_path / "a.csv"
    source.write_text("id,text\n1,浜烘皯鏃ユ姤\n2,a,b\n3,山村\n", encoding="utf-8")

    done = run(source)

    assert done.exit_code == 3
    assert "row 2: 3 columns instead of 2" in done.stderr
    lines = done.stdout.splitlines()
    assert [lines[2], lines[3]] == ["2,a,b", "3,山村,"]


def test_rows_of_json_that_are_bad_come_back_as_they_are(tmp_path):
    """Broken JSON, a missing field and a field of another kind are named by their lines."""
    source = tmp_path / "a.jsonl"
    source.write_text(
        '{broken\n{"id": 1}\n{"text": 5}\n{"text": "浜烘皯鏃ユ姤"}\n', encoding="utf-8"
    )

    done = run(source)

    assert done.exit_code == 3
    assert [f"line {number}:" in done.stderr for number in (1, 2, 3, 4)] == [
        True,
        True,
        True,
        False,
    ]
    lines = done.stdout.splitlines()
    assert lines[:3] == ["{broken", '{"id":1}', '{"text":5}']
    assert json.loads(lines[3])["text"] == "人民日报"


def test_csv_in_another_charset(tmp_path):
    """CSV is read in the charset that its bytes are in, and written in UTF-8."""
    source = tmp_path / "a.csv"
    source.write_bytes("编号,text\n1,省里召开会议，要求把群众的小事办好\n".encode("gb18030"))

    done = run(source)

    assert done.stdout.splitlines() == ["编号,text,repair", "1,省里召开会议，要求把群众的小事办好,"]


@pytest.mark.parametrize(
    ("body", "name", "problem"),
    [
        (gzip.compress(b'{"text": "a"}\n')[:-9], "a.jsonl.gz", "compression is damaged"),
        (b"junk", "a.csv.zst", "compression is damaged"),
        (b"junk", "a.parquet", "no Parquet"),
        (b"", "a.csv", "is empty"),
        (b"id,title\n1,b\n", "a.csv", "no column 'text'; its columns are id, title"),
    ],
    ids=["gz", "zst", "parquet", "empty", "column"],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path, body, name, problem):
    """The error names the file and what is wrong with it; no output file is left behind."""
    source = tmp_path / name
    source.write_bytes(body)

    done = run(source, "-o", tmp_path / "out.jsonl")

    assert problem in str(done.exception)
    assert name in str(done.exception)
    assert done.exception.exit_code in (2, 3)
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.parquet",),
        ("a.csv", "-o", "b.xlsx"),
        ("a.csv", "-o", "a.csv"),
        ("a.csv", "--field", "a,,b"),
        ("a.txt", "--field", "body"),
        ("a.csv", "-o", "nowhere/b.csv"),
    ],
)
def test_bad_use_is_refused(tmp_path, monkeypatch, arguments):
    """What cannot be meant is refused before anything is written, and the message says what to do."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "a.parquet"):
        written(tmp_path / name, [{"text": "山村"}])
    (tmp_path / "a.txt").write_text("山村", encoding="utf-8")

    done = run(*arguments)

    assert isinstance(done.exception, ConfigError)


def test_kinds_are_told_by_the_name():
    """Endings count in any case; a text has no kind; Parquet is not compressed again."""
    assert kind_of("A.CSV.GZ") == TableKind("csv", ".gz")
    assert kind_of("notes.txt") is None
    with pytest.raises(ConfigError, match="compresses itself"):
        kind_of("a.parquet.gz")


def test_each_line_of_csv_is_read_in_its_own_charset(tmp_path):
    """A table put together from several sources mixes UTF-8 and GBK; no line of it is lost."""
    given = tmp_path / "mixed.csv"
    given.write_bytes(
        b"\xef\xbb\xbfid,title\n"
        + "1,夜市摊位抽签分配\n".encode("gb18030")
        + '2,"山村夜校\n开课"\n'.encode()
        + "3,山村夜校\n".encode("gb18030")
    )

    run(given, "--field", "title", "-o", tmp_path / "out.csv")

    text = (tmp_path / "out.csv").read_bytes().decode("utf-8-sig")
    titles = [row[1] for row in csv.reader(io.StringIO(text, newline=""))]
    assert titles == ["title", "夜市摊位抽签分配", "山村夜校\n开课", "山村夜校"]
