"""What stands beside the data: a card for people, descriptions for machines, how to cite it.

All of it follows from the manifest and the schema, and from nothing else: the same articles give the
same bytes. The header of the card is what Hugging Face reads; ``croissant.json`` is Croissant 1.1
(mlcommons.org/croissant/1.1), ``datapackage.json`` a Data Package (datapackage.org).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from crawler.dataset.manifest import as_json
from crawler.dataset.request import ExportRequest
from crawler.dataset.schema import Field, Kind, ListOf, Struct, as_markdown

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_HF_TYPES = {
    "text": "string",
    "integer": "int64",
    "number": "float64",
    "boolean": "bool",
    "instant": "timestamp[ms, tz=Asia/Shanghai]",
    "day": "date32",
}
_SCHEMA_ORG = {
    "text": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "instant": "sc:DateTime",
    "day": "sc:Date",
}
_MEDIA_TYPES = {
    ".parquet": "application/x-parquet",
    ".jsonl": "application/jsonlines",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".gz": "application/gzip",
    ".zst": "application/zstd",
}
# The one that the standard wants to see, word for word.
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{
        name: f"cr:{name}"
        for name in (
            *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract"),
            *("field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray"),
            *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source"),
            *("subField", "transform"),
        )
    },
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def documents(facts: Mapping[str, Any], request: ExportRequest) -> dict[str, str]:
    """Path and text of every document of a data set, its manifest being ``facts``."""
    return {
        "README.md": _readme(facts, request),
        "CITATION.cff": _citation(facts),
        "croissant.json": as_json(_croissant(facts, request)).decode(),
        "datapackage.json": as_json(_datapackage(facts, request)).decode(),
    }


def title(facts: Mapping[str, Any]) -> str:
    """What the data set is called."""
    return f"Regional news of People's Daily Online (人民网), {_span(facts)}"


def _span(facts: Mapping[str, Any]) -> str:
    years = [year for year in facts["counts"]["year"] if year]
    if not years:
        return "undated"
    return years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _day(facts: Mapping[str, Any]) -> str:
    """The day as of which the data set was made: the store's own latest, not today's."""
    return str(facts["high_water"] or "1970-01-01")[:10]


# The card.


def _readme(facts: Mapping[str, Any], request: ExportRequest) -> str:
    return "\n".join([*_header(facts, request), "", *_text(facts, request)]) + "\n"


def _header(facts: Mapping[str, Any], request: ExportRequest) -> Iterator[str]:
    size = next((name for limit, name in _SIZES if facts["records"] < limit), "1M<n<10M")
    yield from ("---", "language:", "- zh", "license: other", "license_name: publishers-rights")
    yield f'pretty_name: "{title(facts)}"'
    yield from ("size_categories:", f"- {size}", "tags:", "- news", "- chinese", "configs:")
    yield from ("- config_name: default", "  data_files:", "  - split: train", "    path:")
    yield from (f"    - {path}" for path in _tables(facts, request))
    if request.form.kind == "csv":
        # A column of a CSV file without a value has no type: the reader must be told beforehand.
        yield "  features:"
        yield from _features(request.columns, "  ", as_text=True)
    elif request.form.kind != "txt":
        yield from ("dataset_info:", "- config_name: default", "  features:")
        yield from _features(request.columns, "  ", as_text=False)
    yield "---"


def _tables(facts: Mapping[str, Any], request: ExportRequest) -> list[str]:
    """The files that hold the records; of a folder of texts the tables that name them."""
    paths = [file["path"] for file in facts["files"]]
    if request.form.kind == "txt":
        return [path for path in paths if path.endswith("metadata.csv")]
    return paths


def _features(fields: Iterable[Field], indent: str, *, as_text: bool) -> Iterator[str]:
    for field in fields:
        yield f"{indent}- name: {field.name}"
        kind = field.kind
        # In a CSV file only numbers and truth are more than text.
        if as_text and kind not in {"integer", "number", "boolean"}:
            kind = "text"
        yield from _feature(kind, f"{indent}  ")


def _feature(kind: Kind, indent: str) -> Iterator[str]:
    if isinstance(kind, Struct):
        yield f"{indent}struct:"
        yield from _features(kind.fields, indent, as_text=False)
    elif isinstance(kind, ListOf) and isinstance(kind.of, Struct):
        yield f"{indent}list:"
        yield from _features(kind.of.fields, indent, as_text=False)
    elif isinstance(kind, ListOf):
        yield f"{indent}list: {_HF_TYPES[str(kind.of)]}"
    else:
        yield f"{indent}dtype: {_HF_TYPES[kind]}"


def _text(facts: Mapping[str, Any], request: ExportRequest) -> Iterator[str]:
    yield from (f"# {title(facts)}", "", _what(facts), "")
    yield from ("## What is in it", "", *_counts(facts), "")
    yield from ("## Fields", "", as_markdown(request.columns))
    yield from ("## How it was made", "", *_making(facts), "")
    yield from ("## Limits", "", *_LIMITS, "", "## Rights and persons", "", facts["rights"], "")
    yield from (
        "Reporters, editors and people in the news are named. Before you pass any of it on, think of",
        "what they may expect, and of the law that binds you; `renmin export --without-names` puts",
        "pseudonyms in their place, and `renmin forget` takes an article away for good.",
    )


def _what(facts: Mapping[str, Any]) -> str:
    return (
        f"{facts['records']:,} news articles of {len(facts['channels'])} regional channels, "
        "each with its text, byline, captions, and a note of every character that was repaired or "
        f"is in doubt. As of {_day(facts)}."
    )


def _counts(facts: Mapping[str, Any]) -> Iterator[str]:
    yield from ("| what | articles |", "|---|---|")
    yield f"| all | {facts['records']:,} |"
    yield f"| marked as copies | {facts['duplicates']:,} |"
    yield f"| copies left out | {facts['copies_left_out']:,} |"
    yield f"| a mis-encoding was undone | {facts['repaired']:,} |"
    yield f"| a doubt is left | {facts['doubtful']:,} |"
    for group in ("year", "channel"):
        yield from (
            f"| {group} {name or 'unknown'} | {count:,} |"
            for name, count in facts["counts"][group].items()
        )


def _making(facts: Mapping[str, Any]) -> Iterator[str]:
    yield f"By renmin {facts['renmin_version']} (code {facts['code_version']}); `manifest.json` has"
    yield "what was asked for, the runs, all counts and checksums. `renmin verify DIR` tells whether it"
    yield "is whole. The same store gives the same bytes again."


_LIMITS = (
    "- The text is as printed. Titles may hold markup characters: escape them before you show them.",
    "- Where bytes were lost, a character may have been inferred: `doubts` names each such place.",
    "- `text_is_captions`: the paragraphs are the captions again; count them once.",
    "- Near copies are marked by rules (docs/duplicates.md), not by hand.",
    "- `published_at` is a time at +08:00; `published_on` is its day there, whatever zone you read in.",
)


def _citation(facts: Mapping[str, Any]) -> str:
    return (
        "cff-version: 1.2.0\n"
        "message: Please cite the data set, and the articles by their addresses.\n"
        "type: dataset\n"
        f'title: "{title(facts)}"\n'
        "authors:\n"
        '- name: "People\'s Daily Online (人民网), regional channels"\n'
        f"date-released: {_day(facts)}\n"
        f'version: "{_version(facts)}"\n'
        "license-url: http://www.people.com.cn/\n"
        f'abstract: "{_what(facts)}"\n'
    )


def _version(facts: Mapping[str, Any]) -> str:
    """Three numbers, as Croissant wants them: the schema, and the day."""
    return f"{facts['schema_version']}.{_day(facts).replace('-', '')}.0"


# Descriptions for machines.


def _croissant(facts: Mapping[str, Any], request: ExportRequest) -> dict[str, Any]:
    files = [file for file in facts["files"] if file["records"]]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": _name(facts),
        "description": _what(facts),
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "url": "http://www.people.com.cn/",
        "license": "http://www.people.com.cn/",
        "inLanguage": "zh",
        "creator": {"@type": "sc:Organization", "name": "People's Daily Online (人民网)"},
        "citeAs": title(facts),
        "datePublished": _day(facts),
        "version": _version(facts),
        "distribution": [_file_object(file) for file in files],
        "recordSet": [] if request.form.kind == "txt" else _record_sets(files, request),
    }


def _name(facts: Mapping[str, Any]) -> str:
    kept = (c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in facts["name"])
    return "".join(kept).strip("-.").lower() or "renmin"


def _file_object(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": _MEDIA_TYPES[PurePosixPath(file["path"]).suffix],
        "sha256": file["sha256"],
    }


def _record_sets(
    files: Iterable[Mapping[str, Any]], request: ExportRequest
) -> list[dict[str, Any]]:
    """A record set a file: a part of a data set is an answer of its own."""
    return [
        {
            "@type": "cr:RecordSet",
            "@id": f"records/{file['path']}",
            "name": f"records/{file['path']}",
            # In a cell of a CSV file what has parts of its own is text: schema.json says which.
            "field": [
                _croissant_field(field, file["path"])
                for field in request.columns
                if request.form.kind != "csv"
                or isinstance(field.kind, str)
                or field.kind == ListOf("text")
            ],
        }
        for file in files
    ]


def _croissant_field(field: Field, path: str) -> dict[str, Any]:
    kind = field.kind
    of = kind.of if isinstance(kind, ListOf) else kind
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"records/{path}/{field.name}",
        "name": field.name,
        "description": field.meaning,
    }
    if isinstance(of, Struct):
        parts = [_croissant_part(part, field, path) for part in of.fields]
        return {**found, "repeated": isinstance(kind, ListOf), "subField": parts}
    found["dataType"] = _SCHEMA_ORG[of] if isinstance(of, str) else "sc:Text"
    found["source"] = {"fileObject": {"@id": path}, "extract": {"column": field.name}}
    if isinstance(kind, ListOf):
        found |= {"isArray": True, "arrayShape": "-1"}
    return found


def _croissant_part(part: Field, of: Field, path: str) -> dict[str, Any]:
    """A field of an object, found in the object's column."""
    source = {
        "fileObject": {"@id": path},
        "extract": {"column": of.name},
        "transform": {"jsonPath": f"$.{part.name}"},
    }
    return {
        "@type": "cr:Field",
        "@id": f"records/{path}/{of.name}/{part.name}",
        "name": f"{of.name}/{part.name}",
        "description": part.meaning,
        "dataType": _SCHEMA_ORG[part.kind] if isinstance(part.kind, str) else "sc:Text",
        "repeated": isinstance(of.kind, ListOf),
        "source": source,
    }


