"""Whoever looks after the crawl: schedules, alerts, metrics, the doctor."""
