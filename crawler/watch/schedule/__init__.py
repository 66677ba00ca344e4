"""Crawls at planned times.

================  ==================================================================
``planning.py``   when: cron expressions, jitter, what is due and what was missed
``schedules.py``  which: the schedules that the database keeps
``history.py``    what became of them: one row for each planned time that was settled
``process.py``    a crawl as a subprocess that can be waited for and stopped
``runner.py``     runs what is due, one after the other
``units.py``      systemd units and the crontab line for this machine
================  ==================================================================
"""
