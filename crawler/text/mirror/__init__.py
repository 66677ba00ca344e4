"""text/mirror."""
