"""The store: SQLAlchemy 2 Core, SQLite or PostgreSQL by URL, the same tables.

=================  ============================================================
``tables.py``      what a row is
``open.py``        URLs, places, engines; ``troubles.py`` what their errors mean
``engine.py``      how a database is opened to write or to look, checked, migrated and locked
``writer.py``      the one thread that writes, a batch a transaction
``frontier.py``    which page is fetched next
``last_visits.py`` what the last visits said, and when a page is looked at again
``articles.py``    articles as rows; ``revisions.py`` every text that they had
``fingerprints.py`` the near-duplicate index
``archive.py``     raw bodies, in a file of their own
``runs.py``        runs and their counters
=================  ============================================================

Functions that take a ``Connection`` run inside the caller's transaction.
"""
