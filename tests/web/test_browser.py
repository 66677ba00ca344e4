"""The dashboard in a real browser; RENMIN_TEST_SCREENSHOTS=1 keeps output/screenshots/."""

import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawler.store import tables
from crawler.web import feeds
from tests.report.sample import NOW
from tests.web.addresses import pages
from tests.web.conftest import serving, settings_of
from tests.web.story import HOSTILE

CHROMIUM = shutil.which("chromium")
SHOTS = Path(__file__).parents[2] / "output" / "screenshots"
WIDE, NARROW = (1280, 900), (360, 780)
# WCAG 2.2 at level AA and what axe-core calls best practice. Structure and names are looked at in
# one look; colours once more in the dark, the size of what one touches on a phone.
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {
    "light": {"type": "tag", "values": STANDARDS},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "narrow": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]},
}
# Of the rows that are built alike in every element, class and colour, axe looks at one: it takes as
# long for each as for the first.
ALIKE = """
() => {
  const seen = new Set()
  for (const row of document.querySelectorAll('tbody tr, li, dl > *')) {
    const parts = [row, ...row.querySelectorAll('*')]
    const shape = [row.parentElement.closest('[class]')?.className, row.rowIndex % 2,
      ...parts.map(one => [one.tagName, one.className, getComputedStyle(one).color])].join()
    row.toggleAttribute('data-alike', seen.has(shape))
    seen.add(shape)
  }
}
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium: apt-get install chromium fonts-noto-cjk"
    ),
]


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        # Without a sandbox of its own: tests may run as root, and only open our own pages.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens a page in a look; every error of the console or of a script fails the test."""
    contexts, errors = [], []

    def open_(size=WIDE, scheme="dark", locale="en-US"):
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(viewport=viewport, color_scheme=scheme, locale=locale)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: errors.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not errors


def until(page, expression):
    """Wait for ``expression``; the browser's own waiting is forbidden by the page's policy."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never became true: {expression}")


class Eye:
    """Looks at the pages of a dashboard one after the other, and keeps what axe finds."""

    def __init__(self, page, morning):
        self.page = page
        self.violations = []
        self._morning = morning
        self._axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script

    def pages(self):
        """Open each; gives its name."""
        for name, address in pages(self._morning.story).items():
            self.page.goto(self._morning.address + address)
            until(self.page, "!document.querySelector('.chart:not([data-drawn])')")
            self.page.evaluate(self._axe)
            yield name

    def look(self, name, look):
        """Ask axe; keep the page as a PNG for whoever wants to see it."""
        if os.environ.get("RENMIN_TEST_SCREENSHOTS"):
            SHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SHOTS / f"{name}-{look}.png", full_page=True)
        self.page.evaluate(ALIKE)
        # All else that axe could tell takes as long as the looking.
        asked = {"runOnly": RULES[look], "resultTypes": ["violations"]}
        found = self.page.evaluate(
            "asked => axe.run({exclude: ['[data-alike]']}, asked).then(all => all.violations)",
            asked,
        )
        self.violations += [
            f"{name}, {look}: {each['id']}: {node['html'][:200]}"
            for each in found
            for node in each["nodes"]
        ]

    @property
    def width(self):
        """How wide the page is."""
        return self.page.evaluate("document.documentElement.scrollWidth")


def test_every_page_opens_without_a_word_on_the_console(open_page, morning):
    """In Chinese, light and dark: no error, nothing wider than the window, nothing that axe finds."""
    eye = Eye(open_page(WIDE, "light", "zh-CN"), morning)

    for name in eye.pages():
        eye.page.emulate_media(color_scheme="light")
        eye.look(name, "light")
        assert eye.width <= WIDE[0], name
        eye.page.emulate_media(color_scheme="dark")
        eye.look(name, "dark")

    assert eye.violations == []


def test_every_page_fits_a_phone(open_page, morning):
    """In English, narrow and wide: nothing wider than the window, nothing too small for a finger."""
    eye = Eye(open_page(NARROW, "light"), morning)

    for name in eye.pages():
        eye.look(name, "narrow")
        assert eye.width <= NARROW[0], name
        eye.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        assert eye.width <= WIDE[0], name
        eye.page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})

    assert eye.violations == []


def test_a_live_run_moves(open_page, own, monkeypatch):
    """What the crawl writes appears on the open page, and the run's end as well."""
    monkeypatch.setattr(feeds, "SECONDS", 0.1)
    page = open_page()
    run = own.story.live_run
    with serving(settings_of(own.folder)) as address:
        page.goto(f"{address}/run/{run}")
        page.get_by_text("running").wait_for()
        with own.store.writing.begin() as connection:
            tick = {"pages": 5000, "articles": 9, "failures": 0, "bytes": 0, "queue": 4321}
            connection.execute(sa.insert(tables.run_tick), tick | {"run_id": run, "at": NOW})
            connection.execute(
                sa.insert(tables.run_counter),
                {"run_id": run, "channel": "sd", "name": "failure/http_503", "value": 77},
            )

        page.get_by_text("4,321").wait_for()
        page.get_by_text("http_503").wait_for()

        with own.store.writing.begin() as connection:
            ended = sa.update(tables.run).where(tables.run.c.id == run)
            connection.execute(ended.values(ended_at=NOW, finish_reason="finished", exit_code=0))
        page.locator("h1 .state.good").wait_for()


