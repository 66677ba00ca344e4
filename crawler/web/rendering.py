"""Templates, and what each of them is given."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from crawler import __version__
from crawler.report import figures
from crawler.web import formats, guard, language, query
from crawler.web.settings import Settings

THEME = "renmin_theme"

environment = Environment(
    loader=PackageLoader("crawler.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters |= {filter_.__name__: filter_ for filter_ in formats.FILTERS}
environment.globals |= {"version": __version__, "FIGURES": figures.FIGURES}


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Fill a template for this request's language and theme."""
    settings: Settings = request.app.state.settings
    chosen = language.choose(
        request.cookies.get(language.COOKIE), request.headers.get("accept-language", "")
    )
    theme = request.cookies.get(THEME, "")
    text = environment.get_template(template).render(
        t=language.translator(chosen),
        language=chosen,
        theme=theme if theme in {"light", "dark"} else "",
        path=request.url.path,
        here=_here(request),
        csrf=guard.form_token(request),
        now=settings.clock(),
        locked=bool(settings.token),
        **({"ask": query.read(request)} | values),
    )
    headers = {"vary": "cookie, accept-language"}
    return HTMLResponse(text, status, headers)


def _here(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
