"""A data set as a folder: whole, the same twice, and readable by what researchers use."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app as renmin
from crawler.crawl.record import finish, keep
from crawler.errors import ConfigError
from crawler.items import Dateline, Doubt, Photo, Repair
from crawler.store.articles import By
from tests.crawl.visits import NOW, article, prose

SPLITS = (None, "year", "channel")
RICH = {
    "authors": ("张三", "李四"),
    "dateline": Dateline(text="人民网讯", agency="人民网"),
    "photos": (Photo(url="http://sd.people.com.cn/a.jpg", caption="=花"),),
    "damage": ("utf8-as-gbk",),
    "repairs": (Repair(rule="r", count=1, lossless=False),),
    "doubts": (Doubt(field="title", start=0, end=1, text="标"),),
    "published_at": NOW.replace(year=2010, hour=0, minute=30),
}


@pytest.fixture
def filled(store):
    """Six articles of two years and channels: one rich, one undated, one a copy."""
    items = [
        article(1, **RICH),
        article(2, host="bj.people.com.cn"),
        article(3, published_at=None),
        article(4, published_at=NOW - timedelta(days=800)),
        article(5),
        article(6, prose(5), prose(1_000_005), host="sh.people.com.cn"),
    ]
    with store.writing.begin() as connection:
        kept = [keep(connection, item, NOW, By(None, "1")) for item in items]
        finish(connection, kept)
    return items


@pytest.fixture
def run(filled, database):
    return lambda *args: CliRunner().invoke(
        renmin, ["export", *map(str, args), "--database", database], catch_exceptions=True
    )


def export(run, folder, *args):
    result = run(f"{folder}/", *args)
    assert result.exit_code == 0, result.output
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def data(folder):
    return sorted(each for each in folder.glob("data/**/part-*"))


@pytest.mark.parametrize("form", ["jsonl", "jsonl.zst", "csv.gz", "parquet", "txt"])
@pytest.mark.parametrize("split", SPLITS)
def test_the_same_articles_are_the_same_folder(run, tmp_path, form, split):
    """Every file of it, byte for byte; and it holds what its checksums say."""
    if form == "parquet":
        pytest.importorskip("pyarrow")
    options = ("--format", form, *(("--split", split) if split else ()))

    for name in ("one/set", "two/set"):
        (tmp_path / name).parent.mkdir()
        export(run, tmp_path / name, *options)

    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two
    assert CliRunner().invoke(renmin, ["verify", str(tmp_path / "one" / "set")]).exit_code == 0


def test_the_manifest_counts_what_is_there(run, tmp_path):
    """Records, copies left out, years, nulls, files; and nothing of when it was made."""
    manifest = export(run, tmp_path / "set", "--split", "year")

    assert (manifest["records"], manifest["copies_left_out"]) == (5, 1)
    assert manifest["counts"]["year"] == {"": 1, "2010": 1, "2024": 1, "2026": 2}
    assert manifest["nulls"]["published_at"] == 1
    assert [(each["path"], each["records"]) for each in manifest["files"]] == [
        ("data/2010/part-00000.jsonl", 1),
        ("data/2024/part-00000.jsonl", 1),
        ("data/2026/part-00000.jsonl", 2),
        ("data/undated/part-00000.jsonl", 1),
    ]
    assert "created_at" not in manifest


def test_a_part_holds_what_its_name_says(run, tmp_path):
    """By channel, each record stands in the part of its channel; none is lost."""
    export(run, tmp_path / "set", "--split", "channel", "--include-duplicates")

    found = [
        (path.parent.name, json.loads(line)["channel"])
        for path in data(tmp_path / "set")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert all(part == channel for part, channel in found)
    assert len(found) == 6


@pytest.mark.parametrize(
    ("options", "numbers"),
    [(("--clean-only",), 4), (("--sample", "2"), 2), (("--channel", "bj"), 1)],
)
def test_a_data_set_is_narrowed(run, tmp_path, options, numbers):
    """By what is clean, by chance, by channel."""
    assert export(run, tmp_path / "set", *options)["records"] == numbers


def test_a_sample_is_stable(run, tmp_path):
    """The same seed draws the same articles, and a larger sample holds the smaller one."""
    drawn = []
    for name, size in (("a", 2), ("b", 2), ("c", 4)):
        export(run, tmp_path / name, "--sample", size, "--seed", "7")
        lines = data(tmp_path / name)[0].read_text("utf-8").splitlines()
        drawn.append({json.loads(line)["url"] for line in lines})

    assert drawn[0] == drawn[1] < drawn[2]


def test_fields_and_the_flat_record(run, tmp_path):
    """Only the chosen fields, in the record's order; or one text and few columns."""
    export(run, tmp_path / "few", "--fields", "title,url")
    export(run, tmp_path / "flat", "--flat")

    few, flat = (
        json.loads(data(tmp_path / n)[0].read_text("utf-8").split("\n")[0]) for n in ("few", "flat")
    )
    assert list(few) == ["url", "title"]
    assert list(flat)[:3] == ["doc_id", "text", "title"]


