"""From articles to files: one module a format, found by walking this folder.

A format is a module with ``SUFFIX``, ``SUMMARY`` and ``write(records, file)``. ``record.py`` is the
record that all of them are given, ``manifest.py`` what stands beside a finished file, ``files.py``
how a file comes to be whole or not at all.
"""
