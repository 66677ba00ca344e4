"""Schema migrations (alembic): one file a step in ``versions/``, run when a database is opened.

``HEAD`` is the step that this code needs. A new step: copy the last file, raise ``HEAD``.
"""

HEAD = "0002"
