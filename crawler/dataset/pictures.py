"""The fetched photos with their captions, as a set that models are trained and tested on.

A row is a picture and a caption: a picture that stands in two articles under two captions has two.
As ``imagefolder`` the pictures lie in ``data/`` with ``metadata.jsonl`` beside them, which is how
Hugging Face reads a folder; as ``parquet`` they are in the files.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import orjson

from crawler import SCHEMA_VERSION, __version__
from crawler.dataset import manifest
from crawler.dataset.files import whole_file, writing
from crawler.dataset.folder import MANIFEST, check, put_in_place, staged, sum_up
from crawler.dataset.request import Record
from crawler.dataset.schema import Field, arrow_schema, load_pyarrow
from crawler.store.photos import INDEX, PhotoStore, Picture

Form = Literal["imagefolder", "parquet"]

FIELDS: tuple[Field, ...] = (
    Field("text", "text", "The caption, without a credit behind it."),
    Field("credit", "text", "As printed, 人民网 宋翠摄."),
    Field("title", "text", "Headline of the article.", nullable=False),
    Field("article_url", "text", "Canonical address of the article.", nullable=False),
    Field("photo_url", "text", "Address of the picture.", nullable=False),
    Field("channel", "text", "Channel id; the host where that is no channel."),
    Field("published_on", "day", "The day of publication in China."),
    Field("sha256", "text", "Of the picture's bytes, hexadecimal.", nullable=False),
    Field("width", "integer", "In pixels.", nullable=False),
    Field("height", "integer", "In pixels.", nullable=False),
)
_TYPES = {"text": "string", "integer": "int64", "day": "date32"}
# Bytes of pictures in one Parquet file, and rows in one group of it.
SHARD = 400_000_000
GROUP = 64


def attach(record: dict[str, Any], photos: PhotoStore) -> None:
    """Say in a record which of its photos are there: their digest and size in pixels."""
    urls = [photo["url"] for photo in record["photos"] if photo["url"]]
    found = photos.pictures(urls) if urls else {}
    for photo in record["photos"]:
        if picture := found.get(photo["url"]):
            photo.update(sha256=picture.sha256, width=picture.width, height=picture.height)


@contextlib.contextmanager
def completing(folder: Path) -> Iterator[Callable[[dict[str, Any]], None] | None]:
    """What completes a record by :func:`attach`; ``None`` if no photo was ever fetched."""
    if not (folder / INDEX).exists():
        yield None
        return
    with contextlib.closing(PhotoStore(folder, readonly=True)) as photos:
        yield functools.partial(attach, photos=photos)


def export(
    records: Iterable[Record], photos: PhotoStore, destination: Path, form: Form
) -> tuple[int, int]:
    """Write an image-caption set.

    Args:
        records: Of the articles, by url.
        photos: The pictures.
        destination: A folder; one that is there already must be a data set of ours.
        form: How.

    Returns:
        How many rows, and how many pictures; if there are none nothing was written.

    Raises:
        ConfigError: The folder holds anything else, or pyarrow is not installed.
        DiskFullError: It could not be written; what was there before is untouched.
    """
    check(destination)
    with writing(destination), staged(destination) as root:
        rows = _rows(records, photos)
        write = _write_parquet if form == "parquet" else _write_folder
        number, pictures = write(rows, photos, root)
        if not number:
            return 0, 0
        facts = {
            "name": destination.resolve().name,
            "format": form,
            "schema_version": SCHEMA_VERSION,
            "renmin_version": __version__,
            "records": number,
            "pictures": pictures,
            "rights": manifest.RIGHTS,
        }
        (root / MANIFEST).write_bytes(manifest.as_json(facts))
        (root / "README.md").write_text(_card(facts, form), encoding="utf-8", newline="\n")
        sum_up(root)
        put_in_place(root, destination)
    return number, pictures


def _rows(
    records: Iterable[Record], photos: PhotoStore
) -> Iterator[tuple[Picture, dict[str, Any]]]:
    """A picture and what is said of it; each caption of a picture once."""
    seen: set[int] = set()
    for record in records:
        found = photos.pictures([photo["url"] for photo in record["photos"] if photo["url"]])
        for photo in record["photos"]:
            picture = found.get(photo["url"])
            key = hash((picture, photo["caption"]))
            if picture is None or key in seen or not photos.path(picture).is_file():
                continue
            seen.add(key)
            yield picture, _row(record, photo, picture)


def _row(record: Record, photo: Mapping[str, Any], picture: Picture) -> dict[str, Any]:
    return {
        "text": photo["caption"],
        "credit": photo["credit"],
        "title": record["title"],
        "article_url": record["url"],
        "photo_url": photo["url"],
        "channel": record["channel"],
        "published_on": record["published_on"],
        "sha256": picture.sha256,
        "width": picture.width,
        "height": picture.height,
    }


def _write_folder(
    rows: Iterable[tuple[Picture, dict[str, Any]]], photos: PhotoStore, root: Path
) -> tuple[int, int]:
    data = root / "data"
    data.mkdir()
    number = pictures = 0
    with whole_file(data / "metadata.jsonl") as file:
        for picture, row in rows:
            source = photos.path(picture)
            target = data / source.relative_to(photos.folder)
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(source, target)
                pictures += 1
            named = {"file_name": target.relative_to(data).as_posix(), **row}
            file.write(orjson.dumps(named, option=orjson.OPT_APPEND_NEWLINE))
            number += 1
    return number, pictures


def _write_parquet(
    rows: Iterable[tuple[Picture, dict[str, Any]]], photos: PhotoStore, root: Path
) -> tuple[int, int]:
    (root / "data").mkdir()
    number = 0
    seen: set[str] = set()
    iterator = iter(rows)
    for shard in itertools.count():
        first = next(iterator, None)
        if first is None:
            return number, len(seen)
        size = 0
        path = root / "data" / f"part-{shard:05}.parquet"
        with whole_file(path) as file, _writer(file) as writer:
            chain = itertools.chain([first], iterator)
            while size < SHARD and (group := list(itertools.islice(chain, GROUP))):
                writer.write_batch(_batch(group, photos))
                size += sum(picture.bytes for picture, _ in group)
                number += len(group)
                seen.update(picture.sha256 for picture, _ in group)
    raise AssertionError  # unreachable: the rows come to an end


def _batch(group: list[tuple[Picture, dict[str, Any]]], photos: PhotoStore) -> Any:
    library = load_pyarrow()
    schema = _schema()
    images = [
        {"bytes": photos.path(picture).read_bytes(), "path": photos.path(picture).name}
        for picture, _ in group
    ]
    columns = [library.array(images, schema.field("image").type)]
    for field in FIELDS:
        values = [row[field.name] for _, row in group]
        kind = schema.field(field.name).type
        array = library.array(values, library.string() if field.kind == "day" else kind)
        columns.append(array.cast(kind))
    return library.RecordBatch.from_arrays(columns, schema=schema)


def _writer(file: Any) -> Any:
    # Pictures are compressed already.
    return load_pyarrow().parquet.ParquetWriter(file, _schema(), compression="zstd")


def _schema() -> Any:
    """Typed, and with what Hugging Face reads to show the column as pictures."""
    library = load_pyarrow()
    image = library.struct([("bytes", library.binary()), ("path", library.string())])
    features: dict[str, Any] = {"image": {"_type": "Image"}}
    features |= {
        field.name: {"dtype": _TYPES[str(field.kind)], "_type": "Value"} for field in FIELDS
    }
    told = json.dumps({"info": {"features": features}})
    fields = [library.field("image", image), *arrow_schema(FIELDS)]
    return library.schema(fields, metadata={"huggingface": told})


def _card(facts: Mapping[str, Any], form: Form) -> str:
    features = "".join(
        f"  - name: {field.name}\n    dtype: {_TYPES[str(field.kind)]}\n" for field in FIELDS
    )
    table = "".join(f"| `{field.name}` | {field.meaning} |\n" for field in FIELDS)
    files = "data/part-*.parquet" if form == "parquet" else "data/**"
    return (
        "---\nlanguage:\n- zh\npretty_name: Photos of the regional channels of People's Daily "
        "Online, with captions\ntask_categories:\n- image-to-text\nconfigs:\n"
        f"- config_name: default\n  data_files:\n  - split: train\n    path: {files}\n"
        f"dataset_info:\n  features:\n  - name: image\n    dtype: image\n{features}---\n\n"
        f"# {facts['name']}\n\n{facts['records']} captions of {facts['pictures']} pictures, as "
        "printed. A picture under two captions has two rows.\n\n"
        f"| field | meaning |\n|---|---|\n{table}\n{manifest.RIGHTS} The people on them have rights "
        "of their own.\n"
    )