def test_an_injected_script_stays_text(open_page, morning):
    """The title of a hostile article is read, not run."""
    page = open_page()

    page.goto(f"{morning.address}/article/{morning.story.hostile}")

    assert page.locator("article h1").inner_text() == HOSTILE
    assert "taken" not in page.title().split("·")[-1]
    assert page.locator("article script, article img").count() == 0


def test_keys_lead_to_the_search_and_through_the_rows(open_page, morning):
    """/ focuses the search, j and k go through the rows, Enter opens one."""
    page = open_page()
    page.goto(f"{morning.address}/articles")

    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.closest('tr').rowIndex")
    page.keyboard.press("k")
    first = page.evaluate("document.activeElement.closest('tr').rowIndex")
    page.keyboard.press("/")
    page.keyboard.type("会议")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")

    assert (first, second) == (1, 2)
    assert page.locator(".hits mark").first.inner_text() == "会议"


def test_the_first_tab_leads_past_the_menu(open_page, morning):
    """The skip link is the first thing that the keyboard reaches, and it can be seen then."""
    page = open_page()
    page.goto(f"{morning.address}/runs")

    page.keyboard.press("Tab")
    link = page.evaluate(
        "(({className, href}) => [className, href.split('#')[1]])(document.activeElement)"
    )
    until(page, "document.activeElement.getBoundingClientRect().top >= 0")

    assert link == ["skip", "main"]


def test_language_and_theme_are_switched(open_page, morning):
    """One click each; the choice stays on the next page, and wins over the system's."""
    page = open_page(scheme="light")
    page.goto(f"{morning.address}/runs")

    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Dark").click()
    page.goto(f"{morning.address}/text")

    assert page.locator("h1").inner_text() == "Text health"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(23, 21, 18)"


def test_a_failure_is_extracted_again_by_its_button(open_page, own):
    """The button asks, and the answer says that the page still gives no article."""
    page = open_page()
    with serving(settings_of(own.folder)) as address:
        page.goto(f"{address}/failures?reason=extraction_title")

        page.get_by_role("button", name="Extract again").click()

        page.locator(".state.bad").wait_for()


def test_a_curve_can_be_drawn_anew(open_page, morning):
    """After the window changed its width there is still one drawing in each chart."""
    page = open_page()
    page.goto(morning.address)
    page.locator(".chart canvas").wait_for()

    page.set_viewport_size({"width": 900, "height": 700})
    until(page, "document.querySelector('.chart canvas').clientWidth < 900")

    assert page.locator(".chart .uplot").count() == 1
