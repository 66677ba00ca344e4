"""What stands around an article: navigation, scripts, recommendations, footers.

A real page of the site is 30 to 50 kB, of which the article is a tenth. All of it is made up
here, in kind and size like the real thing; it is the same for all pages of one channel and
design, so it is built once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from crawler.site.channels import Channel, load

Titled = tuple[str, str]  # address, title

# Sections of the national site: label of the host and name. Links that a crawl must not follow.
_NATIONAL = (
    ("cpc", "党网"), ("politics", "时政"), ("world", "国际"), ("finance", "财经"), ("society", "社会"),
    ("legal", "法治"), ("military", "军事"), ("edu", "教育"), ("scitech", "科技"), ("culture", "文化"),
    ("sports", "体育"), ("ent", "娱乐"), ("health", "健康"), ("travel", "旅游"), ("auto", "汽车"),
    ("house", "房产"), ("env", "环保"), ("energy", "能源"), ("media", "传媒"), ("opinion", "观点"),
    ("theory", "理论"), ("dangshi", "党史"), ("tw", "台湾"), ("hm", "港澳"), ("pic", "图片"),
    ("v", "视频"), ("liuyan", "留言板"), ("bbs1", "论坛"), ("unn", "地方"), ("agri", "三农"),
)  # fmt: skip
_PARTS = (
    "menu", "search", "share", "topnav", "banner", "focus", "tabs", "scroll", "gallery", "comment",
    "weather", "login", "rank", "video", "poster", "footer", "fontsize", "print", "qrcode", "map",
    "history", "guide", "mobile", "hotword",
)  # fmt: skip
_BOXES = ("box", "list", "pic", "txt", "tit", "more", "nav", "fl", "fr", "cf", "col", "layout")


@dataclass(frozen=True, slots=True)
class Furniture:
    """The two halves of a page that hold no article.

    Attributes:
        head: Style sheets and scripts, for the end of ``<head>``.
        top: From the opening of ``<body>`` to where the article begins.
        bottom: From where the article ends to ``</html>``.
    """

    head: str
    top: str
    bottom: str


@lru_cache(maxsize=512)
def furnish(channel: Channel, design: str, recommended: tuple[Titled, ...]) -> Furniture:
    """Build what surrounds the articles of one channel in one design."""
    old = design in ("a2010", "a2013")
    root = f"/img/{design}"
    head = (
        f'<link href="http://www.people.com.cn{root}/page.css" type="text/css" rel="stylesheet" media="all" />\n'
        f'<script type="text/javascript" src="{root}/js/jquery-1.7.1.min.js"></script>\n'
        f'<style type="text/css">\n{_style(90 if old else 48)}</style>\n'
    )
    return Furniture(
        head=head,
        top=f"<body>\n{_header(channel, root)}{_script(14 if old else 8)}",
        bottom=_recommendations(channel, recommended)
        + _script(36)
        + _footer(root)
        + _counter(channel)
        + "</body>\n</html>\n",
    )


def _header(channel: Channel, root: str) -> str:
    national = "\n".join(
        f'<li><a href="http://{host}.people.com.cn/" target="_blank">{name}</a></li>'
        for host, name in _NATIONAL
    )
    regional = "".join(
        f'<a href="http://{other.host}/" target="_blank">{other.name}</a>|'
        for other in load().values()
    )
    columns = "\n".join(
        f'<li class="menu_item"><a href="{page.url}" target="_blank">{page.label}</a></li>'
        for page in channel.lists[:24]
    )
    return (
        f'<div class="header cf"><div class="w1000"><a href="http://www.people.com.cn"><img src="{root}/logo.png" alt="人民网" /></a>\n'
        f'<ul class="nav_national cf">\n{national}\n</ul></div></div>\n'
        f'<div class="nav_local cf"><ul>\n{columns}\n</ul></div>\n'
        f'<div class="nav_regions">地方频道：{regional}</div>\n'
        '<div class="search"><form action="http://search.people.cn/" method="get"><input type="text" name="key" value="" />'
        '<a href="javascript:doSearch(this);">搜索</a><a href="mailto:kf@people.cn">客服</a></form></div>\n'
    )


def _recommendations(channel: Channel, recommended: Sequence[Titled]) -> str:
    articles = "\n".join(
        f'<li><a href="{escape(url)}" target="_blank" title="{escape(title)}">{escape(title)}</a></li>'
        for url, title in recommended
    )
    videos = "\n".join(
        f'<li><a href="http://v.people.cn/n1/2026/0{month}01/c431305-4100000{month}.html"><img src="/NMediaFile/2026/0{month}01/MAIN20260{month}011200001.jpg" width="188" height="106" alt="视频" /></a><p>第{month}期视频</p></li>'
        for month in range(1, 7)
    )
    return (
        f'<div class="relevant cf"><h3>推荐阅读</h3>\n<ul class="list_rel">\n{articles}\n</ul>\n'
        f'<ul class="list_video cf">\n{videos}\n</ul>\n'
        f'<p class="special"><a href="http://{channel.host}/zt/2026/" target="_blank">专题：{channel.name}这一年</a>'
        '<a href="http://www.people.com.cn/GB/123231/365206/index.html">人民日报客户端下载</a></p></div>\n'
    )


@lru_cache(maxsize=8)
def _style(rules: int) -> str:
    return "".join(
        f".{_BOXES[n % 12]}{n:02} {{ float: left; width: {960 - n * 7}px; padding: {n % 9}px 0 {n % 5}px; "
        f"line-height: {18 + n % 14}px; color: #{(n * 70_001) % 0xFFFFFF:06x}; }}\n"
        for n in range(rules)
    )


@lru_cache(maxsize=8)
def _script(functions: int) -> str:
    body = "".join(
        f'function init_{_PARTS[n % 24]}{n}() {{\n\tvar $box = $("#{_PARTS[n % 24]}_{n}"), size = {n * 37 % 400};\n'
        f"\tif ($box.length < 1 || $box.width() < size) {{ return false; }}\n"
        f"\t$box.find('li').each(function (index, element) {{\n\t\t$(element).toggleClass('on', index % {n % 7 + 2} === 0);\n"
        f"\t\tif (index > {n + 3}) {{ $(element).hide(); }}\n\t}});\n\treturn true;\n}}\n"
        for n in range(functions)
    )
    return f'<script type="text/javascript">\n//<![CDATA[\n{body}//]]>\n</script>\n'


def _footer(root: str) -> str:
    about = "".join(
        f'<a href="http://www.people.com.cn/GB/50142/10435{n}/index.html" target="_blank">{name}</a> | '
        for n, name in enumerate(
            (
                "关于我们",
                "招聘英才",
                "广告服务",
                "合作加盟",
                "版权服务",
                "网站律师",
                "信息保护",
                "联系我们",
            )
        )
    )
    return (
        f'<div class="footer cf"><p>{about}</p><p>服务邮箱：kf@people.cn　违法和不良信息举报电话：010-00000000</p>\n'
        "<p>人民网股份有限公司版权所有，未经书面授权禁止使用（本页为虚构内容）</p>"
        f'<img src="{root}/beian.png" alt="" /></div>\n'
    )


def _counter(channel: Channel) -> str:
    return (
        '<img src="http://counter.people.cn:8000/f.gif?id=39" width="0" height="0" border="0" alt="" />\n'
        f'<script type="text/javascript" src="http://pmm.people.com.cn/main/s?user=people|{channel.id}|tanchuang" charset="gbk"></script>\n'
    )
