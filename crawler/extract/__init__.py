"""The bytes of a page to an article or a listing. Pure: no clock, no network, no Scrapy."""
