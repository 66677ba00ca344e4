"""An error about a place names the folder and what to do."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from crawler.errors import ConfigError, SchemaError, StoreError
from crawler.store.engine import Reader, open_store
from crawler.store.open import checked_url, see_to


def test_a_file_that_is_not_there_yet_may_be_made(tmp_path):
    """Nothing is made by looking."""
    see_to(tmp_path / "new" / "file.db", create=True)

    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named_with_what_to_do(tmp_path):
    """What to do depends on who asks."""
    with pytest.raises(SchemaError, match=r"file\.db: no such database; look elsewhere"):
        see_to(tmp_path / "file.db", create=False, missing="look elsewhere")


def test_what_can_be_no_file_is_refused(tmp_path):
    """A folder, and what would lie below a file."""
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="is a folder"):
        see_to(tmp_path, create=True)
    with pytest.raises(ConfigError, match="is no folder"):
        see_to(tmp_path / "file" / "a.db", create=True)


@pytest.mark.parametrize("forbidden", ["enter", "write", "read"])
def test_a_forbidden_place_is_named_with_its_rights(tmp_path, monkeypatch, forbidden):
    """Whatever the user who runs the tests may do: the answer of the system is played."""
    path = tmp_path / "output" / "renmin.db"
    path.parent.mkdir(mode=0o700)
    right, named = {
        "enter": (os.X_OK, path.parent),
        "write": (os.W_OK, path.parent),
        "read": (os.R_OK, path),
    }[forbidden]
    if forbidden == "read":
        path.touch()
    monkeypatch.setattr(os, "access", lambda at, asked: (at, asked) != (named, right))

    with pytest.raises(StoreError, match=f"^{named}: .*permission denied: .*chmod"):
        see_to(path, create=True)


def test_nobody_is_told_to_change_rights_on_a_disk_that_is_read_only(tmp_path, monkeypatch):
    """No chmod helps there: the disk is what is named."""
    monkeypatch.setattr(os, "access", lambda _path, asked: asked != os.W_OK)
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_flag=os.ST_RDONLY))

    with pytest.raises(StoreError, match=f"^{tmp_path}: .*mounted read-only") as refused:
        see_to(tmp_path / "renmin.db", create=True)

    assert "chmod" not in str(refused.value)


@pytest.mark.parametrize("user", ["renmin:p@w/x", "renmin:a@b"])
def test_a_password_that_ends_too_early_is_refused_and_not_told(user):
    """An @ in it would part the address there: the rest of the password would be printed as a host."""
    with pytest.raises(ConfigError, match="written %40") as refused:
        checked_url(f"postgresql://{user}@127.0.0.1:5432/renmin")

    assert user.partition(":")[2] not in str(refused.value)


@pytest.mark.parametrize(
    "database", ["postgresql://renmin:p%40w/x@db/renmin", "postgresql://db/renmin?options=a:b@c"]
)
def test_other_addresses_of_servers_stay(database):
    """A password may hold a slash, and an option an @."""
    assert checked_url(database).host == "db"


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_server_that_keeps_no_hanzi_is_refused(postgres_server, encoding):
    """Whether its database is written or only looked at, its encoding is named, and the right one."""
    name = f"renmin_{encoding.lower()}_{os.getpid()}"
    url = postgres_server.set(database=name).render_as_string(hide_password=False)
    server = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        make = f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"
        connection.execute(sa.text(make))
    try:
        with pytest.raises(ConfigError, match=f"{encoding}, .*'UTF8'"):
            open_store(url)
        with pytest.raises(ConfigError, match=encoding), Reader(url).connect():
            pass
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name}"))
        server.dispose()
