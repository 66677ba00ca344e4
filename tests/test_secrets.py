"""No password of an address is told, whatever quotes it."""

from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigError
from crawler.secrets import MaskedRecord, mask, mask_all

SECRET = "s3kr1t"


@pytest.mark.parametrize(
    "text",
    [
        f"http://user:{SECRET}@127.0.0.1:8080",
        f"http://:{SECRET}@proxy",
        f"postgresql+psycopg://renmin:{SECRET}@/renmin?host=/run",
        f"postgresql:///renmin?user=x&password={SECRET}",
        f"renmin crawl --proxy 'socks5://u:{SECRET}@h' --database=sqlite:///x.db",
        f"postgresql://u:a/{SECRET}@h/db",
        f"postgresql://u:a@{SECRET}@h/db",
        f"http://a:{SECRET}@h http://b:{SECRET}@h",
        f'{{"RENMIN_PROXY": "http://a:{SECRET}@h"}}',
        f"could not connect: host=h password={SECRET} dbname=x",
    ],
)
def test_a_password_is_masked(text):
    """In every form in which an address can hold one; what is around it stays."""
    assert SECRET not in mask(text)
    assert mask(mask(text)) == mask(text)
    assert mask_all({"a": [text]}) == {"a": [mask(text)]}


@given(st.text(alphabet=":/@ab'?=&p \n"))
def test_masking_never_raises_and_is_idempotent(text):
    """Also for text that is no address."""
    assert mask(mask(text)) == mask(text)


def test_a_log_line_and_its_traceback_tell_none():
    """Whatever library wrote it, and whichever exception quotes the address."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    info = (ValueError, ValueError(f"http://u:{SECRET}@h"), None)

    handler.handle(MaskedRecord("x", 40, __file__, 1, "proxy %s", (f"http://u:{SECRET}@h",), info))

    assert "ValueError" in stream.getvalue()
    assert "proxy http://u:***@h" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_an_error_tells_none():
    """A setting is quoted as it was typed, but for its password."""
    assert str(
        ConfigError(f"database=postgres:/u:{SECRET}@h, mysql://u:{SECRET}@h: unknown")
    ).endswith("mysql://u:***@h: unknown")
