"""Articles of one mould: every day's weather, every day's market, every city's congress.

They share most of their sentences and are still different news; a duplicate finder that merges
two of them is wrong. All of it is invented, but the moulds are as narrow as the real ones: few
words vary, and the numbers that vary are small and often coincide.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

CITIES = [
    "临河",
    "青岭",
    "安陵",
    "平洲",
    "东汶",
    "海川",
    "云泽",
    "石浦",
    "宁阜",
    "长汀湾",
    "白沙洲",
    "丰原",
    "怀林",
    "永澜",
    "清源",
    "西泊",
]
SKIES = [
    "晴",
    "多云",
    "晴间多云",
    "多云转晴",
    "阴",
    "阴有小雨",
    "小雨",
    "小雨转多云",
    "阵雨",
    "雷阵雨",
]
WINDS = ["南风", "北风", "东南风", "东北风", "偏南风", "西北风"]
SECTORS = [
    "煤炭",
    "银行",
    "医药",
    "券商",
    "家电",
    "酿酒",
    "半导体",
    "有色金属",
    "房地产",
    "电力",
    "旅游",
    "通信",
    "船舶",
    "农业",
    "军工",
    "传媒",
]
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林", "伟芳敏静强磊洋勇艳杰娟涛明超霞平刚桂英"
ORDINALS = "一二三四五六七八九"

KINDS = ("weather", "stock", "congress")
NOTICES = ("exchange rate", "water", "air", "town weather", "appointment", "investigation")
"""Shorter, with few numbers or none: harder still, and not promised."""


def articles(kind: str, count: int, seed: int) -> list[str]:
    """Write ``count`` articles of one mould, each for another day or another place."""
    random = Random(f"{kind}-{seed}")
    return [_WRITERS[kind](random, number) for number in range(count)]


def _day(number: int, start: date = date(2023, 1, 5)) -> str:
    day = start + timedelta(days=number)
    return f"{day.month}月{day.day}日"


def _name(random: Random) -> str:
    return random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2, 2))))


def _weather(random: Random, number: int) -> str:
    low = random.randint(8, 14)
    lines = "".join(
        f"{city}，{random.choice(SKIES)}，气温{low + random.randint(0, 2)}℃到{low + random.randint(8, 11)}℃。"
        for city in CITIES[:5]
    )
    return (
        f"人民网临河{_day(number)}电 据省气象台消息，预计今天白天到夜间，全省天气{random.choice(SKIES)}，"
        f"{random.choice(WINDS)}{random.randint(2, 3)}到4级，最高气温{low + 10}℃左右，最低气温{low}℃左右。"
        "气象部门提醒，早晚温差较大，市民外出请注意适时增减衣物，谨防感冒。\n"
        f"各市具体预报如下：{lines}\n"
        "省气象台首席预报员介绍，近期冷暖空气活动频繁，农业生产方面要加强田间管理，注意防范大风对设施大棚的影响；"
        f"交通方面，部分路段清晨有雾，能见度较低，司机朋友请减速慢行。{_day(number + 1)}起，我省气温将逐步"
        f"{random.choice(('回升', '下降'))}。请关注气象部门发布的最新预报预警信息。（责编：{_name(random)}、{_name(random)}）"
    )


def _stock(random: Random, number: int) -> str:
    def index(name: str, around: float) -> str:
        way = random.choice("涨跌")
        return f"{name}报{around * random.uniform(0.9, 1.1):.2f}点，{way}{random.uniform(0, 2):.2f}%，成交额{random.randint(2800, 4500)}亿元"

    up, down = random.sample(SECTORS, 3), random.sample(SECTORS, 3)
    return (
        f"人民网北京{_day(number)}电 今日早盘，沪深两市股指小幅{random.choice(('高开', '低开'))}，随后维持震荡走势，"
        f"午后指数{random.choice(('冲高回落', '震荡上行', '窄幅整理', '快速下探'))}。截至收盘，{index('沪指', 3200)}；"
        f"{index('深成指', 11000)}；{index('创业板指', 2200)}。\n"
        f"盘面上看，{up[0]}、{up[1]}、{up[2]}等板块涨幅居前，{down[0]}、{down[1]}、{down[2]}等板块跌幅居前。"
        f"两市共{random.randint(30, 90)}只个股涨停，{random.randint(2, 30)}只个股跌停。北向资金全天净{random.choice(('买入', '卖出'))}{random.uniform(1, 90):.2f}亿元。\n"
        "分析人士认为，当前市场仍处于震荡整固阶段，投资者宜保持谨慎乐观，控制仓位，关注业绩确定性较强的板块。"
        "本文内容仅供参考，不构成任何投资建议，投资者据此操作，风险自担。市场有风险，投资需谨慎。"
    )


def _congress(random: Random, number: int) -> str:
    city = f"{random.choice(CITIES)}{random.choice(('市', '区', '县'))}"
    day, term, session = _day(number % 40), random.choice(ORDINALS), random.choice(ORDINALS[:5])
    mayor, chair, deputy = (_name(random) for _ in range(3))
    total, present = random.randint(280, 420), random.randint(260, 400)
    return (
        f"人民网{city}{day}电 {day}上午，{city}第十{term}届人民代表大会第{session}次会议在{city}会议中心隆重开幕。"
        f"大会应到代表{total}名，实到{min(total, present)}名，符合法定人数。会场内灯光璀璨，气氛庄重热烈，主席台帷幕正中悬挂着国徽。\n"
        f"大会执行主席{chair}、{deputy}在主席台前排就座。上午9时，{chair}宣布大会开幕，全体起立，高唱国歌。"
        f"市长{mayor}代表{city}人民政府向大会报告工作。报告共分三个部分：一、过去一年工作回顾；二、今年工作的总体要求和主要目标；三、今年重点工作安排。\n"
        f"{mayor}在报告中指出，过去一年，面对复杂严峻的形势，在上级党委、政府和{city}委的坚强领导下，全市上下坚持稳中求进工作总基调，"
        f"完整、准确、全面贯彻新发展理念，经济社会发展取得新成绩。全年地区生产总值增长{random.uniform(4, 8):.1f}%，"
        f"一般公共预算收入增长{random.uniform(2, 9):.1f}%，城镇新增就业{random.uniform(1, 9):.1f}万人。\n"
        "会议还审查了关于上一年国民经济和社会发展计划执行情况与本年计划草案的报告，审查了关于上一年预算执行情况和本年预算草案的报告。"
        f"出席政协{city}第十{term}届委员会第{session}次会议的全体委员列席了会议。（{_name(random)} {_name(random)}）"
    )


def _exchange_rate(random: Random, number: int) -> str:
    rate, way = f"{random.uniform(6.7, 6.9):.4f}", random.choice(("上调", "下调"))
    return (
        f"人民网上海{_day(number)}电 来自外汇交易中心的数据显示，{_day(number)}人民币对美元汇率中间价报{rate}，"
        f"较前一交易日{way}{random.randint(3, 300)}个基点。中间价的形成方式为：交易中心于每日银行间外汇市场开盘前向"
        "做市商询价，做市商参考上日收盘汇率，综合考虑外汇供求情况以及国际主要货币汇率变化进行报价；"
        "交易中心将全部做市商报价作为计算样本，去掉最高和最低报价后，将剩余报价加权平均，得到当日中间价。"
    )


def _water(random: Random, number: int) -> str:
    city, road, street = random.sample(CITIES, 3)
    return (
        f"人民网{city}{_day(number)}讯 记者从{city}自来水公司了解到，因供水管网改造施工，{_day(number + 1)}"
        f"{random.randint(20, 23)}时至{_day(number + 2)}{random.randint(4, 7)}时，{road}路、{street}街及周边区域将停水或水压降低。"
        "请上述区域居民提前做好储水准备，停水期间请关闭好水龙头，以免来水时造成不必要的损失。"
        "恢复供水初期，水质可能略有浑浊，稍作放水即可恢复正常。因停水给您带来的不便，敬请谅解。"
    )


def _air(random: Random, number: int) -> str:
    city = random.choice(CITIES)
    return (
        f"{city}生态环境局{_day(number)}发布空气质量日报：{city}昨日空气质量指数为{random.randint(31, 180)}，"
        f"级别为{random.choice('一二三')}级，首要污染物为{random.choice(('臭氧', '细颗粒物', '可吸入颗粒物'))}。细颗粒物平均浓度为"
        f"每立方米{random.randint(11, 90)}微克，可吸入颗粒物平均浓度为每立方米{random.randint(21, 140)}微克。"
        "专家建议，儿童、老年人及心脏病、呼吸系统疾病患者应减少长时间、高强度的户外锻炼，一般人群可正常活动。"
    )


def _town_weather(random: Random, number: int) -> str:
    return (
        f"人民网{random.choice(CITIES[:3])}{_day(number)}电 记者从气象局获悉，今天白天我市天气{random.choice(SKIES)}，"
        f"{random.choice(WINDS)}2到3级，最高气温{random.randint(18, 24)}℃；夜间{random.choice(SKIES)}，最低气温{random.randint(8, 14)}℃。"
        "空气质量以良为主，紫外线强度中等，适宜开展户外活动。"
        "气象专家提示，春季天气干燥，请市民注意补水润肤，外出踏青时注意防火。"
    )


def _appointment(random: Random, number: int) -> str:
    new, old, city = _name(random), _name(random), random.choice(CITIES)
    return (
        f"人民网{city}讯 据{city}市委组织部消息，日前，省委批准：{new}同志任{city}市委委员、常委、书记；"
        f"{old}同志不再担任{city}市委书记、常委、委员职务，另有任用。{_day(number)}，{city}市召开领导干部会议，宣布省委决定。"
        f"省委组织部负责同志出席会议并讲话，{new}、{old}同志分别作了表态发言。会议指出，这次{city}市委主要负责同志职务的"
        f"调整，是省委从全省工作大局出发，根据{city}市领导班子建设需要，通盘考虑、慎重研究决定的。"
    )


def _investigation(random: Random, number: int) -> str:  # noqa: ARG001
    name, city, town = _name(random), random.choice(CITIES), random.choice(CITIES)
    office = random.choice(["人大常委会", "政协", "住建局", "交通局", "教育局", "水利局"])
    rank = random.choice(["主任", "副主任", "局长", "副局长", "党组书记"])
    return (
        f"据{city}纪委监委消息：{town}{random.choice('市县区')}{office}原{rank}{name}涉嫌严重违纪违法，目前正接受"
        f"{city}纪委监委纪律审查和监察调查。经查，{name}身为党员领导干部，理想信念丧失，背弃初心使命，对党不忠诚、不老实，"
        "对抗组织审查；违规收受礼品礼金；在组织函询时不如实说明问题；"
        "利用职务上的便利为他人谋取利益，并非法收受巨额财物。"
    )


_WRITERS = {
    "weather": _weather,
    "stock": _stock,
    "congress": _congress,
    "exchange rate": _exchange_rate,
    "water": _water,
    "air": _air,
    "town weather": _town_weather,
    "appointment": _appointment,
    "investigation": _investigation,
}
