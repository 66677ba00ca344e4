"""What is text, what a caption, what the page's: by the words of a line and by its neighbours."""

import pytest

from tests.extract.dress import (
    DESIGNS,
    IMAGE,
    A,
    B,
    C,
    D,
    addresses,
    article,
    captions,
    centred,
    paragraphs,
    read_all,
    wb2016,
    wbc2020,
)

SOME = (wbc2020, wb2016)


@pytest.mark.parametrize(
    "line",
    [
        "分享到微信朋友圈", "【打印】【关闭】", "展开全文", "下载APP，看更多新闻", "您的浏览器不支持video标签。", "返回顶部", "上一篇：白鹭", "我要评论",
        "赞(12)　踩(0)", "（推广）", "语音播报", "扫一扫分享到朋友圈", "字号：大 中 小", "阅读量：1234", "点击图片查看大图", "微信扫一扫", "【更多】", "广告", "关注公众号",
        "首页 上一页 1 2 3 下一页 尾页", "正文结束", "免责声明", "来源：人民网-山东频道 2024年02月12日10:10", "2/6", "版权作品，请勿转载", "1.2万阅读",
    ],
)  # fmt: skip
def test_words_of_the_page_are_left_out(line):
    """A line that only the page says is no paragraph, in the middle of the text and at its end."""
    for read in read_all(
        paragraphs(A) + f"<p>{line}</p>" + paragraphs(B) + f"<div>{line}</div>", SOME
    ):
        assert read.paragraphs == (A, B)


@pytest.mark.parametrize(
    "line",
    [
        "评论　一条老街换了三十六盏灯，靠的是街坊们一家一家商量出来的办法。", "推荐　老街口的豆腐脑，去晚了只能等第二天。", "扫描灯杆上的二维码，就能看到它是哪一年装的，街坊们都说方便。",
        "分享到最后，老人们都笑了。", "广告牌拆掉以后，老街的天空宽了许多。", "展开全文的阅读，是他每天睡前的功课。", "上一篇报道刊出以后，街道收到了二百多封信。",
        "扫一扫门前雪，是街坊们的老规矩。", "“扫码就行。”他说", "推广普通话的标语还留在墙上。", "阅读点亮乡村", "打开一扇窗", "关注农村孩子", "下一则故事，是关于长椅的。",
    ],
)  # fmt: skip
def test_sentence_that_begins_like_words_of_the_page_stays(line):
    """A sentence or a heading of the article stays, whatever word it begins with."""
    for read in read_all(paragraphs(A, line, B), SOME):
        assert read.paragraphs == (A, line, B)


@pytest.mark.parametrize(
    "opening",
    [
        "（原标题：灯下的街）",
        "【原标题：灯下的街】",
        "（原标题：灯下（图））",
        "原标题：灯下的街　　",
        "原标题：灯下的街&nbsp;&nbsp;",
        "（责编：丁若水）",
    ],
)
def test_what_stands_before_a_text_in_its_paragraph_goes_alone(opening):
    """The original headline goes; the text behind it in the same paragraph stays."""
    for read in read_all(paragraphs(opening + A, B), SOME):
        assert read.paragraphs == (A, B)
        assert read.dateline is not None


@pytest.mark.parametrize("form", ["{}", "<strong>{}</strong>", "·{}", "■ {}", "1.{}"])
def test_run_of_links_goes_and_headlines_of_a_digest_stay(form):
    """Links in a row point elsewhere, sentences among them too; each followed by its text, they are headlines."""
    names = ("三十六盏灯", "谁来修灯？", "长椅，长椅")
    links = [
        f"<p>{form.format(f'<a href=/n2/2024/0211/c364532-4150000{i}.html>{name}</a>')}</p>"
        for i, name in enumerate(names)
    ]
    bullet = form.split("{")[0] if "<" not in form else ""

    for read in read_all(paragraphs(A, B) + "".join(links), SOME):
        assert read.paragraphs == (A, B)
    for read in read_all(
        "".join(link + paragraphs(text) for link, text in zip(links, (B, C, D), strict=True)), SOME
    ):
        assert read.paragraphs[::2] == tuple(bullet + name for name in names)


@pytest.mark.parametrize(
    "advert",
    [
        '<div class="ad">好酒</div>', '<p class="ad-tip">广告</p>', '<div id="ad_1">好酒</div>', '<ins class="adsbygoogle">好酒</ins>', "<p>广告：好酒，百年传承</p>",
        '<p><a href="http://ad.example.com/k"><img src="http://img.example.com/k.jpg"></a></p>', '<p><img src="http://ads.example.com/k.jpg"></p>',
        '<p><a href="http://www.example.com/"><img src="/NMediaFile/k.jpg" width=600 height=80></a></p>', '<p><a href="http://ads.example.com/k">好酒，百年传承</a></p>',
    ],
)  # fmt: skip
def test_advertising_in_the_text_is_left_out(advert):
    """Neither its words nor its images are the article's."""
    for read in read_all(paragraphs(A) + advert + paragraphs(B), SOME):
        assert read.paragraphs == (A, B)
        assert read.photos == ()


@pytest.mark.parametrize(
    "below",
    [
        "<p>关注我们的公众号。</p>",
        '<div class="tjewm"><img src="/NMediaFile/q.jpg">关注公众号</div>',
        '<p><img src="/NMediaFile/q.jpg"></p><p>更多内容请看首页。</p>',
    ],
)
def test_nothing_behind_the_editors_is_the_articles(below):
    """Text and images behind the editors' box are the page's."""
    for read in read_all(paragraphs(A) + centred(IMAGE) + paragraphs(B), SOME, below=below):
        assert read.paragraphs == (A, B)
        assert len(read.photos) == 1


