"""How several processes on one PostgreSQL database share the hosts: on procrastinate.

A host is held by a job whose lock it is; procrastinate gives a lock to one job at a time, keeps the
heart-beats of its workers and knows which jobs have stalled.

``worker.py``  procrastinate's application on our database, and a worker that goes on through outages
``hosts.py``   the jobs by which a crawl holds hosts
"""
