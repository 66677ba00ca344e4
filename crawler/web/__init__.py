"""The dashboard: pages over :mod:`crawler.report`, for people and for programs.

All that comes from a crawled page is hostile here. Templates escape, the Content-Security-Policy
forbids whatever is not our own file, raw bodies leave as plain text, and the server opens no
address that a page named.
"""
