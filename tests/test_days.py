"""A field of days holds days: whatever reads an address, a list or an option gives them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.clock import SHANGHAI
from crawler.extract.listing import read_list, read_sitemap
from crawler.items import Link
from crawler.site.urls import classify
from spiders.channel import plan_of
from tests import days

DAYS = st.dates(date(2000, 1, 1), date(2029, 12, 31))
SITEMAP = "http://sd.people.com.cn/sitemap.xml"


def test_the_fields_are_found():
    """The days that links, addresses and plans name are watched."""
    watched = {f"{name}.{field}" for _, name, field in days.fields()}

    assert {"Link.published", "Address.published", "Plan.since"} <= watched


def test_a_datetime_in_a_field_of_days_is_told():
    """The guard raises; a checker of types would not."""
    with pytest.raises(TypeError, match=r"Link\.published"):
        Link(url="", fetch_url="", kind="list", channel="sd", published=datetime.now(SHANGHAI))


@given(DAYS)
def test_whatever_names_a_day_gives_a_day(day):
    """Addresses, lists, sitemaps and ``--since`` give the day that they name."""
    url = f"http://sd.people.com.cn/n2/{day:%Y/%m%d}/c166192-41500001.html"
    old = "http://sd.people.com.cn/GB/386905/16770001.html"
    xml = f"<urlset><url><loc>{old}</loc><publication_date>{day}T07:05</publication_date></url></urlset>"
    plan = plan_of("sd", since=str(day), limit="", mirrors="", command="test")

    found = [
        classify(url).published,
        read_list(f'<a href="{url}">一</a>', "http://sd.people.com.cn/GB/166192/")
        .links[0]
        .published,
        read_sitemap(xml.encode(), SITEMAP).links[0].published,
        plan.since,
    ]

    assert found == [day] * 4
    assert not any(isinstance(each, datetime) for each in found)
