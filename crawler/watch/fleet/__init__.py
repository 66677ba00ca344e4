"""The workers of a fleet: any number of machines that sweep hosts, one job a host.

``work.py``    a worker from start to end, and what all of them do together: schedules, requests
``sweeps.py``  what a job says, how it is queued and done: a crawl of one host as a process
"""
