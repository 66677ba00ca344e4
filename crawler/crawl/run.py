"""A run: what it was asked to do, and how it truly ended.

One in which no host or no list could be read is a failed run.

==================  =========  ==========================================================
finish reason       exit code  when
==================  =========  ==========================================================
unreachable         3          no host gave any answer: the network or the proxy is down
robots_unreadable   0          hosts answered, but none with a robots.txt that can be read:
                               they are waited for, as they ask
lists_failed        3          no list page and no sitemap could be read
passed_on           0          a worker's host had its turn, and others waited for it
taken_over          3          a worker's host went to another worker: this one was silent for long
stopped             0          somebody asked for it (dashboard, renmin schedule stop)
==================  =========  ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crawler.items import Failure, Visit


@dataclass(frozen=True, slots=True)
class Plan:
    """What a crawl was asked to do.

    Attributes:
        command: As typed, for the run's history.
        channels: Channel ids; the hosts of mirrors count as channels.
        settings: Settings that differ from their default.
        since: Articles whose address names an earlier day wait for another crawl.
        until: Articles whose address names this day or a later one wait likewise.
        limit: So many articles at most.
        retries: After so many failures in a row a page is given up.
        continues: Go on with this run, which was stopped, under its number; 0 begins a new one.
    """

    command: str
    channels: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    limit: int | None = None
    retries: int = 5
    continues: int = 0


# What is no fault of a list: the site asks us not to read it, or to come back later.
OBEYED = frozenset({"robots", "robots_unreadable", "host_rests", "refused"})
# No answer came at all.
SILENT = frozenset({"dns", "timeout", "refused_connection", "network", "proxy"})

EXIT_CODES = {
    "finished": 0,
    "limit": 0,
    "closespider_timeout": 0,
    "stopped": 0,
    "passed_on": 0,
    "robots_unreadable": 0,
    "unreachable": 3,
    "lists_failed": 3,
}
# After these a schedule tries again soon.
PASSING = frozenset({"unreachable", "lists_failed", "robots_unreadable"})

ADVICE = {
    "unreachable": "no host could be reached ({detail}); look at the network and at --proxy or "
    "RENMIN_PROXY, then run the same command again",
    "robots_unreadable": "no robots.txt could be read, so nothing was fetched ({detail}); run the "
    "same command again later",
    "lists_failed": "no list page could be read ({detail}); what each of them said: "
    "renmin queue --state FAILED",
}


@dataclass(slots=True)
class RunOutcome:
    """What a run has met so far of hosts and lists.

    Attributes:
        hosts_read: Hosts whose robots.txt was read, or that have none.
        hosts_answered: Hosts whose robots.txt was answered, and could not be read.
        hosts_silent: Hosts that gave no answer.
        lists_read: List pages and sitemaps that were read, or have not changed.
        lists_failed: Those that could not be read, for a reason of their own.
        lists_silent: How many of them gave no answer.
        detail: Why the last of them failed.
    """

    hosts_read: int = 0
    hosts_answered: int = 0
    hosts_silent: int = 0
    lists_read: int = 0
    lists_failed: int = 0
    lists_silent: int = 0
    detail: str = ""

    def host_asked(self, *, read: bool, answered: bool, detail: str) -> None:
        """Note what came of asking a host for its robots.txt."""
        if read:
            self.hosts_read += 1
            return
        self.hosts_answered += answered
        self.hosts_silent += not answered
        self.detail = detail

    def visited(self, visit: Visit) -> None:
        """Note a visit; only those to lists and sitemaps matter."""
        if visit.kind == "article":
            return
        if visit.failure is None:
            self.lists_read += 1
        elif not _is_obedience(visit.failure):
            self.lists_failed += 1
            self.lists_silent += visit.failure.reason in SILENT
            self.detail = visit.failure.detail or visit.failure.reason

    def finish_reason(self, reason: str) -> str:
        """The run's finish reason, where the engine's is ``reason``."""
        if reason not in ("finished", "limit") or self.lists_read:
            return reason
        if self.hosts_silent + self.hosts_answered and not self.hosts_read:
            return "robots_unreadable" if self.hosts_answered else "unreachable"
        if self.lists_failed:
            silent = self.lists_silent == self.lists_failed
            return "unreachable" if silent else "lists_failed"
        return reason

    def advice(self, reason: str) -> str | None:
        """One sentence for a person: what is the matter, and what to do; ``None`` if all is well."""
        said = ADVICE.get(reason)
        return said.format(detail=self.detail) if said else None


def _is_obedience(failure: Failure) -> bool:
    return failure.wait or failure.reason in OBEYED
