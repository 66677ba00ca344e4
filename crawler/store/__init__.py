"""The store: SQLAlchemy 2 Core, SQLite or PostgreSQL by URL, the same tables.

=================  ============================================================
``tables.py``      what a row is
``engine.py``      how a database is opened, checked, migrated and locked
``writer.py``      the one thread that writes, a batch a transaction
``frontier.py``    which page is fetched next
``pages.py``       what is known of a page's last fetch, and when it is looked at again
``articles.py``    articles and their revisions
``fingerprints.py`` the near-duplicate index
``archive.py``     raw bodies, in a file of their own
``runs.py``        runs and their counters
=================  ============================================================

Functions that take a ``Connection`` run inside the caller's transaction.
"""
