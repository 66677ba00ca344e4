"""Every page of the dashboard for a told story."""


def pages(story):
    """Address by the name of its screenshot."""
    return {
        "today": "/",
        "channel": "/channel/sd",
        "runs": "/runs",
        "run": f"/run/{story.live_run}",
        "run-lost": f"/run/{story.lost_run}",
        "articles": "/articles?page=2",
        "article": f"/article/{story.repaired}",
        "article-hostile": f"/article/{story.hostile}",
        "article-changed": f"/article/{story.changed}",
        "article-original": f"/article/{story.original}",
        "text": "/text?days=90",
        "search": "/search?q=%E4%BC%9A%E8%AE%AE",
        "search-empty": "/search",
        "failures": "/failures",
        "failures-reason": "/failures?reason=extraction_title&channel=sd",
        "queue": "/queue",
        "queue-channel": "/queue?channel=sd&waits=failing",
        "coverage": "/coverage",
        "lists": "/lists",
        "storage": "/storage",
        "alerts": "/alerts",
        "schedule": "/schedule",
    }
