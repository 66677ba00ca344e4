"""Pictures that are real ones: a JPEG of one grey, whose size and shade its address decides.

Written by hand, so that the replica needs no library: baseline JPEG (ITU-T T.81), one component,
tables of the two codes that a plain surface takes. A few hundred bytes for any size.
"""

from __future__ import annotations

import hashlib
import struct

from crawler.replica.answer import Response

# The shapes of the site's photos.
SHAPES = ((900, 600), (600, 900), (550, 367), (1200, 675))
# Symbols of the tables: no difference, and one of seven bits; the block ends.
_DC, _AC = bytes((0, 7)), bytes((0,))
_SHADES = 128


def serve(path: str) -> Response | None:
    """The photo at this path; ``None`` if it is no photo's."""
    if not path.lower().endswith((".jpg", ".jpeg")):
        return None
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()
    width, height = SHAPES[digest[0] % len(SHAPES)]
    body = jpeg(width + digest[1] % 32, height + digest[2] % 32, digest[3] % _SHADES)
    return Response(headers={"Content-Type": "image/jpeg"}, body=body)


def jpeg(width: int, height: int, shade: int) -> bytes:
    """A grey picture.

    Args:
        width: In pixels.
        height: In pixels.
        shade: 0 to 127; more is lighter.
    """
    frame = struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0)
    blocks = -(-width // 8) * -(-height // 8)
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            _segment(0xDB, b"\0" + bytes([8]) * 64),
            _segment(0xC0, frame),
            _segment(0xC4, b"\x00" + _lengths(_DC) + _DC),
            _segment(0xC4, b"\x10" + _lengths(_AC) + _AC),
            _segment(0xDA, b"\1\1\0\0\x3f\0"),
            _scan(blocks, shade),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _lengths(symbols: bytes) -> bytes:
    """How many codes there are of each length: one of each, 0, 10."""
    return bytes([1] * len(symbols)).ljust(16, b"\0")


def _scan(blocks: int, shade: int) -> bytes:
    """The first block sets the shade, the others differ by nothing."""
    # 10, then seven bits of the difference (positive: as it is, from 64), then the end of the block.
    value = 64 + shade // 2
    bits = f"10{value:07b}0" + "00" * (blocks - 1)
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data.replace(b"\xff", b"\xff\0")
