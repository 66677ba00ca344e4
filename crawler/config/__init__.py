"""Configuration: the environment, ``renmin.toml``, and what the command line names.

Every option has one name: ``delay`` in the file, ``RENMIN_DELAY`` in the environment. The
environment wins over the file; what the command line names wins over both.

================ ================================================================
``top_level.py``  the options of the top level, with their meaning
``sections.py``  the tables ``[channels.NAME]`` and ``[prune]``
``convert.py``   a value as it was written to a value as it is meant; secrets in files
``resolve.py``   which file is read, and all sources in order
================ ================================================================

The rules and the ways of ``[alerts]`` belong to :mod:`crawler.watch.alerts.configuration`, which reads
them with the same tools.
"""

from crawler.config.resolve import FILE, Read, find, load, read
from crawler.config.top_level import Config

__all__ = ["FILE", "Config", "Read", "find", "load", "read"]
