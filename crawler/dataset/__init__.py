"""What leaves the house: the record, and data sets made of records.

``schema.py`` declares the record once; ``record.py`` makes one of an article. ``request.py`` is what
is asked for, ``records.py`` answers it from the store, ``write.py`` puts it into a file
(``files.py``) or a folder (``folder.py``, ``card.py``, ``manifest.py``), in one of ``formats.py``;
``increment.py`` says what changed since. ``library.py`` is for programs.
"""
