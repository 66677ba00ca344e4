"""Rules of :mod:`crawler.site.urls`."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.site.channels import load
from crawler.site.urls import Address, classify

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "urls-kinds.jsonl").read_text().splitlines()
]
HOSTS = [channel.host for channel in load().values()]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_address_means_what_the_case_says(case):
    """Every field that the case names is read off the address."""
    wanted = {key: value for key, value in case.items() if key not in ("url", "why")}
    wanted.setdefault("skip", None)

    found = classify(case["url"])

    got = {key: getattr(found, key) for key in wanted}
    if isinstance(got.get("published"), date):
        got["published"] = got["published"].isoformat()
    assert got == wanted


@st.composite
def articles(draw):
    """Draw a canonical article address of any of the forms."""
    host = draw(st.sampled_from(HOSTS))
    id_ = draw(st.integers(1_000_000, 99_999_999))
    node = draw(st.integers(1, 999_999))
    day = draw(st.dates(date(2000, 1, 1), date(2030, 1, 1)))
    form = draw(st.sampled_from(["n", "n1", "n2", "money/n2", "GB"]))
    if form == "GB":
        return f"http://{host}/GB/{node}/{id_}.html"
    return f"http://{host}/{form}/{day:%Y/%m%d}/c{node}-{id_}.html"


@st.composite
def variants(draw):
    """Draw a canonical article address and another spelling of it."""
    canonical = draw(articles())
    host, path = canonical.removeprefix("http://").split("/", 1)
    if draw(st.booleans()):
        host = host.replace("people.com.cn", "people.cn")
    if draw(st.booleans()):
        host = host.upper()
    host += draw(st.sampled_from(["", ":80", ".", ":"]))
    if draw(st.booleans()):
        path = path.replace(".html", f"-{draw(st.integers(2, 40))}.html")
    if draw(st.booleans()):
        path = "BIG5/" + path.removeprefix(draw(st.sampled_from(["GB/", ""])))
    path = draw(st.sampled_from(["", "/", "./", "x/../", "/x//../"])) + path
    scheme = draw(st.sampled_from(["http", "https", "HTTP"]))
    tail = draw(st.sampled_from(["", "#top", "?", "?from=groupmessage", "?a=1&utm_source=x#b"]))
    blank = draw(st.sampled_from(["", " ", "\n", "\u3000"]))
    return canonical, f"{blank}{scheme}://{host}/{path}{tail}{blank}"


@settings(max_examples=300, deadline=None)
@given(variants())
def test_all_spellings_of_an_article_share_one_canonical_address(pair):
    """Scheme, host, edition, page number, query and dots never make a second article."""
    canonical, variant = pair

    found = classify(variant)

    assert (found.canonical, found.kind, found.skip) == (canonical, "article", None)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.from_regex(r"https?://sd\.people\.(com\.)?cn/[ -~]{0,40}", fullmatch=True))
@example("http://sd.people.com.cn/BIG5/BIG5/n2/2026/0212/c1-41500648.html")
@example("http://sd.people.com.cn/%%341")
@example("http://sd.people.com.cn/\udc80")
@example("http://[1::]:99999/")
@example("http://sd.people.com.cn/%2e%2e/%2E/GB/1/")
def test_canonical_address_is_a_fixed_point(url):
    """No text raises, and the canonical address of a canonical address is itself."""
    first = classify(url)

    again = classify(first.canonical)

    assert isinstance(first, Address)
    assert again.canonical == first.canonical
    assert (again.kind, again.skip) == (first.kind, first.skip)


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ("c364532-41500649.html", "http://sd.people.com.cn/n2/2026/0212/c364532-41500649.html"),
        ("/GB/364532/index2.html", "http://sd.people.com.cn/GB/364532/index2.html"),
        ("//bj.people.com.cn/", "http://bj.people.com.cn/"),
        ("../../../GB/364532/", "http://sd.people.com.cn/GB/364532/index.html"),
        (" #top ", "http://sd.people.com.cn/n2/2026/0212/c364532-41500648.html"),
    ],
)
def test_relative_link_is_read_against_its_page(link, canonical):
    """A relative link takes what it lacks from the page that holds it."""
    base = "https://sd.people.cn/n2/2026/0212/c364532-41500648.html"

    assert classify(link, base).canonical == canonical


def test_broken_base_does_not_raise():
    """A link that cannot be joined to its page is malformed, not an error."""
    assert classify("//[", "http://sd.people.com.cn/").skip == "malformed"


def test_linked_host_is_the_one_to_ask():
    """``people.cn`` folds in the key, while the host as linked is asked for the page."""
    found = classify("http://js.people.cn/n2/2026/0212/c360300-41500648-2.html")

    assert found.canonical == "http://js.people.com.cn/n2/2026/0212/c360300-41500648.html"
    assert found.fetch_url == "http://js.people.cn/n2/2026/0212/c360300-41500648.html"


def test_endless_address_is_malformed():
    """An address of more than 2,000 characters is refused unread."""
    assert classify("http://sd.people.com.cn/" + "a/" * 5_000).skip == "malformed"


@pytest.mark.parametrize("path", ["/" + "a/" * 900, "/GB" + "/1" * 900 + "x", "/" + "-" * 1900])
def test_hostile_path_is_read(path):
    """A path built to make a pattern backtrack still gets an answer."""
    assert classify("http://sd.people.com.cn" + path).kind == "other"
