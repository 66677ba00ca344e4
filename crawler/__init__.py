"""renmin: the regional channels of People's Daily Online, every article once, in its true characters."""

__version__ = "0.1.0"

SCHEMA_VERSION = 2
"""Version of the exported record; it grows when a field changes its meaning or goes."""
