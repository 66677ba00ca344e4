"""``renmin repair``: lines stay lines, and nothing is lost on the way."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

from crawler.cli.repair import app


def run(*arguments, given=b""):
    return CliRunner().invoke(app, list(arguments), input=given)


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_lines_stay_lines(ending):
    """One line comes out for each that goes in, with its own ending."""
    text = f"山村夜校{ending or chr(10)}浜烘皯鏃ユ姤{ending}"

    done = run("-", given=text.encode())

    assert done.exit_code == 0
    assert done.stdout_bytes.decode() == text.replace("浜烘皯鏃ユ姤", "人民日报")


def test_raw_bytes_are_decoded_first(tmp_path):
    """A file in any charset is read in the one that it is really in."""
    page = tmp_path / "old.txt"
    page.write_bytes("省里召开会议，要求把群众的小事办好。\n村民喆叔笑了。\n".encode("gb18030"))

    done = run(str(page))

    assert done.stdout == "省里召开会议，要求把群众的小事办好。\n村民喆叔笑了。\n"


def test_json_tells_what_was_done():
    """The object has the text, the rules that fired, the doubts and the damage."""
    done = run("--json", given="（记者胡\ufffd础⒑钗睦ぃ\ufffd".encode())

    record = json.loads(done.stdout)
    assert record["text"] == "（记者胡喆、侯文坤）"
    assert [each["rule"] for each in record["repairs"]] == ["gb2312-strict"]
    assert record["doubts"][0]["start"] == 4
    assert [each["candidates"][0] for each in record["doubts"]] == ["喆", "）"]
    assert record["hopeless"] is False


def test_jsonl_answers_in_order_and_keeps_other_keys():
    """Each line is answered by one line with the same id and whatever else it carried."""
    rows = [{"id": "a", "text": "ÈËÃñÈÕ±¨", "year": 2009}, {"id": "b", "text": "第一段\n山村夜校"}]

    done = run("--jsonl", given="\n".join(map(json.dumps, rows)).encode())

    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["text"], first["year"]) == ("a", "人民日报", 2009)
    assert (second["id"], second["text"]) == ("b", "第一段\n山村夜校")


def test_only_a_line_feed_ends_a_line():
    """U+0085 is a byte of mojibake here, and no output line is broken by it."""
    damaged = "内容提要".encode().decode("latin-1")

    done = run("--jsonl", given=json.dumps({"text": damaged + "\u2028"}).encode())

    assert len(done.stdout.splitlines()) == 1
    assert json.loads(done.stdout)["text"] == "内容提要\u2028"


@pytest.mark.parametrize("line", ["{broken", "[1]", '{"id": 1}', '{"text": 5}'])
def test_a_bad_line_is_named_and_the_others_are_answered(line):
    """A line that is no record is named by its number, answered by an error, and exits with 3."""
    done = run("--jsonl", given=f'{line}\n{{"id": 2, "text": "山村"}}\n'.encode())

    bad, good = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 3
    assert bad["line"] == 1
    assert "line 1" in done.stderr
    assert good["text"] == "山村"


def test_a_missing_file_is_named(tmp_path):
    """A file that is not there is an error of use."""
    done = run(str(tmp_path / "none.txt"))

    assert done.exception.exit_code == 2
    assert "none.txt" in str(done.exception)


def test_a_link_to_itself_is_named(tmp_path):
    """As a missing file is, and not as a fault of ours."""
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    done = run(str(loop))

    assert done.exception.exit_code == 2
    assert str(loop) in str(done.exception)


def test_half_of_a_surrogate_pair_is_answered_as_it_was_given():
    """JSON can carry half of a surrogate pair; the text comes back with it, escaped."""
    done = run("--jsonl", given=b"""{"id": 1, "text": "\\ud800"}""")

    assert done.exit_code == 0
    assert json.loads(done.stdout)["text"] == "\ud800"


def test_lines_of_json_may_be_in_another_charset():
    """A line of JSON in GBK is read as GBK."""
    row = '{"id": 1, "text": "县里的图书馆昨天重新开放"}\n'.encode("gbk")

    done = run("--jsonl", given=row)

    assert json.loads(done.stdout)["text"] == "县里的图书馆昨天重新开放"


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_packed_text_is_unpacked_and_packed(tmp_path, ending):
    """A text whose name ends in .gz or .zst is read and written so; a damaged one is named."""
    source = tmp_path / f"old.txt{ending}"
    pack = {".gz": gzip.compress, ".zst": zstandard.compress}[ending]
    source.write_bytes(pack("浜烘皯鏃ユ姤\n".encode()))

    run(str(source), "-o", str(tmp_path / f"new.txt{ending}"))

    assert run(str(tmp_path / f"new.txt{ending}")).stdout == "人民日报\n"
    source.write_bytes(b"junk")
    damaged = run(str(source)).exception
    assert "compression is damaged" in str(damaged)
    assert damaged.exit_code == 2


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_packed_file_that_is_cut_off_is_never_taken_for_whole(tmp_path, name, ending):
    """It cannot be read: it is named, the exit code is 2, and no output is left."""
    lines = {"a.csv": "text\n" + "山村夜校\n" * 999, "a.jsonl": '{"text":"a"}\n' * 999}
    pack = {".gz": gzip.compress, ".zst": zstandard.compress}[ending]
    source, out = tmp_path / (name + ending), tmp_path / f"out-{name}"
    source.write_bytes(pack(lines.get(name, "山村夜校\n" * 999).encode())[:-3])

    done = run(str(source), "-o", str(out))

    assert "the end is missing" in str(done.exception)
    assert done.exception.exit_code == 2
    assert not out.exists()


def test_frames_behind_each_other_are_one_file(tmp_path):
    """Programs append to a packed file by one frame more."""
    source = tmp_path / "a.csv.zst"
    source.write_bytes(zstandard.compress(b"text\na\n") + zstandard.compress(b"b\n"))

    assert run(str(source)).stdout == "text,repair\na,\nb,\n"


def test_a_paragraph_of_mail_becomes_one_line():
    """Soft line breaks go, inside of a stream of other lines."""
    done = run("-", given=b"one\n=C8=CB=C3=\n=F1=C8=D5=B1=A8\ntwo\n")

    assert done.stdout_bytes.decode() == "one\n人民日报\ntwo\n"


def test_explain_says_what_was_done_span_by_span():
    """The rule, what was forced, what was chosen and what else it may be; clean lines are silent."""
    done = run("--explain", given="正常\n（记者胡\ufffd础⒑钗睦ぃ\ufffd\n&amp;#20154;民\n".encode())

    text = done.stdout_bytes.decode()
    assert "line 1" not in text
    assert "line 2:" in text
    assert "chosen: 喆 ）" in text
    assert "喆 is in doubt; or " in text
    assert "html-entities: &amp;#20154; -> 人\n      forced: all of it" in text


def test_explain_takes_tables(tmp_path):
    """A field of a row is named, and controls of a hostile text are printed as escapes."""
    table = tmp_path / "a.csv"
    table.write_text("id,title\n1,\x1b]0;x浜烘皯鏃ユ姤\n", encoding="utf-8")

    done = run("--explain", "--field", "title", str(table))

    assert done.stdout.startswith("row 1, title:\n")
    assert "浜烘皯鏃ユ姤 -> 人民日报" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("arguments", [("--explain", "--jsonl"), ("--explain", "--field", "text")])
def test_explain_names_bad_rows(arguments):
    """As the repair itself does; the others are explained, and the exit code is 3."""
    given = '{broken\n{"text": 5}\n{"id": 1}\n{"text": "浜烘皯鏃ユ姤"}\n'.encode()

    done = run(*arguments, given=given)

    assert done.exit_code == 3
    assert [f"line {number}" in done.stderr for number in (1, 2, 3, 4)] == [True] * 3 + [False]
    assert done.stdout.startswith("line 4, text:\n")


@pytest.mark.parametrize("other", ["--jsonl", "--explain"])
def test_two_ways_to_print_are_refused(other):
    """The error names both."""
    done = run("--json", other, given=b"a\n")

    assert done.exception.exit_code == 2
    assert f"--json {other}" in str(done.exception)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ('id,text\n1,a\n2,"浜烘皯\n3,b\n', "row 2: a quotation mark is opened in line 3"),
        ('id,text\n1,"a\nb"\n2,"c"', ""),
    ],
)
def test_an_open_quotation_mark_is_named(tmp_path, given, named):
    """It takes all rows behind it into one field; a closed one may hold lines."""
    table = tmp_path / "q.csv"
    table.write_text(given)

    done = run(str(table))

    assert done.exit_code == (3 if named else 0)
    assert named in done.stderr
    assert {line[:1] for line in given.splitlines()} <= {
        line[:1] for line in done.stdout.splitlines()
    }


def test_columns_of_one_name_are_refused(tmp_path):
    """Of two only one would be left in the output."""
    table = tmp_path / "t.csv"
    table.write_text("text,text\na,b\n")

    done = run(str(table))

    assert done.exception.exit_code == 2
    assert "several columns 'text'" in str(done.exception)


def test_what_is_no_table_is_not_printed_raw(tmp_path):
    """The columns that a picture named .csv seems to have are shortened, their controls escaped."""
    table = tmp_path / "r.csv"
    table.write_bytes(b"\x1b]0;x\x07" + b"a" * 500 + b"\n1\n")

    error = str(run(str(table)).exception)

    assert "has no column 'text'" in error
    assert "\\u001b]0;x\\u0007" in error
    assert len(error) < 250


def test_a_row_that_csv_cannot_read_is_passed_on(tmp_path):
    """Byte for byte and under the header, also if it is the first."""
    table = tmp_path / "r.csv"
    table.write_bytes('text\na\rb\n山村\n"c\n'.encode())

    done = run(str(table))

    assert done.exit_code == 3
    assert done.stdout_bytes.decode() == 'text,repair\na\rb\n山村,\n"c\n'
    assert "row 1: a carriage return stands inside of a line" in done.stderr
    assert "row 3: a quotation mark is opened in line 4" in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\x1b]0;x\x07",
        b'{"text": "\x1b[31m"}',
        b"[" * 100_000,
        b'{"text": ' + b"9" * 5000 + b"}",
        b'{"text": "a", "n": 1e999}',
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_our_words(line):
    """Short, without controls, and without the words of the library that reads JSON."""
    done = run("--jsonl", given=line + b"\n")

    assert done.exit_code == 3
    assert re.fullmatch("renmin: line 1: [^\x00-\x1f\x7f-\x9f]{9,210}\n", done.stderr)
    assert not re.search("surrogate|recursion|line 1 column|sys[.]", done.stderr)


@pytest.mark.parametrize("name", ["\x1b[31m.txt", "\x1b[31m.csv", "\x9b31m.csv.gz"])
def test_the_name_of_a_file_does_not_reach_the_terminal_raw(tmp_path, name):
    """A terminal would obey it."""
    error = str(run(str(tmp_path / name)).exception)

    assert error.isprintable()
    assert "31m" in error


@pytest.mark.parametrize("field", ["", ",", "text,"])
def test_a_field_without_a_name_is_refused(field):
    """For lines too, which have no fields."""
    done = run("--field", field, given=b"a\n")

    assert done.exception.exit_code == 2
    assert "a name is empty" in str(done.exception)


@pytest.mark.skipif(sys.platform != "linux", reason="the helpers are found in /proc")
def test_an_interrupted_command_leaves_neither_words_of_its_helpers_nor_a_file(tmp_path):
    """Ctrl-C reaches all processes of a terminal; only the first one answers it."""
    table, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    os.mkfifo(table)
    command = [sys.executable, "-m", "crawler.cli", "repair", table, "-o", out, "--processes", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    with table.open("wb") as rows:
        rows.write(b'{"text": "a"}\n' * 20_000)  # two helpers begin, and import what they need
        rows.flush()
        helpers = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for _ in range(3000):
            if process.poll() is not None or len(helpers.read_text().split()) >= 3:  # and a tracker
                break
            time.sleep(0.01)
        time.sleep(0.3)  # in the middle of their imports
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert said.decode().splitlines() == [
        "renmin: interrupted; files are whole or not there, what was printed may be unfinished"
    ]
    assert not out.exists()


def test_a_bad_row_is_left_out_of_another_form(tmp_path):
    """No raw line of CSV stands among lines of JSON; the row is named and counted."""
    table, out = tmp_path / "n.csv", tmp_path / "n.jsonl"
    table.write_text("id,text\n1,浜烘皯鏃ユ姤\n2\n")

    done = run(str(table), "--output", str(out))

    assert done.exit_code == 3
    assert "row 2: 1 columns instead of 2" in done.stderr
    assert [json.loads(line)["text"] for line in out.read_text().splitlines()] == ["人民日报"]


def test_a_number_comes_out_as_it_went_in_or_is_named():
    """A long integer keeps its digits; one that no float holds makes a bad line."""
    given = b'{"id":1e400,"text":"x"}\n{"id":123456789012345678901234567890,"text":"x"}\n'

    done = run("--jsonl", given=given)

    bad, good = map(json.loads, done.stdout.splitlines())
    assert bad["line"] == 1
    assert "1e400" in bad["error"]
    assert good["id"] == 123456789012345678901234567890