def test_texts_are_a_file_each(run, tmp_path):
    """A folder of plain text has one file an article, and a table that names them."""
    export(run, tmp_path / "set", "--format", "txt", "--flat")

    texts = sorted((tmp_path / "set" / "data").glob("*.txt"))
    table = (tmp_path / "set" / "data" / "metadata.csv").read_text("utf-8-sig")
    assert len(texts) == 5
    assert all(path.name in table for path in texts)


def test_what_is_not_ours_is_never_replaced(run, tmp_path):
    """A folder with anything else in it is refused by its name; an earlier export is replaced."""
    folder = tmp_path / "set"
    export(run, folder)
    export(run, folder, "--split", "year")
    (folder / "notes.txt").write_text("mine")

    result = run(f"{folder}/")

    assert isinstance(result.exception, ConfigError)
    assert "notes.txt" in str(result.exception)
    assert (folder / "notes.txt").read_text() == "mine"


def test_nothing_found_leaves_the_folder(run, tmp_path):
    """Exit code 1, and no stage is left beside it."""
    export(run, tmp_path / "set")

    assert run(f"{tmp_path / 'set'}/", "--since", "2099-01-01").exit_code == 1
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == ["set"]
    assert CliRunner().invoke(renmin, ["verify", str(tmp_path / "set")]).exit_code == 0


@pytest.mark.parametrize("harm", ["changed", "missing", "added"])
def test_harm_is_seen(run, tmp_path, harm):
    """A changed, a missing and an added file each make the set something else."""
    export(run, tmp_path / "set")
    path = data(tmp_path / "set")[0]
    if harm == "changed":
        path.write_bytes(path.read_bytes()[:-1])
    elif harm == "missing":
        path.unlink()
    else:
        (tmp_path / "set" / "data" / "more.jsonl").write_text("{}")

    result = CliRunner().invoke(renmin, ["verify", str(tmp_path / "set")])

    assert result.exit_code == 1
    assert result.stderr


@pytest.mark.parametrize(
    ("form", "split"), list(itertools.product(("parquet", "jsonl.zst", "csv"), SPLITS))
)
def test_hugging_face_loads_it_with_its_days(run, tmp_path, form, split, monkeypatch):
    """Whole or split, typed, with no article on another day."""
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets.disable_progress_bars()
    options = ("--format", form, *(("--split", split) if split else ()))
    export(run, tmp_path / "set", *options)

    found = datasets.load_dataset(
        str(tmp_path / "set"), split="train", cache_dir=str(tmp_path / "cache")
    )

    days = {str(row["published_on"])[:10] for row in found}
    assert len(found) == 5
    assert days == {"2010-11-23", "2026-11-22", "2024-09-14", "None"}
    if form != "csv":
        stamps = {str(row["published_at"])[:10] for row in found}
        assert stamps == days
    del found


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what mlcroissant imports
@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv", "txt"])
def test_descriptions_for_machines_are_valid(run, tmp_path, form):
    """Croissant is read without a remark, frictionless the data package."""
    croissant, frictionless = map(pytest.importorskip, ("mlcroissant", "frictionless"))
    export(run, tmp_path / "set", "--format", form, "--split", "year")

    dataset = croissant.Dataset(str(tmp_path / "set" / "croissant.json"))
    report = frictionless.validate(str(tmp_path / "set" / "datapackage.json"))

    assert dataset.metadata.issues.report().strip() == ""
    assert report.valid, report.flatten(["title", "note"])


@pytest.mark.filterwarnings("ignore")  # of what mlcroissant and pandas do inside
@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_croissant_leads_into_what_has_parts(run, tmp_path, form):
    """Photos, doubts and the dateline come back with all their fields, from either format."""
    croissant = pytest.importorskip("mlcroissant")
    export(run, tmp_path / "set", "--format", form)
    export(run, tmp_path / "lines", "--format", "jsonl")
    (file,) = data(tmp_path / "set")
    (lines,) = data(tmp_path / "lines")
    wanted = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    name = f"records/{file.relative_to(tmp_path / 'set').as_posix()}"

    dataset = croissant.Dataset(str(tmp_path / "set" / "croissant.json"))
    found = [
        {key.removeprefix(f"{name}/"): value for key, value in record.items()}
        for record in dataset.records(name)
    ]

    for record, whole in zip(found, wanted, strict=True):
        for field in ("photos", "repairs", "doubts"):
            inside = [
                {key.removeprefix(f"{name}/{field}/"): value for key, value in each.items()}
                for each in record[field]
            ]
            assert [_texts(each) for each in inside] == [_texts(each) for each in whole[field]]
        for field in ("quality", "dateline"):
            inside = {key.rpartition("/")[2]: value for key, value in record[field].items()}
            assert _texts(inside) == _texts(whole[field] or {})


def _texts(value):
    """The texts and numbers of an object, without what is null, as one and the same type."""
    return {
        key: each.decode() if isinstance(each, bytes) else each
        for key, each in value.items()
        if each is not None and not isinstance(each, list) and each == each
    }
