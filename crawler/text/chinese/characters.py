"""Does this text read as Chinese? Shares of frequent and of ordinary characters, at C speed.

Any bytes can be read in GB18030 or Big5; the wrong reading is recognised by its characters.
Two measures work together:

* *frequent*: share of the ~700 hanzi that make up most of any news text, in either script.
  Half to three quarters of real Chinese, hardly a tenth of a wrong reading. It also tells
  Korean and Japanese apart, whose bytes fall on common, but not on frequent, hanzi.
* *ordinary*: share of level-1 hanzi (GB 2312's 3,755 or Big5's 5,401, whichever fits better).
  It carries short texts: a name is ordinary, but not frequent.

Marks of punctuation and ASCII count nowhere: all East Asian codecs share their places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from crawler.text.tables import BIG5_LEVEL_1, GB2312_LEVEL_1, LOST

# From the most frequent characters of modern Chinese, plus the words of regional news:
# province, county, party committee, reporter, photo, channel ... Then those that differ in
# traditional script. Order means nothing.
FREQUENT: Final = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情"
    "明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给"
    "世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太"
    "量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
    "完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔省县乡镇村街委局厅党副席署议"
    "精召落贯彻推改革创济企项投服群众网编辑责讯摄影图片源版频首页闻视专留言板办案检察农振兴旅游医疗卫疫健康育校孩环境护态绿习"
    "近志示干组织宣纪律监督范智字息技消费商贸铁速城广花园青岛京江苏浙川湖河陕福徽辽宁吉林黑龙蒙古疆藏夏甘肃云贵州港澳台湾津庆"
    "六七八九零百千亿元米吨"
    "這個們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問並應戰頭體見產話內給門兒東聲員論處義"
    "幾認條氣題爾別變總電數報結務場計資許統區隊決馬書則聽卻達強難權設記類據邊張該規萬覺術領確傳師觀讓識帶導爭運筆縣鄉鎮廳黨議"
    "貫徹創濟項眾網編輯責訊攝圖頻頁聞視專辦檢農興遊醫療衛環護態綠習幹組織紀監範費貿鐵廣園島蘇陝遼寧龍肅雲貴臺灣慶億噸係準隻製"
    "衝鬥誌週複乾併纔啟鐘"
)

# ASCII, Latin-1, general and CJK punctuation, full-width forms.
_NOT_COUNTED = re.compile("[\0-\xbf\u2010-\u2044\u3000-\u301f\uff00-\uff65\uffe0-\uffe6]+")
_FREQUENT_RUNS = re.compile(f"[{FREQUENT}]+")

# The codecs are the fastest character classes there are: encode, keep the lead bytes, count.
_GB2312_LEVEL_1 = bytes(GB2312_LEVEL_1)
_BIG5_LEVEL_1 = bytes(BIG5_LEVEL_1)


@dataclass(frozen=True, slots=True)
class Shares:
    """How a text reads, as shares of its characters that are neither ASCII nor punctuation.

    Attributes:
        characters: How many were counted.
        frequent: Share of frequent hanzi, 0 to 1.
        ordinary: Share of level-1 hanzi of one script, 0 to 1.
        bad: Share of U+FFFD, 0 to 1.
    """

    characters: int
    frequent: float
    ordinary: float
    bad: float

    @property
    def weight(self) -> float:
        """-2 to 3: news text 1.5 and more, foreign or wrong readings 1.3 and less."""
        return self.ordinary + 2 * self.frequent - 2 * self.bad


NOTHING: Final = Shares(0, 0.0, 0.0, 0.0)
"""The reading of a text without a character to count."""


def measure(text: str) -> Shares:
    """Measure how far ``text`` reads as Chinese of either script; about 40 µs for 1,000 hanzi.

    >>> measure("人民日报记者").weight > 1.5 > measure("浜烘皯鏃ユ姤璁拌€").weight
    True
    """
    text = _NOT_COUNTED.sub("", text)
    if not text:
        return NOTHING
    return Shares(
        characters=len(text),
        frequent=1 - len(_FREQUENT_RUNS.sub("", text)) / len(text),
        ordinary=max(
            _level_1(text, "gb2312", _GB2312_LEVEL_1), _level_1(text, "big5", _BIG5_LEVEL_1)
        )
        / len(text),
        bad=text.count(LOST) / len(text),
    )


def _level_1(text: str, codec: str, leads: bytes) -> int:
    """Count the characters whose code in ``codec`` begins with one of ``leads``."""
    found = text.encode(codec, "ignore")[::2]  # without ASCII, every code is two bytes long
    return len(found) - len(found.translate(None, leads))
