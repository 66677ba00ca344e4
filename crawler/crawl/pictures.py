"""Is it a picture, and how large is it? Read from its head; nothing is ever decoded.

Bytes that come from a page's photo address are hostile until they prove otherwise: a few kilobytes
can claim a picture of ten thousand million pixels, and a text can be sent as ``image/jpeg``.

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
from typing import Any

from crawler.errors import ConfigError
from crawler.items import Failure
from crawler.store.photos import Picture

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
