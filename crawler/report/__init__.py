"""Queries in, rows out: every figure that the dashboard, the terminal and the alerts show.

Two kinds of figures, never mixed in one column:

- *held*: counted from the tables as they are now (:mod:`crawler.report.stats`). They equal what
  is counted from an export with duplicates, to the unit.
- *counted*: sums of what runs did (:mod:`crawler.report.counters`). A run counts in the same
  transaction in which it stores, and its figures belong to the day on which it began.

What each figure counts is written down once, in :mod:`crawler.report.table`.
"""