@pytest.mark.parametrize("form", ["<p>{}</p><p style='font-size:12px'>{}</p>", "<p>{}</p><p class='img-desc'>{}</p>", "<p>{}</p><p><font color=#999999>{}</font></p>", "<figure>{}<figcaption>{}</figcaption></figure>", "<p align=center>{}<br>{}</p>", "<center>{}<br>{}</center>"])  # fmt: skip
def test_caption_is_seen_by_how_it_is_set(form):
    """Small or grey letters, a class or an element of its own, the middle of the line: a caption."""
    for read in read_all(
        paragraphs(A) + form.format(IMAGE, "街坊们在灯下说话") + paragraphs(B, C), SOME
    ):
        assert captions(read) == ["街坊们在灯下说话"]
        assert read.paragraphs == (A, B, C)


@pytest.mark.parametrize(
    "heading",
    [
        "一、灯下的街",
        "（二）修灯的人",
        "【记者手记】",
        "（记者手记）",
        "“灯亮着就好”",
        "＊　＊　＊",
        "■修灯人",
        "——修灯人——",
        "<span style='font-weight:bold'>修灯人</span>",
        "湖边月色满街灯，",
    ],
)
def test_heading_under_an_image_is_no_caption(heading):
    """A heading, a quotation and a verse stay text where a caption could stand."""
    for read in read_all(
        paragraphs(A) + centred(IMAGE) + centred(heading) + paragraphs(B, C), SOME
    ):
        assert captions(read) == []
        assert len(read.paragraphs) == 4


@pytest.mark.parametrize(
    "box", [centred, "<p align=center>{}</p>".format, "<center>{}</center>".format]
)
def test_text_that_is_centred_as_a_whole_has_no_captions_for_that(box):
    """Where everything is centred, a centred line under an image is text."""
    for read in read_all("".join(map(box, (A, IMAGE, B, C, D))), SOME):
        assert read.paragraphs == (A, B, C, D)


@pytest.mark.parametrize(
    "form",
    [
        "<p>{image}<br>{text}</p>",
        "<p>{text}<br>{image}</p>",
        "<p>&nbsp;&nbsp;{text}<br>{image}</p>",
        "<p>{image}{text}</p>",
        "<div>{image}<br>　　{text}</div>",
    ],
)
def test_sentence_beside_an_image_is_text(form):
    """A paragraph that holds an image and a sentence keeps the sentence."""
    for read in read_all(paragraphs(A) + form.format(image=IMAGE, text=B) + paragraphs(C), SOME):
        assert read.paragraphs == (A, B, C)
        assert captions(read) == []


def test_sign_inside_a_sentence_does_not_part_it():
    """A small image in the middle of a line is a sign: the sentence goes on."""
    sign = '<img src="/NMediaFile/e.png" width="40" height="40">'

    for read in read_all(paragraphs(A, f"修灯的师傅{sign}，每天傍晚出门。"), DESIGNS):
        assert read.paragraphs == (A, "修灯的师傅，每天傍晚出门。")


@pytest.mark.parametrize(
    "line",
    [
        "志愿者每天忙到深夜。盒饭由街道提供。", "灯罩换成了新的。图纸由设计院提供。", "孩子们领到了画笔。颜料全部由商家提供", "图为民生，谋在长远，街道把每一盏灯都登记在册。",
        "这是该市首次在老街拍摄电视剧，摄制组在这里住了三个月。", "资料图书馆的灯最早换成了节能灯。",
    ],
)  # fmt: skip
@pytest.mark.parametrize("image", ["", centred(IMAGE)])
def test_sentence_that_sounds_like_a_caption_is_text(line, image):
    """提供 is said of meals, 图为 begins a saying: such sentences are text, under an image too."""
    for read in read_all(paragraphs(A) + image + paragraphs(line, B), SOME):
        assert read.paragraphs == (A, line, B)
        assert read.photos == () or captions(read) == []


def gallery(photo, text):
    return (
        '<div class="pic_content"><h1>湖边的灯</h1><div class="page_c">来源：<a href="/">人民网-山东频道</a>&nbsp;&nbsp;2016年04月03日15:09</div>'
        f'<div class="pic_c"><div class="pic" id="picG">{photo}</div></div><div class="content">{text}</div><i id="p_editor">(责编：葛青禾)</i></div>'
    )


@pytest.mark.parametrize(
    "described",
    [
        '{}<div class="text_show_img">灯亮了</div>',
        '{}<p class="pic_info_con">灯亮了</p><p class="pic_copy">版权作品，请勿转载</p>',
        '{}<p class="group_show"><em><b>1</b>/3</em>灯亮了</p>',
    ],
)
def test_gallery_tells_the_photos_description_from_the_articles_text(described):
    """A photo with words of its own has those for its caption; the box of text stays text."""
    read = article(gallery(described.format(IMAGE), f"<p>　　{B}</p>"))

    assert captions(read) == ["灯亮了"]
    assert read.paragraphs == (B,)


def test_gallery_without_descriptions_has_its_text_for_a_caption():
    """Where only the text describes the photo, it is both; the stamp is neither."""
    stamp = '<em class="fr">来源：<a href="/">人民网-山东频道</a>&nbsp;2017年09月07日14:01</em>'
    read = article(gallery(stamp + IMAGE, "<p>　　灯亮了。袁一鸣摄</p>"))

    assert read.paragraphs == ("灯亮了。袁一鸣摄",)
    assert captions(read) == ["灯亮了。"]
    assert len(addresses(read)) == 1
