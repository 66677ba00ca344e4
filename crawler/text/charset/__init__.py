"""Which charset bytes are really in, and their text."""
