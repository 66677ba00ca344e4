"""One round of fetching photos: which are missing, what became of each, a run in the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from crawler import clock
from crawler.crawl.pictures import read_picture
from crawler.items import Failure
from crawler.store import runs, selection
from crawler.store.engine import Store
from crawler.store.photos import PhotoStore, Picture
from crawler.store.selection import Selection

BEAT = timedelta(seconds=5)
# Articles whose photos are entered at a time.
_BATCH = 1_000


class Round:
    """A round; its run stands in ``renmin runs``.

    Args:
        store: Its crawl lock must be held by the caller.
        photos: Where the pictures go.
        command: What was typed.
        retries: After so many failures a photo is given up.

    Attributes:
        counts: ``photo/new``, ``photo/same`` (its bytes were there), ``failure/REASON``,
            ``bytes/fetched``.
        reason: Why the round ended.
    """

    def __init__(self, store: Store, photos: PhotoStore, command: str, retries: int) -> None:
        self._store, self._photos, self._retries = store, photos, retries
        self.counts: Counter[str] = Counter()
        self.reason = "shutdown"
        self._beat_at = clock.now()
        with store.writing.begin() as connection:
            self.run_id = runs.start(
                connection, command=command, channels=(), settings={}, now=self._beat_at
            )

    def enter(self, chosen: Selection) -> int:
        """Note the photos of articles; says how many may be asked for."""
        self._photos.lose_missing()
        batch: list[tuple[str, str]] = []
        with self._store.reading.connect() as connection:
            for _, article in selection.select(connection, chosen):
                batch += [(article.url, photo.url) for photo in article.photos if photo.url]
                if len(batch) >= _BATCH:
                    self._photos.enter(batch, self.run_id)
                    batch = []
        self._photos.enter(batch, self.run_id)
        return sum(1 for _ in self.missing())

    def missing(self) -> Iterator[str]:
        """The photos that are to be asked for, hosts in turn."""
        return self._photos.missing(self.run_id, self._retries)

    def came(self, url: str, body: bytes) -> None:
        """Take the answer for a photo.

        Raises:
            DiskFullError: It cannot be written.
        """
        self.counts["bytes/fetched"] += len(body)
        found = read_picture(body)
        if isinstance(found, Picture):
            new = self._photos.keep(url, found, body, clock.now())
            self.counts["photo/new" if new else "photo/same"] += 1
        else:
            self.failed(url, found)
        self.beat(clock.now())

    def failed(self, url: str, failure: Failure) -> None:
        """Note why a photo did not come."""
        self._photos.fail(url, failure)
        self.counts[f"{'wait' if failure.wait else 'failure'}/{failure.reason}"] += 1
        self.beat(clock.now())

    def beat(self, now: datetime) -> None:
        """Say that the run is alive, every few seconds."""
        if now - self._beat_at >= BEAT:
            self._beat_at = now
            with self._store.writing.begin() as connection:
                runs.beat(connection, self.run_id, now)

    def end(self, exit_code: int) -> None:
        """Count, and end the run."""
        counts = {("", name): value for name, value in self.counts.items()}
        with self._store.writing.begin() as connection:
            runs.count(connection, self.run_id, counts)
            runs.finish(
                connection,
                self.run_id,
                reason=self.reason,
                exit_code=exit_code,
                now=clock.now(),
            )
