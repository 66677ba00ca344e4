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

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

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

# ASCII, Latin-1, general and CJK punctuation, full-width forms; second halves of surrogate pairs.
_NOT_COUNTED: Final = (
    (0, 0xBF), (0x2010, 0x2044), (0x3000, 0x301F), (0xDC00, 0xDFFF), (0xFF00, 0xFF65), (0xFFE0, 0xFFE6)
)  # fmt: skip

# What is told of a character, each in a bit of its kind.
_COUNTED, _IS_FREQUENT, _IN_GB2312, _IN_BIG5, _IS_LOST = (1 << bit for bit in range(5))
# Row by row, which bits the kinds have: to add up how many characters have each.
_BITS: Final = np.array([[kind >> bit & 1 for bit in range(5)] for kind in range(32)])


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
    """Measure how far ``text`` reads as Chinese of either script; about 15 µs for 1,000 hanzi.

    >>> measure("人民日报记者").weight > 1.5 > measure("浜烘皯鏃ユ姤璁拌€").weight
    True
    """
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    kinds = np.bincount(_kinds()[units], minlength=len(_BITS))
    counted, frequent, *ordinary, bad = (kinds @ _BITS).tolist()
    if not counted:
        return NOTHING
    return Shares(
        characters=counted,
        frequent=frequent / counted,
        ordinary=max(ordinary) / counted,
        bad=bad / counted,
    )


@cache
def _kinds() -> NDArray[np.uint8]:
    """Make the table of kinds, by UTF-16 code unit: one look for all that is asked of a text."""
    kinds = np.full(1 << 16, _COUNTED, np.uint8)
    for bit, characters in (
        (_IS_FREQUENT, FREQUENT),
        (_IN_GB2312, _coded("gb2312", GB2312_LEVEL_1)),
        (_IN_BIG5, _coded("big5", BIG5_LEVEL_1)),
        (_IS_LOST, LOST),
    ):
        kinds[[ord(character) for character in set(characters)]] |= bit
    for first, last in _NOT_COUNTED:
        kinds[first : last + 1] = 0
    return kinds


def _coded(codec: str, leads: range) -> str:
    """The characters whose code in ``codec`` begins with one of ``leads``."""
    codes = (bytes((lead, trail)) for lead in leads for trail in range(0x40, 0xFF))
    return "".join(code.decode(codec, "ignore") for code in codes)
