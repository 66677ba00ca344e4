"""An error about a place names the folder and what to do."""

from __future__ import annotations

import os

import pytest

from crawler.errors import ConfigError, SchemaError, StoreError
from crawler.store.open import see_to


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
