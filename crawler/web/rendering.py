"""A template filled for a request, and how its values look: numbers, sizes, times, curves.

The interface is in Chinese and in English, from one table: ``messages.toml``.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from crawler import __version__
from crawler.extract import designs, generic
from crawler.report.table import FIGURES
from crawler.site import channels
from crawler.watch import wording
from crawler.web import guard, query
from crawler.web.guard import DashboardSettings

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "renmin_language"


@cache
def messages() -> Mapping[str, tuple[str, str]]:
    """Every message by key: Chinese, English."""
    text = resources.files(__package__).joinpath("messages.toml").read_text("utf-8")
    return {key: (pair[0], pair[1]) for key, pair in tomllib.loads(text).items()}


def translator(language: Language) -> Callable[..., str]:
    """A function that gives a message; a key that is none, such as a failure's name, stays.

    >>> translator("en")("n_hits", n="12")
    '12 articles'
    """
    index = LANGUAGES.index(language)

    def translate(key: str, **values: Any) -> str:
        pair = messages().get(key)
        return pair[index].format(**values) if pair else key

    return translate


def choose(wanted: str | None, accept: str) -> Language:
    """The language that was chosen, else the one that the browser likes best, else English.

    >>> choose(None, "fr;q=0.9, zh-CN;q=0.8, en;q=0.5")
    'zh'
    """
    if wanted in LANGUAGES:
        return "zh" if wanted == "zh" else "en"
    liked = sorted(_liked(accept[:200]), reverse=True)
    return next((language for _, _, language in liked), "en")


def _liked(accept: str) -> Iterator[tuple[float, int, Language]]:
    for place, part in enumerate(accept.split(",")):
        name, _, quality = part.strip().partition(";q=")
        for language in LANGUAGES:
            if name.lower().split("-")[0] == language:
                yield _number(quality), -place, language


def _number(quality: str) -> float:
    try:
        return float(quality or "1")
    except ValueError:
        return 0.0


_UNITS = ("B", "kB", "MB", "GB", "TB")
DASH = "–"
_SPANS = {"en": ("min", "h", "d"), "zh": ("分钟", "小时", "天")}


def number(value: float | None) -> str:
    """``12,345``; one decimal if it is no whole number, two digits below one; a dash for nothing."""
    if value is None:
        return DASH
    if 0 < abs(value) < 1:
        return f"{value:.2g}"
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


@pass_context
def moment(context: Context, value: datetime | None) -> str:
    """``11-20 09:30``, with its year if that is not the present one."""
    if value is None:
        return DASH
    now: datetime = context["now"]
    return f"{value:%m-%d %H:%M}" if value.year == now.year else full_moment(value)


def full_moment(value: datetime | None) -> str:
    """``2026-11-20 09:30``."""
    return DASH if value is None else f"{value:%Y-%m-%d %H:%M}"


@pass_context
def day(context: Context, value: date) -> str:
    """``11-20``, with its year if that is not the present one."""
    now: datetime = context["now"]
    return f"{value:%m-%d}" if value.year == now.year else f"{value:%Y-%m-%d}"


@pass_context
def reason(context: Context, name: str | None) -> str:
    """Why a page failed, in words for a Chinese page; the name of the reason for an English one."""
    return (wording.reason(name) if context["language"] == "zh" else name) if name else DASH


@pass_context
def said(context: Context, text: str | None) -> str | Markup:
    """What a row says, in the language of the page; what is a quotation is marked as one."""
    if not text or context["language"] != "zh":
        return text or ""
    chinese = wording.said(text)
    return chinese or Markup('<code lang="en">{}</code>').format(text)


def duration(seconds: float | None) -> str:
    """``1:02:03``, ``2:03`` or ``0:07``."""
    if seconds is None:
        return DASH
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@pass_context
def age(context: Context, hours: float | None) -> str:
    """``25 min``, ``3.8 h`` or ``12 d``; in Chinese ``25 分钟``, ``3.8 小时``, ``12 天``."""
    if hours is None:
        return DASH
    units = _SPANS[context["language"]]
    if hours < 1:
        return f"{max(0, round(hours * 60))} {units[0]}"
    return f"{hours:.1f} {units[1]}" if hours < 48 else f"{hours / 24:.0f} {units[2]}"


def heat(value: int, most: int) -> int:
    """How dark a cell is: 0 for nothing, 1 to 4 by the square root of its share of the most.

    >>> heat(0, 900), heat(1, 900), heat(400, 900), heat(900, 900)
    (0, 1, 3, 4)
    """
    return max(1, math.ceil(4 * math.sqrt(value / most))) if value else 0


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


FILTERS = (
    number,
    size,
    share,
    moment,
    full_moment,
    day,
    duration,
    age,
    heat,
    web_address,
    sparkline,
    reason,
    said,
)


THEME = "renmin_theme"
DESIGNS = (*(one.name for one in designs.DESIGNS), generic.NAME)

environment = Environment(
    loader=PackageLoader("crawler.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters |= {filter_.__name__: filter_ for filter_ in FILTERS}
environment.globals |= {
    "version": __version__,
    "FIGURES": FIGURES,
    "CHANNELS": channels.load,
    "CHOICES": query.CHOICES,
    "DESIGNS": DESIGNS,
    "SAID": query.SAID,
    "MESSAGES": messages(),
}


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Fill a template for this request's language and theme."""
    settings: DashboardSettings = request.app.state.settings
    chosen = choose(request.cookies.get(COOKIE), request.headers.get("accept-language", ""))
    theme = request.cookies.get(THEME, "")
    text = environment.get_template(template).render(
        t=translator(chosen),
        language=chosen,
        theme=theme if theme in {"light", "dark"} else "",
        path=request.url.path,
        here=_here(request),
        csrf=guard.form_token(request),
        now=settings.clock(),
        locked=bool(settings.token),
        rules=request.app.state.rules,
        may_act=not settings.read_only,
        **({} if "ask" in values else {"ask": query.read(request)}),
        **values,
    )
    headers = {"vary": "cookie, accept-language"}
    return HTMLResponse(text, status, headers)


def _here(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
