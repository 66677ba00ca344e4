"""Scrapy's settings, built from our configuration. Nobody imports this module but Scrapy.

Each line that departs from Scrapy's default names that default or the reason.
"""

from scrapy.settings.default_settings import EXTENSIONS_BASE as _EXTENSIONS
from scrapy.settings.default_settings import RETRY_EXCEPTIONS as _RETRIED

from crawler import __version__
from crawler.config import load
from crawler.config import sections as own_channels
from crawler.site.channels import load as _channels

_config = load()
own_channels.use(own_channels.load())
_slow = [channel for channel in _channels().values() if channel.delay]

BOT_NAME = "renmin"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "crawler.cli.crawl"  # default: none; ours checks what it is given

RENMIN_DATABASE = _config.database
RENMIN_PROXY = _config.proxy

# Who we are. The operator's contact goes along; the live site is not fetched without one.
USER_AGENT = f"renmin/{__version__} (news archive; {_config.contact or 'no contact given'})"

# Politeness. A regional channel is one host, so this is the whole site's view of us.
ROBOTSTXT_OBEY = True  # by crawler.hooks.robots, which waits where it cannot be read
DOWNLOAD_DELAY = _config.delay  # default: 0
DOWNLOAD_SLOTS = {channel.host: {"delay": channel.delay} for channel in _slow}  # default: {}
DOWNLOAD_DELAY_JITTER = 0.25  # default: 0.5; never much below the second that we promise
CONCURRENT_REQUESTS = 32  # default: 16; there are 37 hosts, each asked one at a time
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default: 8
# Default: 100 workers are made for each response; ours bring one visit each.
CONCURRENT_ITEMS = 1
# Default: 5 MB of pages on their way through the spider, then nothing is fetched. One large page that
# a helper reads must not stop all hosts; a host of many such pages is held back by the scheduler.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 16 * _config.max_page_bytes
AUTOTHROTTLE_ENABLED = True  # a slow answer makes us slower
AUTOTHROTTLE_START_DELAY = _config.delay
AUTOTHROTTLE_MAX_DELAY = 60.0

# What goes wrong.
DOWNLOAD_TIMEOUT = 30  # default: 180
RETRY_TIMES = 2  # more tries follow in later runs
# Default: also time-outs. A host that says nothing for 30 s is left alone until the next run.
RETRY_EXCEPTIONS = [kind for kind in _RETRIED if kind != "scrapy.exceptions.DownloadTimeoutError"]
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # not 429: that host wants a rest
REDIRECT_MAX_TIMES = 5  # default: 20
DOWNLOAD_MAXSIZE = _config.max_page_bytes  # default: 1 GiB
DOWNLOAD_WARNSIZE = _config.max_page_bytes // 2
URLLENGTH_LIMIT = 2_000

# What nobody needs on an unattended crawl, or what would let others in.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # default: True; it runs code that comes over HTTP
COOKIES_ENABLED = False
HTTPPROXY_ENABLED = True  # for RENMIN_PROXY; the guard sets it on each request
DOWNLOAD_HANDLERS = {
    **dict.fromkeys(("file", "data", "ftp", "s3")),
    # Scrapy's own, but for hosts that another process has taken over.
    **dict.fromkeys(("http", "https"), "crawler.hooks.guard.HeldDownloadHandler"),
}
REFERRER_POLICY = "same-origin"
TWISTED_DNS_RESOLVER = "crawler.hooks.guard.PublicResolver"

SCHEDULER = "crawler.hooks.scheduler.FrontierScheduler"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier's key does that

EXTENSIONS = {
    "crawler.hooks.crawling.Crawling": 100,
    "crawler.hooks.progress.Progressing": 110,
    "scrapy.extensions.logstats.LogStats": None,  # our own summary says more
    "scrapy.extensions.corestats.CoreStats": 0,
}
# Default: also what is switched off above. Scrapy would import that all the same, with a web server
# and a terminal: a quarter of the time in which a crawl begins.
EXTENSIONS_BASE = {
    path: place
    for path, place in _EXTENSIONS.items()
    if not path.endswith(("TelnetConsole", "RemoteControl"))
}

DOWNLOADER_MIDDLEWARES = {
    # In the place of Scrapy's, which decodes every page in full to look for one.
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.hooks.redirects.RefreshMiddleware": 580,
    "crawler.hooks.answers.UnaskedMiddleware": 570,
    # In the place of Scrapy's, which gives up where a cookie is wanted.
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.hooks.redirects.CookieRedirectMiddleware": 600,
    # In the place of Scrapy's, which takes what it can get of a body that was cut off.
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.hooks.answers.BodyMiddleware": 590,
    # Above the retries (550): a host that wants a rest is not asked again.
    "crawler.hooks.scheduler.RestMiddleware": 560,
    # What the guard, the counters of a run and the absence of passwords make needless.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    # First of all: what must not be fetched costs nothing.
    "crawler.hooks.guard.GuardMiddleware": 50,
    # In the place of Scrapy's, which lets everything pass when robots.txt cannot be read.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.hooks.robots.RobotsMiddleware": 100,
}

SPIDER_MIDDLEWARES = {
    # A visit ends in one value and in no request: depth and length say nothing here.
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}

# The order is the meaning: first refuse what is no article, then keep it.
ITEM_PIPELINES = {
    "pipelines.visits.ValidatePipeline": 200,
    "pipelines.visits.StorePipeline": 300,
}

LOG_DATEFORMAT = "%Y-%m-%d %H:%M:%S %z"  # default: without the zone
LOG_LEVEL = "INFO"  # DEBUG costs a fifth of the speed
LOG_FORMATTER = "crawler.hooks.progress.QuietFormatter"
FEED_EXPORT_ENCODING = "utf-8"  # default: hanzi leave as \uXXXX
STATS_DUMP = False  # our own summary says what a person wants to know