def _datapackage(facts: Mapping[str, Any], request: ExportRequest) -> dict[str, Any]:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": _name(facts),
        "title": title(facts),
        "description": _what(facts),
        "version": _version(facts),
        "created": f"{_day(facts)}T00:00:00Z",
        "licenses": [{"name": "other", "title": "The publishers' rights", "path": "README.md"}],
        "resources": [
            _resource(number, file, request) for number, file in enumerate(facts["files"])
        ],
    }


def _resource(number: int, file: Mapping[str, Any], request: ExportRequest) -> dict[str, Any]:
    path = file["path"]
    found = {
        "name": f"part-{number:05}",
        "path": path,
        "format": PurePosixPath(path).suffix.removeprefix("."),
        "mediatype": _MEDIA_TYPES[PurePosixPath(path).suffix],
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
    }
    if path.endswith(".csv") and request.form.kind != "txt":
        return found | {
            "type": "table",
            "encoding": "utf-8-sig",
            "schema": {
                "fields": [_table_field(field) for field in request.columns],
                "missingValues": [""],
            },
        }
    return found | {"type": "file"}


def _table_field(field: Field) -> dict[str, Any]:
    kind = field.kind
    if isinstance(kind, ListOf):
        found = "string" if kind.of == "text" else "array"
    elif isinstance(kind, Struct):
        found = "object"
    else:
        found = {"text": "string", "instant": "datetime", "day": "date"}.get(kind, kind)
    entry = {"name": field.name, "type": found, "description": field.meaning}
    return entry | {"format": "any"} if found == "datetime" else entry
