"""How values are written for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

_UNITS = ("B", "kB", "MB", "GB", "TB")
DASH = "–"


def number(value: float | None) -> str:
    """``12,345``; one decimal if it is no whole number; a dash for nothing."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def size(value: float | None) -> str:
    """``3.4 MB``, in thousands."""
    if value is None:
        return DASH
    unit = 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{value:.0f} B"


def share(value: float | None) -> str:
    """``4.2 %``."""
    return DASH if value is None else f"{value * 100:.1f} %"


def moment(value: datetime | None) -> str:
    """``11-20 09:30``; the year is in the title."""
    return DASH if value is None else f"{value:%m-%d %H:%M}"


def full_moment(value: datetime | None) -> str:
    """``2026-11-20 09:30``."""
    return DASH if value is None else f"{value:%Y-%m-%d %H:%M}"


def day(value: date) -> str:
    """``11-20``."""
    return f"{value:%m-%d}"


def duration(seconds: float | None) -> str:
    """``1:02:03``, ``2:03`` or ``0:07``."""
    if seconds is None:
        return DASH
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def age(hours: float | None) -> str:
    """``25 min``, ``3.8 h`` or ``12 d``."""
    if hours is None:
        return DASH
    if hours < 1:
        return f"{max(0, round(hours * 60))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} d"


def web_address(value: Any) -> str | None:
    """``value`` if it may become a link: only http and https do."""
    text = str(value or "")
    return text if text.lower().startswith(("http://", "https://")) else None


def sparkline(values: Sequence[int], width: int = 120, height: int = 28) -> Markup:
    """A small curve as SVG, filled below.

    Drawn by the server, so that the first page needs no script. Its numbers are the text of the
    surrounding element.
    """
    if not values:
        return Markup("")
    top = max(*values, 1)
    step = (width - 4) / max(1, len(values) - 1)
    points = [
        (round(2 + index * step, 1), round(height - 3 - (height - 6) * value / top, 1))
        for index, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    return Markup(
        f'<svg class="spark" viewBox="0 0 {width} {height}" preserveAspectRatio="none" '
        f'aria-hidden="true"><polygon points="2,{height} {line} {width - 2},{height}"/>'
        f'<polyline points="{line}"/></svg>'
    )


FILTERS = (number, size, share, moment, full_moment, day, duration, age, web_address, sparkline)
