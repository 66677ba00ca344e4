"""Why a page gave nothing is said in a word that can be counted, and the operator's page explains it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Request, TextResponse
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.crawl.run import EXIT_CODES
from crawler.errors import ExtractionError
from crawler.hooks import answers, guard, redirects, robots, scheduler
from crawler.hooks.guard import RefusedRequest
from crawler.hooks.robots import ForbiddenByRobotsError, RobotsUnreadableError
from pipelines import visits
from spiders import responses
from spiders.responses import extraction_failed, failure_of

DOCS = (Path(__file__).parents[2] / "docs" / "crawling.md").read_text(encoding="utf-8")


def http_error(status: int) -> HttpError:
    request = Request("http://sd.people.com.cn/")
    return HttpError(TextResponse(request.url, status=status, request=request))


@pytest.mark.parametrize(
    ("error", "reason", "retry", "wait"),
    [
        (http_error(404), "http_404", False, False),
        (http_error(410), "http_410", False, False),
        (http_error(503), "http_503", True, False),
        (DownloadTimeoutError("30 s"), "timeout", True, False),
        (CannotResolveHostError("no"), "dns", True, False),
        (DownloadCancelledError("too large"), "too_large", False, False),
        (DownloadFailedError("reset"), "network", True, False),
        (ForbiddenByRobotsError("no"), "robots", True, False),
        (RobotsUnreadableError("500"), "robots_unreadable", True, True),
        (RefusedRequest("private"), "refused", False, False),
        (IgnoreRequest("max redirections reached"), "redirect_loop", True, False),
        (IgnoreRequest("somebody else's"), "ignored", True, False),
        (ZeroDivisionError("ours"), "error_ZeroDivisionError", True, False),
    ],
)
def test_every_error_has_a_reason(error, reason, retry, wait):
    """The reason is short, and says whether another try may do better."""
    found, _ = failure_of(error)

    assert (found.reason, found.retry, found.wait) == (reason, retry, wait)
    assert found.detail


def test_a_page_without_an_article_names_the_field():
    """The failure of an extraction says what could not be found, and where."""
    error = ExtractionError("http://sd.people.com.cn/x", "wb2016", "title", "no title")

    found = extraction_failed(error)

    assert found.reason == "extraction_title"
    assert error.url in found.detail


def reasons_in_code() -> set[str]:
    """Every reason that stands in the code of hooks, spiders and pipelines, whole."""
    found = {reason for _, reason, _ in responses.REASONS}
    for module in (
        answers,
        answers,
        responses,
        guard,
        redirects,
        responses,
        robots,
        scheduler,
        visits,
    ):
        text = Path(module.__file__).read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:reason=|UnfitAnswerError\(\s*)"(\w+)"', text))
    return found


def test_the_operators_page_explains_every_reason():
    """docs/crawling.md has every reason, and the families http_, extraction_ and error_."""
    table = DOCS[DOCS.index("| reason |") :].partition("\n\n")[0]
    documented = set(re.findall(r"`(\w+)`", table))

    assert reasons_in_code() <= documented
    assert {"http_CODE", "extraction_FIELD", "error_NAME"} <= documented


def test_the_operators_page_explains_every_end():
    """docs/crawling.md has every finish reason that a run's row may hold."""
    ends = {"shutdown", "disk_full", "database", *EXIT_CODES}

    assert all(f"`{end}`" in DOCS for end in ends)
