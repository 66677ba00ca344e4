"""Several notices as one message that a person reads: a title, and a line for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crawler.watch.alerts.notices import Notice

EVENTS_ZH = {"opened": "告警", "closed": "恢复", "reminder": "仍未恢复", "test": "测试"}
# More are counted; the dashboard and renmin alerts have them all.
MOST_LINES = 40
_NAMED = 3


def title(batch: Sequence[Notice]) -> str:
    """One line: what happened, to whom, and what it is.

    A rule or a schedule has no line break in its name; a host or a path could.
    """
    about = list(dict.fromkeys(" ".join(one.about.split()) for one in batch))
    rules = list(dict.fromkeys(one.rule.title_zh for one in batch))
    counts = Counter(EVENTS_ZH[one.event] for one in batch)
    events = "，".join(f"{name} {n}" if len(batch) > 1 else name for name, n in counts.items())
    more = f" 等 {len(about)} 项" if len(about) > _NAMED else ""
    return f"[renmin] {events}：{'、'.join(about[:_NAMED])}{more} {'、'.join(rules[:_NAMED])}"


def text(batch: Sequence[Notice]) -> str:
    """The body, in both languages; the times are of Beijing."""
    if len(batch) == 1:
        return _one(batch[0])
    lines = [
        f"{EVENTS_ZH[one.event]} ({one.rule.severity}, {one.event})  {one.about}  {one.rule.title_zh}\n"
        f"    {one.rule.title}: {one.message}"
        for one in batch[:MOST_LINES]
    ]
    if len(batch) > MOST_LINES:
        lines.append(f"... {len(batch) - MOST_LINES} more: renmin alerts")
    return "\n".join(lines) + "\n"


def _one(one: Notice) -> str:
    about = " ".join(one.about.split())
    closed = f"closed    {one.closed_at:%Y-%m-%d %H:%M} +08:00\n" if one.closed_at else ""
    return (
        f"{EVENTS_ZH[one.event]}：{about} {one.rule.title_zh}\n"
        f"{one.rule.title} ({one.rule.severity}, {one.event})\n\n"
        f"{one.message}\n\n"
        f"rule      {one.rule.name}\n"
        f"subject   {one.subject}\n"
        f"opened    {one.opened_at:%Y-%m-%d %H:%M} +08:00\n"
        f"{closed}"
    )
