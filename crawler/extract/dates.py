"""When an article was published, to the minute, in the site's own time zone.

A page prints the time in many forms, often two times on one line; ``<meta>`` may name it in
another zone; the address tells the day alone. What was told, and by what, is kept with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from crawler.clock import SHANGHAI

Precision = Literal["minute", "day"]
Kind = Literal["published", "changed", "unsaid"]
ToldBy = Literal["stamp", "meta", "address"]

# 2026年02月12日09:05 · 2026-02-12 09:05:33 · 2026/2/12 9时5分 · 2026年2月12日 星期四 下午3:05 ·
# 2026-02-12T01:05:00.000Z. Every part is bounded.
_STAMP = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s?[年./-]\s?(?P<month>\d{1,2})\s?[月./-]\s?(?P<day>\d{1,2})(?!\d)\s?日?"
    r"(?:(?P<between>[\s\u3000\xa0T|,，]{0,4}(?:[(（]?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天][)）]?[\s\u3000\xa0]{0,3})?)"
    r"(?P<half>上午|正午|早上|早晨|清晨|凌晨|中午|下午|傍晚|晚上?|夜间|夜間|AM|PM|am|pm)?[\s\u3000\xa0]?"
    r"(?P<hour>\d{1,2})\s?(?:[:：]\s?(?P<minute>\d{1,2})|[时時点點](?:\s?(?P<past>\d{1,2})(?=\s?分)|\s?(?P<bare>\d{2})(?!\d))?)"
    r"(?:\s?分)?(?:[:：]?\d{2}(?:\.\d{1,9})?(?!\d)秒?)?"
    r"(?:\s?(?P<late>AM|PM|am|pm)(?![a-z]))?"
    r"(?:\s?(?P<zone>Z|UTC|GMT|[+-](?:0\d|1[0-4]):?[0-5]\d)(?![\d:-]))?)?"
)
# 二〇二六年二月十二日, 九时五分, 20260212, 20260212090533: tried where no time is read otherwise.
_WRITTEN_OTHERWISE = re.compile(r"\d{8}|[〇○零一二三四五六七八九]{4}年|[A-Z][a-z]{2}")
_TENS = "[一二三四五六七八九十]{1,3}"
_IN_HANZI = re.compile(
    rf"[一二][〇○零一二三四五六七八九]{{3}}年{_TENS}月{_TENS}日|{_TENS}[时時点點](?:{_TENS}分)?"
)
_HANZI_NUMBER = re.compile("[〇○零一二三四五六七八九十]{1,4}")
_HANZI_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_RUN_TOGETHER = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:([01]\d|2[0-3])([0-5]\d)(?:[0-5]\d)?)?(?!\d)"
)
# Thu, 12 Feb 2026 01:05:00 GMT · Feb 12, 2026 09:05 · Thu Feb 12 09:05:33 CST 2026 (China's).
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_CLOCK = r"(?P<clock>\d{1,2}:\d\d)(?::\d\d)?"
_ENGLISH = (
    re.compile(
        rf"(?P<day>\d{{1,2}})\s{_MONTH}\s(?P<year>\d{{4}})"
        rf"(?:,?\s{_CLOCK}(?:\s(?P<zone>GMT|UTC|[+-]\d{{4}}))?)?"
    ),
    re.compile(rf"{_MONTH}\s(?P<day>\d{{1,2}}),?\s(?P<year>\d{{4}})(?:,?\s{_CLOCK})?"),
    re.compile(rf"{_MONTH}\s(?P<day>\d{{1,2}})\s{_CLOCK}\s(?:CST\s)?(?P<year>\d{{4}})"),
)
_AFTERNOON = frozenset({"下午", "傍晚", "晚", "晚上", "夜间", "夜間", "PM", "pm"})
_NOON_AT_NIGHT = frozenset({"凌晨", "AM", "am"})

# What a time on a line is the time of. Before it: 更新时间：…; behind it: … 更新.
_WHEN = r"(?:时间|時間|日期|于|於)?[\s\u3000\xa0:：]{0,3}"
_CHANGED = re.compile(rf"(?:更新|修改|更正|编辑|編輯|刷新)(?:时间|時間)?{_WHEN}$")
_PUBLISHED = re.compile(rf"(?:发布|發布|發佈|发表|發表|刊发|刊發|发稿|發稿|上线|首发|首發){_WHEN}$")
_CHANGED_AFTER = re.compile(r"[\s\u3000(（]{0,3}(?:更新|修改|更正)(?!时|時|日|于|於|[:：])")
_PUBLISHED_AFTER = re.compile(
    r"[\s\u3000(（]{0,3}(?:发布|發布|發佈|发表|發表)(?!时|時|日|于|於|[:：])"
)
_LABEL_ROOM = 14

_WIDE = str.maketrans("０１２３４５６７８９：－／．", "0123456789:-/.")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of time that a page tells.

    Attributes:
        at: At +08:00; a day without a time of day is its first minute.
        precision: ``day`` where no time of day was told; a full hour (``16时``) is its minute 0.
        told_by: Where it was told.
        kind: What it is the time of, where the line says so.
    """

    at: datetime
    precision: Precision
    told_by: ToldBy = "stamp"
    kind: Kind = "unsaid"

    def told(self, where: ToldBy) -> Moment:
        """Return this moment as told by another part of the page."""
        return replace(self, told_by=where)


