"""The interface is whole in both languages."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.report.table import FIGURES
from crawler.store.requests import PRESENT
from crawler.web import rendering
from crawler.web.query import CHOICES, SAID

TEMPLATES = sorted((Path(rendering.__file__).parent / "templates").glob("*.html"))


def asked_for(text):
    """Keys that a template asks for by name."""
    calls = re.findall(r"\bt\(([^()]*(?:\([^()]*\))?[^()]*)\)", text)
    keys = {key for call in calls for key in re.findall(r"\"([a-z_0-9-]+)\"|'([a-z_0-9-]+)'", call)}
    return {key[0] or key[1] for key in keys} - {"_"}


def is_there(key):
    """Whether it is a message, or the beginning or the end of some."""
    if key.endswith("_"):
        return any(one.startswith(key) for one in rendering.messages())
    return key in rendering.messages() or any(one.endswith(key) for one in rendering.messages())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_key_of_a_template_has_a_message(template):
    """A key without a message would be shown as it is."""
    missing = [key for key in asked_for(template.read_text("utf-8")) if not is_there(key)]

    assert not missing


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_column_and_table_has_a_heading(template):
    """The columns that a template shows have names in both languages."""
    grids = re.findall(
        r'm\.grid\("([a-z-]+)", [^"]+?"?[^"]*"?\]?, "([a-z_ ]+)"', template.read_text("utf-8")
    )
    wanted = {word for name, columns in grids for word in (name, *columns.split())}

    assert wanted <= set(rendering.messages())


def test_both_languages_say_something():
    """No message is empty, and both take the same values."""
    for chinese, english in rendering.messages().values():
        assert chinese.strip()
        assert english.strip()
        assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english))


def test_every_theme_and_figure_has_a_name():
    """What is built from parts is there as well."""
    built = {
        *(f"{name}_{one}" for name, values in CHOICES.items() if name != "waits" for one in values),
        *(f"{done}{end}" for done in SAID for end in ("", "_none")),
        *CHOICES["waits"],
        *(f"taker_{kind}" for kind in PRESENT),
    }
    keys = built | {"theme_light", "theme_dark", "theme_auto", *(set(FIGURES) - {"newest"})}

    assert keys <= set(rendering.messages())


@pytest.mark.parametrize(
    ("cookie", "accept", "chosen"),
    [
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-US,en;q=0.9,zh;q=0.8", "en"),
        (None, "fr", "en"),
        (None, "zh;q=nonsense,en;q=0.1", "en"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("<script>", "zh-TW", "zh"),
    ],
)
def test_the_language_is_chosen(cookie, accept, chosen):
    """What was chosen, else what the browser likes best, else English."""
    assert rendering.choose(cookie, accept) == chosen


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_header_gives_a_language(accept):
    """Whatever a browser sends."""
    assert rendering.choose(None, accept) in rendering.LANGUAGES


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_defined_in_both_languages(figure):
    """The English sentence is that of the documentation."""
    assert rendering.messages()[f"figure_{figure}"][1] == FIGURES[figure]
