"""Which page next."""
