"""One round of fetching photos: which are missing, what became of each, a run in the history.

Whether it is a picture, and how large, is read from its head; nothing is ever decoded. Bytes that
come from a page's photo address are hostile until they prove otherwise: a few kilobytes can claim a
picture of ten thousand million pixels, and a text can be sent as ``image/jpeg``.

=====================  =====================================================================
reason                 what came
=====================  =====================================================================
``photo_type``         no JPEG, PNG, GIF, WebP or BMP: a page, a drawing made of text, nothing
``photo_broken``       it begins like one, and its head cannot be read
``photo_bomb``         more pixels than any newspaper prints (:data:`MOST_PIXELS`)
=====================  =====================================================================
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from crawler import clock
from crawler.errors import ConfigError
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


# What is read, and what its file is called.
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "BMP": ".bmp"}
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
# The largest cameras have 150 million; decoded, this is 300 MB.
MOST_PIXELS = 100_000_000


def pillow() -> Any:
    """The library.

    Raises:
        ConfigError: It is not installed; the message says how it is.
    """
    try:
        from PIL import Image  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ConfigError("photos need Pillow: pip install 'renmin[photos]'") from None
    return Image


def read_picture(body: bytes) -> Picture | Failure:
    """Read the head of a picture.

    Returns:
        The picture; or why it is none, with which it is not asked for again.
    """
    library = pillow()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with library.open(io.BytesIO(body), formats=tuple(SUFFIXES)) as image:
                kind, (width, height) = image.format, image.size
    except library.DecompressionBombError:
        return _failure("photo_bomb", "it claims more pixels than can be meant")
    except library.UnidentifiedImageError:
        return _failure("photo_type", f"no picture: it begins with {body[:24]!r}")
    # What Pillow's readers raise on heads that were made to break them.
    except (OSError, ValueError, SyntaxError, struct.error, ArithmeticError, LookupError) as error:
        return _failure("photo_broken", f"its head cannot be read: {str(error)[:200]}")
    return _fault(kind, width, height, body) or Picture(
        sha256=hashlib.sha256(body).hexdigest(),
        suffix=SUFFIXES[kind],
        bytes=len(body),
        width=width,
        height=height,
    )


def _fault(kind: str, width: int, height: int, body: bytes) -> Failure | None:
    if width * height > MOST_PIXELS:
        return _failure("photo_bomb", f"{width} x {height} pixels")
    if width < 1 or height < 1:
        return _failure("photo_broken", f"{width} x {height} pixels")
    # A preview in its head has an end of its own, in the first half.
    if kind in _ENDS and body.find(_ENDS[kind], len(body) // 2) < 0:
        return _failure("photo_broken", "it was cut off: its end is missing")
    return None


def _failure(reason: str, detail: str) -> Failure:
    return Failure(reason=reason, detail=detail, retry=False)
