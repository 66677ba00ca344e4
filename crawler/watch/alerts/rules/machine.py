"""Can it go on?"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.watch.alerts.facts import Facts, Finding
from crawler.watch.alerts.settings import RuleSettings

_MIB = 1024 * 1024


def disk_low(facts: Facts, rule: RuleSettings) -> Iterator[Finding]:
    """The disk of the database or of the archive is nearly full."""
    for disk in facts.disks:
        percent = 100 * disk.free / disk.total
        if percent < rule.threshold or disk.free < rule.minimum * _MIB:
            yield Finding(
                rule=rule.name,
                subject=disk.path,
                message=f"{disk.free // _MIB} MiB free, {percent:.1f} %: make room, or move the "
                "database; a crawl ends when the disk is full",
                value=round(percent, 2),
                threshold=rule.threshold,
            )
