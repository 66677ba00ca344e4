"""A stand-in for the site on loopback: invented articles in every page design.

For the demonstration, the tests and the benchmarks: the real spider crawls it at the real
addresses. See ``docs/replica.md``.
"""

from crawler.replica.addresses import Clock
from crawler.replica.site import Site
from crawler.replica.story import Story

__all__ = ["Clock", "Site", "Story"]
