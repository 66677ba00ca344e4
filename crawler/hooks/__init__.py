"""What Scrapy calls: thin classes between its interfaces and our rooms.

=================  ======================================================================
``crawling.py``    extension: the run, its heart-beat, its end; holds the crawl's session
``scheduler.py``   the frontier as Scrapy's scheduler
``guard.py``       refuses what a crawler must not fetch; sends everything through the proxy
``robots.py``      robots.txt obeyed, its Crawl-delay too; one that cannot be read means waiting
``charset.py``     decides the charset of each page from its bytes
=================  ======================================================================
"""
