"""The schema is written once, and everything else follows from it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from crawler.dataset.record import as_record, flat
from crawler.dataset.schema import FLAT, SCHEMA, Struct, as_markdown, chosen, json_schema
from crawler.errors import ConfigError
from crawler.items import Article, Dateline, Doubt, Photo, Quality, Repair, Verdict
from tests.crawl.visits import article

PAGE = Path(__file__).parents[2] / "docs" / "record.md"


@pytest.mark.parametrize(("mark", "fields"), [("schema", SCHEMA), ("flat", FLAT)])
def test_the_page_has_the_table(mark, fields):
    """docs/record.md holds what ``renmin schema`` prints."""
    table = PAGE.read_text("utf-8").split(f"<!-- {mark} -->\n")[1].split(f"<!-- /{mark} -->")[0]

    assert table == as_markdown(fields)


def test_every_field_of_an_article_is_in_the_record():
    """What is known of an article is handed on."""
    assert {field.name for field in fields(Article)} <= {field.name for field in SCHEMA}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dateline", Dateline),
        ("photos", Photo),
        ("charset", Verdict),
        ("repairs", Repair),
        ("doubts", Doubt),
        ("quality", Quality),
    ],
)
def test_nested_fields_are_those_of_the_value(name, value):
    """A struct has the fields of its value; of a fetched picture the store knows, not the value."""
    (field,) = (each for each in SCHEMA if each.name == name)
    struct = field.kind if isinstance(field.kind, Struct) else field.kind.of

    own = {each.name for each in struct.fields if each.own}
    assert own == {each.name for each in fields(value)}


def test_the_json_schema_names_every_field():
    """All fields are required, and null is allowed where the schema says so."""
    schema = json_schema()

    assert schema["required"] == list(as_record(article(1)))
    assert schema["properties"]["source"]["type"] == ["string", "null"]
    assert schema["properties"]["relation"]["enum"][-1] is None


def test_the_flat_record_has_its_fields():
    """One text, no nesting."""
    record = flat(as_record(article(1, "一", "二", authors=("张三", "李四"))))

    assert list(record) == [field.name for field in FLAT]
    assert (record["text"], record["authors"]) == ("一\n二", "张三;李四")


def test_fields_are_chosen_by_name_and_stand_in_their_order():
    """An unknown name is refused with the known ones."""
    assert [field.name for field in chosen(["title", "url"])] == ["url", "title"]
    with pytest.raises(ConfigError, match=r"no such field.*paragraphs"):
        chosen(["text"])


def test_types_do_not_depend_on_the_content():
    """A batch without a copy has a text column for originals all the same."""
    pytest.importorskip("pyarrow")
    from crawler.dataset.schema import arrow_schema, batches

    (batch,) = batches([as_record(article(1))])

    assert batch.schema == arrow_schema()
    assert str(batch.schema.field("duplicate_of").type) == "string"
    assert str(batch.schema.field("published_at").type) == "timestamp[ms, tz=Asia/Shanghai]"
    assert batch.to_pylist()[0]["published_at"] == article(1).published_at


@pytest.mark.parametrize("item", [article(1), Article(url="u"), article(2, source="人民网")])
def test_a_record_is_valid(item):
    """The JSON Schema accepts what the record holds, and refuses what it cannot."""
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())

    validator.validate(as_record(item))

    assert not validator.is_valid({**as_record(item), "relation": "cousin"})
    assert not validator.is_valid({**as_record(item), "revision": None})
