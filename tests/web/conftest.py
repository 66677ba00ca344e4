"""A dashboard that really listens on loopback, over a morning's database."""

import contextlib
import threading
from types import SimpleNamespace

import httpx
import pytest
import uvicorn

from crawler.store.engine import open_store
from crawler.web.app import build, listen
from crawler.web.guard import DashboardSettings
from tests.report.sample import NOW
from tests.web.story import tell


@contextlib.contextmanager
def serving(settings):
    """Serve on a free port; gives the address."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        build(settings), log_level="critical", timeout_graceful_shutdown=1, proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def settings_of(folder, **more):
    """Settings for the database in ``folder``, at the morning's moment."""
    return DashboardSettings(
        database=f"sqlite:///{folder}/renmin.db",
        archive=folder / "renmin.archive.db",
        clock=lambda: NOW,
        **more,
    )


@pytest.fixture
def serve():
    """Serves settings for the length of a test; gives a client."""
    with contextlib.ExitStack() as stack:

        def start(settings, **more):
            address = stack.enter_context(serving(settings))
            return stack.enter_context(httpx.Client(base_url=address, **more))

        yield start


@pytest.fixture(scope="session")
def morning(tmp_path_factory):
    """One dashboard for all tests that only look."""
    folder = tmp_path_factory.mktemp("morning")
    store = open_store(f"sqlite:///{folder}/renmin.db")
    story = tell(store, folder / "renmin.archive.db")
    store.close()
    with serving(settings_of(folder)) as address:
        yield SimpleNamespace(folder=folder, story=story, address=address)


@pytest.fixture
def client(morning):
    with httpx.Client(base_url=morning.address) as client:
        yield client


@pytest.fixture
def story(morning):
    return morning.story


@pytest.fixture
def own(tmp_path):
    """A small database of this test's own: its folder and its story."""
    store = open_store(f"sqlite:///{tmp_path}/renmin.db")
    story = tell(store, tmp_path / "renmin.archive.db", runs=2, articles=24)
    yield SimpleNamespace(folder=tmp_path, story=story, store=store)
    store.close()


def csrf_of(page):
    """What the form of a page brings back."""
    return page.text.split('name="csrf" value="')[1].split('"')[0]
