"""What a rule may know, as plain values, and what is usual of it.

No rule asks a database, a disk or a clock. Shares of a few articles jump about by themselves. So a
sample is taken over the newest runs until it is large enough, and a difference counts only if it is
larger than the threshold *and* than what drawing so few articles would give by chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from crawler.store.runs import LOST_AFTER

# The crawl came to the end of what there was to do, or of what it was asked for.
ORDERLY = frozenset({"finished", "limit"})
# Somebody stopped it; nothing is wrong.
STOPPED = frozenset({"shutdown", "stopped", "closespider_timeout"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as a whole.

    Attributes:
        id: Its number.
        channels: Channel ids that it was asked to crawl.
        started_at: When it began.
        heartbeat_at: When it was last known to be alive.
        ended_at: ``None`` while it is going on, and for ever if it was killed.
        reason: Why it ended; ``None`` like ``ended_at``.
        partial: Whether it left the newest days out (``--until``), as the slices of a back-fill do:
            its pages are of another time, and nothing is compared with them.
    """

    id: int
    channels: tuple[str, ...]
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    reason: str | None
    partial: bool = False

    def is_lost(self, now: datetime) -> bool:
        """Whether it never said how it ended and its heart stands still."""
        return self.ended_at is None and self.heartbeat_at < now - LOST_AFTER

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended, one way or the other."""
        return self.ended_at is not None or self.is_lost(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRun:
    """What one run did in one channel.

    Attributes:
        run_id: Its number.
        channel: Channel id, or the host of a mirror.
        started_at: When the run began.
        whole: It did what it was asked for, and did not go on where an interrupted one stopped:
            its number of articles can be compared.
        counts: The run's counters of the channel.
    """

    run_id: int
    channel: str
    started_at: datetime
    whole: bool
    counts: Mapping[str, int]

    @property
    def articles(self) -> int:
        """Articles whose fields were counted: new and changed ones."""
        return self.count("article/new") + self.count("article/changed")

    def count(self, *names: str) -> int:
        """The sum of counters; a name that ends in ``/`` or ``error_`` stands for all that begin so."""
        return sum(
            value
            for name, value in self.counts.items()
            if any(
                name.startswith(one) if one.endswith(("/", "error_")) else name == one
                for one in names
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An enabled schedule and what became of it.

    Attributes:
        name: Its name.
        cron: Its expression.
        since: When it last started a crawl, or when it was made or enabled.
        bad_outcomes: How its last planned times ended, the latest first, up to the last good one.
        detail: What is known about the latest.
    """

    name: str
    cron: str
    since: datetime
    bad_outcomes: tuple[str, ...] = ()
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A back-fill that is not done: how often in a row its next slice did not end well, and why."""

    name: str
    failures: int
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What robots.txt of a host said: ``allowed``, ``forbidden`` or ``unreadable``."""

    name: str
    robots: str
    detail: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts:
    """A list page that a crawl starts from, and what its looks found.

    Attributes:
        channel: Channel id.
        node_id: The site's number of the column.
        label: The column's Chinese name.
        url: Its address.
        status: HTTP status of the last look; ``None`` without an answer.
        reason: Why the last look brought nothing; ``None`` if it was read.
        links: Articles on the page when it was last read.
        newest_at: The latest day that one of their addresses named.
        looked_at: When it was last looked at.
        brought_at: When a look last found something new, or else when the list was entered.
        failing_since: The first of the looks in a row that found no article; ``None`` if the
            last one did.
    """

    channel: str
    node_id: str
    label: str
    url: str
    status: int | None
    reason: str | None
    links: int
    newest_at: datetime | None
    looked_at: datetime
    brought_at: datetime
    failing_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk that holds a file of ours, in bytes.

    Attributes:
        path: The file.
        free: Room that is left.
        total: All of it.
        a_day: How much fills each day, by the samples of the last weeks; ``None`` if not known.
        days_left: Until it is full; ``None`` if that is not known or it does not fill.
    """

    path: str
    free: int
    total: int
    a_day: float | None = None
    days_left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the rules look at.

    Attributes:
        now: The moment that they speak of.
        runs: Runs of the last twelve weeks, the newest first.
        channels: What the last runs that are over did, by channel, the newest first; never empty
            for a channel.
        earlier: Whole runs before those, with the counter ``article/new`` alone.
        newest: When the newest article of a channel was published; ``None`` if it holds none.
        schedules: The enabled ones.
        backfills: The active ones.
        hosts: Those whose robots.txt was read.
        lists: List pages that were looked at.
        disks: One for each file of ours.
    """

    now: datetime
    runs: tuple[Run, ...] = ()
    channels: Mapping[str, tuple[ChannelRun, ...]]
    earlier: Mapping[str, tuple[ChannelRun, ...]]
    newest: Mapping[str, datetime | None]
    schedules: tuple[Planned, ...] = ()
    backfills: tuple[Range, ...] = ()
    hosts: tuple[Host, ...] = ()
    lists: tuple[ListFacts, ...] = ()
    disks: tuple[Disk, ...] = ()

    def lately(self, days: float) -> datetime:
        """The moment so many days ago."""
        return self.now - timedelta(days=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something is wrong now.

    Attributes:
        rule: The rule that says so.
        subject: What it is about: ``sd``, ``sd/captions``, ``run 12``, a schedule, a host, a file.
        message: One sentence for a person.
        value: The figure that was measured.
        threshold: The limit that it passed.
    """

    rule: str
    subject: str
    message: str
    value: float
    threshold: float


# No older run joins the sample: what happened a week ago is not now.
MOST_RUNS = 5
# Fewer runs are not yet usual.
FEWEST_RUNS = 3
# Some hundred shares are looked at every morning: three standard deviations are passed by chance
# about once in a thousand looks.
DEVIATIONS = 3.0

Size = Callable[[ChannelRun], int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two samples of one channel.

    Attributes:
        now: Counters of the newest runs, added up.
        before: The runs before those, one by one.
        of: How many things those runs add up to.
    """

    now: Counter[str]
    before: tuple[ChannelRun, ...]
    of: int


def compare(
    runs: Sequence[ChannelRun], size: Size, *, minimum: int, window: int
) -> Comparison | None:
    """Part the runs of a channel into now and before.

    Args:
        runs: The newest first.
        size: How many things a run adds to the sample.
        minimum: So many make a sample.
        window: So many runs before it are usual.

    Returns:
        ``None`` if either part is too small to prove anything.
    """
    taken = 0
    have = 0
    while taken < min(MOST_RUNS, len(runs)) and have < minimum:
        have += size(runs[taken])
        taken += 1
    before = [run for run in runs[taken:] if size(run)][:window]
    if have < max(1, minimum) or len(before) < FEWEST_RUNS:
        return None
    of = sum(map(size, before))
    return Comparison(_sum(runs[:taken]), tuple(before), of) if of >= minimum else None


def usual_share(runs: Sequence[ChannelRun], part: Size, size: Size) -> float:
    """The share that half of the articles' runs stay below: the median, weighted by size.

    Unlike the mean it does not move when one run went wrong, so that the end of a trouble is no
    trouble of its own.
    """
    shares = sorted((part(run) / size(run), size(run)) for run in runs if size(run))
    half = sum(weight for _, weight in shares) / 2
    reached = 0
    for share, weight in shares:
        reached += weight
        if reached >= half:
            return min(1.0, share)
    return 0.0


def chance(usual: float, of: int, sample: int) -> float:
    """How far a share strays by chance alone.

    Args:
        usual: The usual share.
        of: The number of articles that it was taken from.
        sample: The size of the new sample.

    >>> round(chance(0.9, 100, 20), 2)
    0.23
    """
    # Laplace: what was never seen in a hundred is still not impossible.
    share = (usual * of + 1) / (of + 2)
    return DEVIATIONS * math.sqrt(share * (1 - share) * (1 / sample + 1 / of))


def variation(now: Mapping[str, int], usual: Mapping[str, float], of: int) -> tuple[float, float]:
    """The total variation distance of two mixtures, and what of it chance explains.

    Args:
        now: Numbers by kind.
        usual: Shares by kind, that add up to 1.
        of: The number of things that they were taken from.

    Returns:
        The distance, 0 for equal shares to 1 for nothing in common; and the distance to be
        expected between two samples of these sizes from the same mixture (the mean absolute
        deviation of a binomial share, by its normal approximation).

    >>> variation({"a": 10}, {"b": 0.9, "a": 0.1}, 100)[0]
    0.9
    """
    sample = sum(now.values())
    distance = expected = 0.0
    for kind in now.keys() | usual.keys():
        share = usual.get(kind, 0.0)
        distance += abs(now.get(kind, 0) / sample - share) / 2
        variance = share * (1 - share) * (1 / sample + 1 / of)
        expected += math.sqrt(2 / math.pi * variance) / 2
    return distance, expected


def usual_number(latest: ChannelRun, runs: Sequence[ChannelRun], window: int) -> float | None:
    """The median number of new articles of runs like ``latest``.

    Alike are runs of the same weekday and time of day, if there are enough; else of the same
    weekday, else of the same time of day, else any: a Sunday is not a Monday, and the evening
    finds what the morning has left.

    Returns:
        ``None`` if there are fewer than three runs before it.
    """
    before = [run for run in runs if run.whole and run.started_at < latest.started_at]
    weekday = [run for run in before if run.started_at.weekday() == latest.started_at.weekday()]
    kinds = (_same_time(latest, weekday), weekday, _same_time(latest, before), before)
    for kind in kinds:
        if len(kind) >= FEWEST_RUNS:
            return float(median(run.count("article/new") for run in kind[:window]))
    return None


def _same_time(latest: ChannelRun, runs: Sequence[ChannelRun]) -> list[ChannelRun]:
    def hours_apart(run: ChannelRun) -> int:
        apart = abs(run.started_at.hour - latest.started_at.hour)
        return min(apart, 24 - apart)

    return [run for run in runs if hours_apart(run) <= 2]


def _sum(runs: Sequence[ChannelRun]) -> Counter[str]:
    total: Counter[str] = Counter()
    for run in runs:
        total.update(run.counts)
    return total
