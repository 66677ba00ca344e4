"""A run says truly how it ended."""

from __future__ import annotations

import pytest

from crawler.crawl.run import EXIT_CODES, RunOutcome
from crawler.items import Failure, Visit


def visit(reason: str = "", kind: str = "list", *, wait: bool = False) -> Visit:
    failure = Failure(reason=reason, wait=wait) if reason else None
    return Visit(url="http://x/", frontier_id=1, kind=kind, channel="sd", failure=failure)


@pytest.mark.parametrize(
    ("hosts", "visits", "reason", "code"),
    [
        ([(False, False)] * 2, [], "unreachable", 3),
        ([(False, True)], [], "robots_unreadable", 0),
        ([(False, False), (False, True)], [], "robots_unreadable", 0),
        ([(True, True)], [visit("http_500"), visit("extraction_challenge")], "lists_failed", 3),
        ([(True, True)], [visit("timeout"), visit("proxy")], "unreachable", 3),
        ([(True, True)], [visit("robots")], "finished", 0),
        ([(True, True)], [visit("http_500"), visit()], "finished", 0),
        ([(True, True), (False, False)], [visit()], "finished", 0),
        ([(True, True)], [visit("http_404", "article")], "finished", 0),
        ([(True, True)], [visit("host_rests", wait=True)], "finished", 0),
        ([], [], "finished", 0),
    ],
)
def test_a_run_without_hosts_or_lists_has_failed(hosts, visits, reason, code):
    """No answer, no rules, no list: each has its own word; what we obey is no failure."""
    outcome = RunOutcome()
    for read, answered in hosts:
        outcome.host_asked(read=read, answered=answered, detail="because")
    for each in visits:
        outcome.visited(each)

    assert outcome.finish_reason("finished") == reason
    assert outcome.finish_reason("shutdown") == "shutdown"
    assert EXIT_CODES[reason] == code
    assert (outcome.advice(reason) is None) == (reason == "finished")
