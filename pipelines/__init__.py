"""From a visit to a row."""
