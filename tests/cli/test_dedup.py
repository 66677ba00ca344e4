"""``renmin dedup``: which texts of a file are copies of others."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from crawler.cli.dedup import app
from crawler.errors import ConfigError, RenminError

LINES = "\n".join(
    json.dumps(record, ensure_ascii=False)
    for record in (
        {"id": "a", "text": "临河讯 三条旧巷完成改造"},
        {"id": 2, "text": "青岭讯 夜读开放到十点"},
        {"id": "c", "text": "臨河訊，三條舊巷完成改造！"},
    )
)


@pytest.fixture
def run():
    return lambda *args, **more: CliRunner().invoke(app, list(args), **more)


def test_each_line_gets_a_verdict(run, tmp_path):
    """One line out for each line in, in order, with null for a new text."""
    file = tmp_path / "texts.jsonl"
    file.write_text(LINES, "utf-8")

    result = run(str(file))

    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": "a", "duplicate_of": None, "relation": None, "similarity": None},
        {"id": 2, "duplicate_of": None, "relation": None, "similarity": None},
        {"id": "c", "duplicate_of": "a", "relation": "same_text", "similarity": 1.0},
    ]
    assert result.stderr == "3 texts: 2 originals, 1 duplicate (1 same_text)\n"
    assert result.exit_code == 0


def test_groups_name_the_copies_of_each_original(run):
    """With --groups, an original stands once, with its copies; a text without copies is left out."""
    result = run("--groups", "-", input=LINES)

    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"original": "a", "copies": [{"id": "c", "relation": "same_text", "similarity": 1.0}]}
    ]


def test_bad_line_is_named_and_the_exit_code_says_so(run):
    """The rest of the file is done; then the command fails."""
    result = run("-", input='nonsense\n{"id": 1, "text": "济南讯"}\n')

    assert "line 1: not JSON" in result.stderr
    assert json.loads(result.stdout)["id"] == 1
    assert isinstance(result.exception, RenminError)
    assert result.exception.exit_code == 3


def test_file_that_cannot_be_read_is_bad_use(run, tmp_path):
    """A missing file is named in one line."""
    result = run(str(tmp_path / "missing.jsonl"))

    assert isinstance(result.exception, ConfigError)
    assert "missing.jsonl: No such file" in str(result.exception)


def test_id_with_half_a_surrogate_pair_is_printed(run):
    """What JSON can hold, JSON can print."""
    result = run("-", input='{"id": "\\ud800", "text": "济南讯"}')

    assert json.loads(result.stdout)["id"] == "\ud800"
