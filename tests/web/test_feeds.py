"""Tables as files say what the pages say, and no cell of them is a formula."""

import csv
import io

import pytest

from crawler.report.table import table
from crawler.web import feeds
from crawler.web.tables import ANSWERS


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("name", ANSWERS)
def test_csv_and_json_hold_the_same_rows(client, story, name):
    """The same question gives as many rows and the same columns in both."""
    query = f"?run={story.live_run}&article={story.original}&q=会议&channel=sd&size=20"
    as_json = client.get(f"/data/{name}.json{query}").json()
    as_csv = client.get(f"/data/{name}.csv{query}")

    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_csv.headers["content-disposition"].startswith("attachment")
    assert len(read_csv(as_csv.text)) == len(as_json["rows"])
    assert all(set(as_json["columns"]) <= set(row) for row in as_json["rows"])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_a_cell_that_begins_like_a_formula_is_defused(start):
    """An apostrophe makes it text, in the rows and in the head."""
    found = table("a", [{"a": f"{start}1+1"}])

    line = feeds.write_csv(found).splitlines()[1]

    assert line.lstrip('"').startswith("'")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-3, -3),
        (1.5, 1.5),
        (True, True),
        (["a", "b"], "a b"),
        (["=1"], "'=1"),
        ({"a": 1}, '{"a":1}'),
    ],
)
def test_numbers_stay_numbers(value, cell):
    """A negative number is no formula; a list is parted by blanks; nothing is empty."""
    assert feeds.cell(value) == cell


def test_a_source_that_is_a_formula_is_defused_in_the_list(client):
    """What a page named as its source reaches a spreadsheet as text."""
    rows = read_csv(client.get("/data/articles.csv?channel=sd").text)

    sources = {row["source"] for row in rows}
    assert "'=cmd|'/c calc'!A1" in sources


def test_the_size_of_a_file_is_bounded(client):
    """Rows a file: what is asked for, at most ten thousand."""
    assert len(client.get("/data/articles.json?size=7").json()["rows"]) == 7
    assert client.get("/data/articles.json?size=99999999").status_code == 400


def test_metrics_are_for_prometheus(client):
    """The text format with its version, from the same tables."""
    answer = client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'renmin_runs{state="running"} 1.0\n' in answer.text


def test_health_is_told(client):
    """While the database answers, /healthz is 200 and says how things stand."""
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["alerts_open"] == 2
