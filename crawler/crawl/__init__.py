"""One crawl: its session, how a visit is recorded, its plan, counters and summary.

Also the reading of archived pages again. Knows no Scrapy: the hooks call in here.
"""
