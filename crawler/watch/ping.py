"""Tell a service elsewhere that all goes on: it tells people when that stops.

A machine that is off, a timer that was never installed, a disk that is gone: none of these can
send an alert. So ``ping_url`` is fetched after each good check and each good run.
"""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from http.client import HTTPException

from crawler import __version__

TIMEOUT_SECONDS = 10.0

logger = logging.getLogger(__name__)


def ping(url: str) -> bool:
    """Fetch ``url``, if there is one; whether it was taken. What goes wrong is logged alone."""
    if not url:
        return False
    request = urllib.request.Request(url, headers={"User-Agent": f"renmin/{__version__}"})
    try:
        urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()
    except (OSError, HTTPException, ValueError) as error:
        # The address is a secret: it is not named.
        logger.warning("failed ping_url: %s", getattr(error, "reason", type(error).__name__))
        return False
    return True
