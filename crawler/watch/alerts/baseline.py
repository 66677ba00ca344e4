"""What is usual, and what is more than chance.

Shares of a few articles jump about by themselves. So a sample is taken over the newest runs until
it is large enough, and a difference counts only if it is larger than the threshold *and* than
what drawing so few articles would give by chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from crawler.watch.alerts.facts import ChannelRun

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
