"""Which page next."""

from __future__ import annotations

from typing import Any, Final

WITHOUT_A_STORE: Final[dict[str, Any]] = {
    "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {
        "scrapy.extensions.logstats.LogStats": None,
        "scrapy.extensions.corestats.CoreStats": 0,
    },
}
"""Settings of a spider that knows itself what is missing: neither frontier nor pipelines nor a run."""