def read_moment(text: str) -> Moment | None:
    """Return the point of time that ``text`` names as that of publication.

    Of several, one that is said to be of publication counts before one without a word, and that
    before the time of a change; of equals one with a time of day, then the first.

    >>> read_moment("更新时间：2026年10月06日10:00 发布时间：2026年10月04日08:23").at.isoformat()
    '2026-10-04T08:23:00+08:00'
    >>> moment = read_moment("2026年2月12日 星期四 下午3时"); moment.at.hour, moment.precision
    (15, 'minute')
    >>> read_moment("二〇二六年二月十二日").at.date().isoformat()
    '2026-02-12'
    """
    text = text.translate(_WIDE)
    told = best_of(_moments(text))
    if told is None and _WRITTEN_OTHERWISE.search(text):
        told = best_of(_moments(_in_usual_digits(text)))
    return told


def best_of(moments: Iterable[Moment]) -> Moment | None:
    """Return the moment of publication among several, as :func:`read_moment` does."""
    order = ("published", "unsaid", "changed")
    return min(
        moments,
        key=lambda moment: (order.index(moment.kind), moment.precision == "day"),
        default=None,
    )


def read_time(text: str) -> datetime | None:
    """Return the point of time that ``text`` names as that of publication, at +08:00.

    A day without a time of day is its first minute, 00:00: the only form in which a day can stand
    in a field of minutes.

    >>> read_time("来源:人民网-图片频道  2021年03月26日08:41").isoformat()
    '2021-03-26T08:41:00+08:00'
    >>> read_time("2026-10-03T16:23:00Z").isoformat()
    '2026-10-04T00:23:00+08:00'
    >>> read_time("2021-02-31 08:41") is None
    True
    """
    moment = read_moment(text)
    return moment.at if moment else None


def without_time(text: str) -> str:
    """Return ``text`` with a separator in place of each point of time."""
    return _STAMP.sub(" | ", text)


def _moments(text: str) -> Iterator[Moment]:
    end = 0
    for match in _STAMP.finditer(text):
        before = text[max(end, match.start() - _LABEL_ROOM) : match.start()]
        moment, end = _moment(match), match.end()
        kind: Kind = "unsaid"
        if _CHANGED.search(before):
            kind = "changed"
        elif _PUBLISHED.search(before):
            kind = "published"
        elif said := _CHANGED_AFTER.match(text, end) or _PUBLISHED_AFTER.match(text, end):
            # The word is this time's, and not the next one's.
            kind, end = "changed" if said.re is _CHANGED_AFTER else "published", said.end()
        if moment is not None:
            yield moment if kind == "unsaid" else replace(moment, kind=kind)


def _in_usual_digits(text: str) -> str:
    """Write days in hanzi and English in digits, and part numbers of a day that are run together."""
    for form in _ENGLISH:
        text = form.sub(_in_numbers, text)
    text = _IN_HANZI.sub(lambda found: _HANZI_NUMBER.sub(_number, found[0]), text)
    return _RUN_TOGETHER.sub(
        lambda found: (
            f"{found[1]}-{found[2]}-{found[3]}" + (f" {found[4]}:{found[5]}" if found[4] else "")
        ),
        text,
    )


def _in_numbers(found: re.Match[str]) -> str:
    """Write a day of an English form, and its time, as machines do."""
    parts = found.groupdict()
    day = f"{parts['year']}-{_MONTHS.index(parts['month']) // 3 + 1}-{parts['day']}"
    return f"{day}T{parts['clock']}{parts.get('zone') or ''}" if parts["clock"] else day


def _number(found: re.Match[str]) -> str:
    """Write 二〇二六 as 2026 and 二十三 as 23."""
    before, ten, behind = found[0].partition("十")
    if not ten:
        return found[0].translate(_HANZI_DIGITS)
    return (before or "一").translate(_HANZI_DIGITS) + (behind or "〇").translate(_HANZI_DIGITS)


def _moment(match: re.Match[str]) -> Moment | None:
    """Build the moment; a day that no calendar holds is none, an impossible hour is not told."""
    try:
        day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=SHANGHAI)
    except ValueError:
        return None
    hour = _hour(match)
    minute = int(match["minute"] or match["past"] or match["bare"] or 0)
    if hour == 24 and minute == 0:
        day, hour = day + timedelta(days=1), 0  # 24:00 is the midnight that ends the day
    if hour is None or hour > 23 or minute > 59:
        return Moment(day, "day")
    at = _at_home(day.replace(hour=hour, minute=minute), match["zone"], "T" in match["between"])
    return Moment(at, "minute")


def _hour(match: re.Match[str]) -> int | None:
    if match["hour"] is None:
        return None
    hour, half = int(match["hour"]), match["half"] or match["late"]
    if half in _AFTERNOON and hour < 12:
        return hour + 12
    if half in _NOON_AT_NIGHT and hour == 12:
        return 0
    return hour + 12 if half in ("中午", "正午") and hour < 3 else hour


def _at_home(at: datetime, zone: str | None, machine: bool) -> datetime:
    """Return a time of another zone at +08:00. ``-10:00`` behind a printed time is none."""
    if zone is None or not (machine or zone[0] in "ZUG+"):
        return at
    if zone[0] in "ZUG":
        return at.replace(tzinfo=UTC).astimezone(SHANGHAI)
    ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    where = timezone(-ahead if zone[0] == "-" else ahead)
    return at.replace(tzinfo=where).astimezone(SHANGHAI)
