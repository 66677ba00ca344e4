"""Builders of the files in crawler/text/data."""
