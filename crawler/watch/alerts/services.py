"""Tell people where they read: Slack, DingTalk, Feishu, WeCom, Telegram, ntfy and many others.

`apprise <https://github.com/caronc/apprise>`_ (BSD-2-Clause) knows how each wants its messages; a
service is one address, as ``ntfy://topic`` or ``dingtalk://token``.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from typing import Any

from crawler.config.convert import secret_in
from crawler.errors import ConfigError
from crawler.watch.alerts import message
from crawler.watch.alerts.notices import Batch, Send
from crawler.watch.alerts.settings import Services


def sender(services: Services) -> Send:
    """Make the function that sends to every service; one that does not take it is an error.

    Raises:
        ConfigError: apprise is not installed, or an address is not one of its forms.
    """
    urls = secret_in(services.urls_file).split() if services.urls_file else services.urls
    # Its log names addresses, which are secrets.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        # It uses modules of Python that newer ones no longer have, where they are there.
        warnings.simplefilter("ignore", DeprecationWarning)
        known = _known(urls)

    def send(batch: Batch) -> None:
        if not known.notify(title=message.title(batch), body=message.text(batch)):
            raise OSError("a service did not take the message")

    return send


def _known(urls: Sequence[str]) -> Any:
    try:
        import apprise  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ConfigError(
            "[alerts.services] needs apprise: pip install 'renmin[services]'"
        ) from None
    known = apprise.Apprise()
    for number, url in enumerate(urls, 1):
        if not known.add(url):
            scheme = url.partition("://")[0]
            raise ConfigError(
                f"[alerts.services] urls: number {number} ({scheme}://...) is no address that "
                "apprise knows; docs/operations.md has the forms"
            )
    return known
