"""The pages that go wrong: one way each, by the kind that ``renmin replica --list`` names."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from crawler.replica.answer import NEVER, Response, message, page, redirect
from crawler.replica.plan import Entry

# Over the limit of any sensible crawler.
HUGE = 20 * 1024 * 1024
DEPTH = 100_000
# How often a flaky page fails before it answers.
FAILURES = 2


def answer(entry: Entry) -> Response:
    """Answer for a page of a broken kind.

    Raises:
        KeyError: The kind is not broken.
    """
    return _KINDS[entry.kind](entry)


def _loop(entry: Entry) -> Response:
    step = Random(entry.number).randrange(1000)
    return redirect(f"{entry.url}?step={step}")


def _rubbish(entry: Entry) -> Response:
    return page(Random(entry.number).randbytes(6_000))


def _wrong_type(_: Entry) -> Response:
    return page(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + b"0 0 obj\n" * 200, "application/pdf")


def _empty(_: Entry) -> Response:
    html = '<html><head><title></title></head><body><div class="rm_txt"></div></body></html>'
    return page(html.encode(), "text/html; charset=utf-8")


def _deep(_: Entry) -> Response:
    html = "<html><body>" + "<div>" * DEPTH + "深" + "</div>" * DEPTH + "</body></html>"
    return page(html.encode(), "text/html; charset=utf-8")


def _huge(_: Entry) -> Response:
    return page(b"<html><body>" + b"<p>0123456789</p>\n" * (HUGE // 18) + b"</body></html>")


def _soft_gone(_: Entry) -> Response:
    html = (
        '<html><head><meta charset="utf-8"><title>出错啦 页面没有找到--人民网</title></head>'
        "<body><h1>页面没有找到</h1><p>您访问的页面不存在或已被删除。</p></body></html>"
    )
    return page(html.encode(), "text/html; charset=utf-8")


_KINDS: dict[str, Callable[[Entry], Response]] = {
    "gone": lambda _: message(404, "页面没有找到"),
    "forbidden": lambda _: message(403, "禁止访问"),
    "broken": lambda _: message(500, "服务器内部错误"),
    "flaky": lambda _: message(500, "服务器内部错误"),
    "soft-gone": _soft_gone,
    "loop": _loop,
    "rubbish": _rubbish,
    "wrong-type": _wrong_type,
    "empty": _empty,
    "deep": _deep,
    "huge": _huge,
    "hang": lambda _: Response(delay=NEVER),
}
