"""Find and undo mis-encodings in text."""
