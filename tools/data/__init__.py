"""Builders of the tables that the tool reads; ``make data`` runs them, ``SOURCES.toml`` names what they read."""
