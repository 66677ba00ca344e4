"""The workers of a fleet: any number of machines that sweep hosts, one job a host.

``sweeps.py``   what a job says, and how it is put into the queue
``sweep.py``    doing one: a crawl of one host as a process, watched, stopped and tried again
``duties.py``   what the workers do together: schedules, what people ask for, settling both
"""
