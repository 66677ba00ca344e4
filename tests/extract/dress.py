"""One article in the markup of five designs of the site, with the clutter that stands around it."""

from crawler.extract.parse import parse_article

URL = "http://sd.people.com.cn/n2/2024/0212/c364532-41500648.html"
PHOTO = "http://sd.people.com.cn/NMediaFile/2024/0212/LOCAL1.jpg"
IMAGE = '<img src="/NMediaFile/2024/0212/LOCAL1.jpg" alt="湖边的灯">'
EDITORS = ("葛青禾", "陶一帆")

# Four paragraphs, the first with a dateline.
A = "人民网济南2月12日电 （记者 邢曼华）湖边的老街今年添了三十六盏灯，入夜以后，街坊们端着饭碗坐在门口说话。"
B = "修灯的师傅每天傍晚出门，从街头走到街尾，哪一盏暗了就记在本子上，第二天一早带着梯子来换。"
C = "今年春天，街道又在巷口装了三把长椅，走累了的老人可以坐下来看一会儿湖水。"
D = "灯下的小吃摊也多了起来，最晚的一家要到凌晨才收摊。"

_FOOT = '<div class="right fr"><h2>热点排行</h2><ul><li><a href="/n2/2024/0211/c364532-41500001.html">别的新闻</a></li></ul></div>'


def wbc2020(text, above="", below=""):
    return (
        '<div class="layout rm_txt cf"><div class="col col-1"><h3 class="pre"></h3><h1>湖边的灯</h1><h4></h4>'
        '<div class="channel cf"><div class="col-1-1">2024年02月12日10:10 | 来源：<a href="/">人民网-山东频道</a></div></div>'
        f'{above}<div class="rm_txt_con cf"><div class="bza"><p></p></div><div class="box_pic"></div>{text}'
        f'<div class="box_pic"></div><div class="edit cf">(责编：葛青禾、陶一帆)</div>{below}'
        f'<p class="paper_num">分享让更多人看到</p></div><div class="rm_relevant"><p>客户端下载</p></div></div></div>{_FOOT}'
    )


def zw2026(text, above="", below=""):
    return wbc2020(f'<div id="rm_txt_zw">{text}</div>', above, below)


def wb2016(text, above="", below=""):
    return (
        '<div class="clearfix text_title"><h3></h3><h1>湖边的灯</h1><h4></h4><div class="box01">'
        '<div class="fl">2018年02月12日10:10&nbsp;&nbsp;来源：<a href="/">人民网-山东频道</a></div></div></div>'
        f'<div class="text_con"><div class="fl">{above}<div class="box_con" id="rwb_zw"><div class="box_pic"></div>{text}'
        f'<div class="edit clearfix">(责编：葛青禾、陶一帆)</div>{below}</div><div id="rwb_tjyd"><p>推荐阅读。</p></div></div></div>{_FOOT}'
    )


def wb2013(text, above="", below=""):
    return (
        '<div class="text w1000"><h3></h3><h1 id="p_title">湖边的灯</h1><h2></h2><h5><i id="p_publishtime">2013年04月09日16:11</i>'
        f'<span id="p_origin">来源：<a href="/">人民网-山东频道</a></span></h5>{above}<div class="text_img"></div>'
        f'<div id="p_content">{text}</div><div class="text_img"></div><p id="p_editor" class="edit">(责编：葛青禾、陶一帆)</p></div>{_FOOT}'
    )


def wb2010(text, above="", below=""):
    return (
        '<div class="text_c"><h3></h3><h1 id="p_title">湖边的灯</h1><h2></h2><p class="sou"><span id="p_publishtime">2011年04月03日17:50</span>'
        f'<span id="p_origin">来源：<a href="/">人民网-山东频道</a></span></p>{above}<div class="text_img"></div>'
        f'<div class="show_text" id="zoom"><div class="box"><a href="/GB/1/index.html">各地新闻</a></div><div id="p_content">{text}</div></div>'
        f'<div class="text_img"></div><div class="edit" id="p_editor">(责编：葛青禾、陶一帆)</div></div>{_FOOT}'
    )


def gallery(text, above="", below=""):
    return (
        '<div class="path"><a href="/">山东频道</a></div><div class="pic_content clearfix"><h1>湖边的灯</h1>'
        '<div class="page_c"><div class="fr">来源:人民网-山东频道&nbsp;&nbsp;2021年03月26日08:41</div></div>'
        f'<div class="pic" id="picG">{above}{IMAGE}</div><div class="content clear clearfix">{text}</div>'
        f'<i id="p_editor">(责编：葛青禾、陶一帆)</i>{below}</div>{_FOOT}'
    )


def capital(text, above="", below=""):
    return (
        '<div class="w980"><h1>湖边的灯</h1><div class="time">2017年05月12日14:02&nbsp;来源：<a href="/">人民网-山东频道</a></div>'
        f'{above}<div class="gray box_text">{text}</div><div class="edit">(责编：葛青禾、陶一帆)</div>{below}</div>{_FOOT}'
    )


def cpc2019(text, above="", below=""):
    return (
        '<div class="w1000 txtCon"><h1>湖边的灯</h1><div class="editor time1">2019年07月18日09:12 来源：<a href="/">人民网-山东频道</a></div>'
        f'{above}{text}<div class="editor">(责编：葛青禾、陶一帆)</div>{below}</div>{_FOOT}'
    )


def cpc_table(text, above="", below=""):
    return (
        '<table><tr><td class="ftitle">湖边的灯</td></tr><tr><td><font class="ly_red">2007年01月05日08:30</font> 来源：人民网</td></tr>'
        f'<tr><td>{above}<font id="zoom">{text}</font></td></tr><tr><td class="edit">（责任编辑：葛青禾）</td></tr></table>{below}{_FOOT}'
    )


DESIGNS = (wbc2020, zw2026, wb2016, wb2013, wb2010)
# And those whose text box is one of the article's boxes among others.
OTHERS = (gallery, capital, cpc2019, cpc_table)


def paragraphs(*texts):
    """Texts as the site's editor writes them."""
    return "".join(f"<p>　　{text}</p>" for text in texts)


def centred(text):
    return f'<p style="text-align: center;">{text}</p>'


def article(html):
    """The article of a page in one of the designs."""
    return parse_article(f"<html><body>{html}</body></html>", URL).article


def read_all(text, designs=DESIGNS, **around):
    """The articles that a text gives in each design."""
    return [article(design(text, **around)) for design in designs]


def captions(read):
    return [photo.caption for photo in read.photos if photo.caption]


def addresses(read):
    return [photo.url for photo in read.photos if photo.url]
