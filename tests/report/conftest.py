"""One morning's database, built once for all tests of this room; they only read it."""

from types import SimpleNamespace

import pytest

from crawler.store.engine import open_store
from tests.web.story import tell


@pytest.fixture(scope="session")
def morning(tmp_path_factory):
    folder = tmp_path_factory.mktemp("morning")
    store = open_store(f"sqlite:///{folder}/renmin.db")
    story = tell(store, folder / "renmin.archive.db")
    yield SimpleNamespace(store=store, story=story, folder=folder)
    store.close()


@pytest.fixture
def connection(morning):
    with morning.store.reading.connect() as connection:
        yield connection


@pytest.fixture
def story(morning):
    return morning.story
