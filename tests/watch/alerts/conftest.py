"""Run histories, written into the tables as a crawl writes them."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crawler.store import runs
from crawler.store.tables import article, run
from crawler.watch.alerts import check, configuration, inputs, rules

# What an ordinary run of one channel counts.
USUAL = Counter(
    {
        "article/new": 30,
        "article/repaired": 1,
        "article/doubtful": 1,
        "charset/disagrees": 2,
        "page/list": 4,
        "page/article": 30,
        "failure/http_404": 1,
        "status/200": 34,
        "status/404": 1,
        "field/title": 30,
        "field/source": 30,
        "field/published_at": 30,
        "field/editors": 29,
        "field/photos": 14,
        "field/captions": 13,
        "template/wb2016": 27,
        "template/wb2010": 3,
        "text/characters": 30 * 800,
    }
)


class History:
    """A database to which days are added; looks at it as ``renmin check`` does."""

    def __init__(self, store, now):
        self.store = store
        self.now = now
        self.settings = configuration.load()

    def run(self, counts=USUAL, *, channels=("sd",), reason="finished", publish=True):
        """One more day, with a run at six in the morning."""
        self.now += timedelta(days=1)
        began = self.now.replace(hour=6)
        with self.store.writing.begin() as connection:
            run_id = runs.start(
                connection, command="crawl", channels=channels, settings={}, now=began
            )
            found = {
                (channel, name): value for channel in channels for name, value in counts.items()
            }
            runs.count(connection, run_id, found)
            if reason:
                end = began + timedelta(minutes=30)
                runs.finish(connection, run_id, reason=reason, exit_code=0, now=end)
            for channel in channels if publish else ():
                self.publish(connection, channel, run_id, began)
        return run_id

    def days(self, number, counts=USUAL, **how):
        for _ in range(number):
            self.run(counts, **how)

    def publish(self, connection, channel, run_id, at):
        """An article that the channel published an hour before the run."""
        values = {
            "url": f"http://{channel}.people.com.cn/n2/{run_id}.html",
            "channel": channel,
            "title": "标题",
            "published_at": at - timedelta(hours=1),
            "template": "wb2016",
            "fetched_at": at,
            "first_seen_at": at,
            "text_hash": "",
            "characters": 800,
        }
        lists = {name: [] for name in ("authors", "editors", "paragraphs", "photos")}
        lists |= {name: [] for name in ("damage", "repairs", "doubts")}
        connection.execute(sa.insert(article), values | lists)

    def forget_articles(self):
        with self.store.writing.begin() as connection:
            connection.execute(sa.delete(article))
            connection.execute(sa.update(run).values(command="crawl"))

    def look(self):
        """Check at noon: the (rule, subject) pairs that opened and that closed."""
        moment = self.now.replace(hour=12)
        with self.store.reading.connect() as connection:
            facts = inputs.gather(connection, moment)
        found = rules.findings(facts, self.settings.rules)
        with self.store.writing.begin() as connection:
            change = check.enter(connection, found, ("log",), moment)
            return self._named(connection, change.opened), self._named(connection, change.closed)

    def _named(self, connection, ids):
        from crawler.store.tables import alert

        rows = connection.execute(sa.select(alert).where(alert.c.id.in_(ids)))
        return sorted((row.rule, row.subject) for row in rows)


@pytest.fixture
def history(store, monday):
    return History(store, monday)
