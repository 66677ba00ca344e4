"""Find the copies of an article: the same text, a reprint, an excerpt, a garbled mirror's version.

Four layers, each for what the one before it lets through: the canonical address (the store's key),
the digest of the canonical text, keys in common (:mod:`~crawler.dedup.sketch`), and the comparison of
the few texts that have them (:mod:`~crawler.dedup.decide`). docs/duplicates.md explains the choices.

All of it is values and pure functions, but for :class:`crawler.dedup.lines.Index`, which does in memory
what the store does in its database.
"""
