"""Old curves lose points and no sums."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.crawl.prune import thin
from crawler.store import runs
from crawler.store.tables import run_counter, run_tick

SECOND = timedelta(seconds=1)


@pytest.fixture
def curve(store, monday):
    """A run of thirty minutes with a tick every five seconds and one counter."""
    with store.writing.begin() as connection:
        run_id = runs.start(connection, command="", channels=["sd"], settings={}, now=monday)
        runs.count(connection, run_id, {("sd", "article/new"): 12})
        sums = dict.fromkeys(("articles", "failures", "bytes", "queue"), 0)
        rows = [
            {"run_id": run_id, "at": monday + number * 5 * SECOND, "pages": number, **sums}
            for number in range(1, 361)
        ]
        connection.execute(sa.insert(run_tick), rows)
    return run_id


def points(store):
    with store.reading.connect() as connection:
        query = sa.select(run_tick.c.at, run_tick.c.pages).order_by(run_tick.c.at)
        return connection.execute(query).all()


def thin_after(store, monday, **age):
    with store.writing.begin() as connection:
        return thin(connection, monday + timedelta(**age))


@pytest.mark.parametrize(
    ("age", "left"),
    [({"days": 2}, 360), ({"days": 3}, 31), ({"days": 20}, 4), ({"days": 400}, 4)],
)
def test_old_points_are_thinned_by_age(store, monday, curve, age, left):
    """All for two days, one a minute for two weeks, then one in ten minutes."""
    thin_after(store, monday, **age)

    assert len(points(store)) == left


def test_the_end_of_the_curve_stays(store, monday, curve):
    """The last point holds the sum of the whole run."""
    before = points(store)[-1]

    thin_after(store, monday, days=20)

    assert points(store)[-1] == before


def test_thinning_twice_is_thinning_once(store, monday, curve):
    """A second call finds nothing to drop."""
    assert thin_after(store, monday, days=3) > 0
    assert thin_after(store, monday, days=3) == 0


def test_counters_are_kept(store, monday, curve):
    """Thinning touches curves alone."""
    thin_after(store, monday, days=400)

    with store.reading.connect() as connection:
        assert connection.scalar(sa.select(run_counter.c.value)) == 12
