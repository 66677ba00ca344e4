"""Invented news prose for the benchmarks: varied enough to be text, made of nobody's articles."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

import opencc

PLACES = [
    "青岩市",
    "临沅县",
    "白水镇",
    "东屏区",
    "柳溪乡",
    "云台街道",
    "渔梁渡口",
    "石桥村",
    "南陵开发区",
    "沙河口",
    "松岗林场",
    "望海路社区",
]
NAMES = [
    "赵祎",
    "李喆",
    "陈堃",
    "欧阳婧",
    "王玥",
    "刘镕",
    "周䶮",
    "孙珺",
    "吴昊天",
    "郑晓燕",
    "钱学义",
    "冯瑞芳",
    "褚卫东",
    "卫国强",
]
WHO = [
    "文化馆",
    "供销社",
    "气象台",
    "水文站",
    "农技推广中心",
    "法律援助中心",
    "中学生合唱团",
    "老年大学",
    "消防救援站",
    "图书馆",
    "博物馆",
    "残疾人联合会",
]
DID = (
    "把露天电影送到了晒谷场，老人们搬着竹椅早早坐下",
    "公布了今年第一份水质报告，三个断面全部达到二类标准",
    "为外出务工人员开通夜间专线，票价只收两元",
    "请来退休教师给孩子们讲旧县志里的故事",
    "清点了库房里的七百二十件皮影，其中四十一件需要修补",
    "在山后新栽樟树、枫香和乌桕，发芽率超过九成",
    "召开座谈会，听取群众对集市搬迁的意见和建议",
    "修好了被洪水冲断的石板桥，自行车和摩托车都能通过",
    "开办面点、理发和家电维修三个免费培训班",
    "与邻县签订协议，共同保护跨界河流里的中华秋沙鸭",
)
SAID = (
    "“以前办这件事要跑三趟，现在一趟就够了。”",
    "“我们算过一笔账，省下的钱正好够给屋顶换瓦。”",
    "“谁家有困难，喊一声，大家都来帮忙。”",
    "“雨下了整整一夜，没有人离开堤坝。”",
    "“机器不会骗人，数字摆在这里。”",
)
THEN = (
    "据了解，这项工作从去年秋天开始准备，参加者有退休工人、教师、大学生和出租汽车司机。",
    "记者在现场看到，电子屏上滚动着各项数据，几名技术员正在核对表格。",
    "统计显示，前三季度全县接待游客{n}万人次，同比增长百分之{m}。",
    "下一步，有关部门将继续完善制度，加强监督检查，确保资金用在刀刃上。",
    "当天的活动吸引了{n}多名居民，最小的只有{m}岁。",
    "这条路全长{n}公里，海拔从{m}0米升到一千三百米，沿线经过六个自然村。",
)


def paragraphs(seed: int = 0) -> Iterator[str]:
    """Yield simplified paragraphs of 60 to 250 characters, the same for the same seed, for ever."""
    random_ = random.Random(seed)
    pick = random_.choice
    while True:
        lead = f"{pick(PLACES)}{pick(WHO)}{random_.randint(1, 12)}月{random_.randint(1, 28)}日{pick(DID)}。"
        said = f"{pick(WHO)}负责人{pick(NAMES)}说：{pick(SAID)}" if random_.random() < 0.6 else ""
        then = pick(THEN).format(n=random_.randint(11, 99), m=random_.randint(2, 40))
        yield lead + said + then + (pick(THEN).format(n=7, m=5) if random_.random() < 0.4 else "")


def traditional(text: str, config: str = "s2tw") -> str:
    """Convert a paragraph with OpenCC."""
    return str(_converter(config).convert(text))


@cache
def _converter(config: str) -> opencc.OpenCC:
    return opencc.OpenCC(config)
