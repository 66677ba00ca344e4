"""What Scrapy calls: thin classes between its interfaces and our rooms.

=================  ======================================================================
``crawling.py``    extension: the run, its heart-beat, its end; holds the crawl's session
``scheduler.py``   the frontier as Scrapy's scheduler; leaves a host alone that asks for it
``guard.py``       refuses what a crawler must not fetch; sends everything through the proxy
``robots.py``      robots.txt obeyed, its Crawl-delay too; one that cannot be read means waiting
``answers.py``     unpacks bodies, refuses what did not come whole; ``redirects.py`` follows
``holding.py``     which hosts may be asked
``progress.py``    a bar, a line a minute, the run's log
=================  ======================================================================
"""
