"""One crawl: its plan, its session, how pages are read in time and a visit is recorded.

Also the reading of archived pages again. Knows no Scrapy: the hooks call in here.
"""
