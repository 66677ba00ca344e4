"""A setting of the command line is checked before a crawl begins."""

from __future__ import annotations

import pytest
from scrapy.utils.project import get_project_settings

from crawler.errors import ConfigError
from crawler.hooks.given import read_settings


@pytest.fixture(scope="module")
def project():
    """All settings with their defaults."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
        yield get_project_settings()


@pytest.mark.parametrize(
    "pair",
    [
        "DOWNLOAD_DELAY=0",
        "DOWNLOAD_DELAY=0.05",
        "DOWNLOAD_TIMEOUT=2.5",
        "CLOSESPIDER_TIMEOUT=60",
        "RETRY_PRIORITY_ADJUST=-1",
        "AUTOTHROTTLE_ENABLED=False",
        "LOG_LEVEL=DEBUG",
        "LOG_FILE=crawl.log",
        "RENMIN_STALLED_SECONDS=2",
        "RENMIN_LEAVE_SECONDS=0.5",
        'DOWNLOAD_SLOTS={"sd.people.com.cn": {"delay": 2}}',
        'EXTENSIONS={"scrapy.extensions.memusage.MemoryUsage": null}',
        "ANOTHER_PROJECTS_OWN=1",
    ],
)
def test_what_scrapy_can_use_passes(pair, project):
    """The value is handed on as it was typed."""
    assert read_settings([pair], project) == dict([pair.split("=", 1)])


@pytest.mark.parametrize(
    "pair",
    [
        "DOWNLOAD_DELAY",
        "DOWNLOAD_DELAY=abc",
        "DOWNLOAD_DELAY=nan",
        "DOWNLOAD_DELAY=-1",
        "RETRY_TIMES=1.5",
        "CONCURRENT_REQUESTS=0",
        "AUTOTHROTTLE_ENABLED=perhaps",
        "LOG_LEVEL=NOISY",
        "ITEM_PIPELINES=abc",
        'ITEM_PIPELINES={"no.such.Pipeline": 1}',
        "SCHEDULER=no.such.Scheduler",
        "DOWNLAOD_DELAY=3",
        "RENMIN_DELAY=0.1",
        "RENMIN_PROXY=http://proxy.example:3128",
        "RENMIN_STALLED_SECONDS=long",
    ],
)
def test_what_it_cannot_use_is_refused_by_name(pair, project):
    """A value of the wrong kind, a name that is mistyped, an option that is renmin's own."""
    with pytest.raises(ConfigError, match=f"^-s {pair.split('=')[0]}"):
        read_settings([pair], project)
