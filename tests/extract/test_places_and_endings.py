"""Datelines of several places, editors behind the last sentence, and brackets that sign nothing."""

from __future__ import annotations

import pytest

from crawler.extract.byline import (
    editors_texts,
    read_authors,
    read_dateline,
    without_editors_behind,
)
from crawler.extract.credits import split_credit


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("人民网北京、济南2月12日电（记者宋阿宁）春耕开始了。", "北京、济南"),
        ("新华社杭州、宁波3月5日电（记者宋阿宁、叶小满）春耕开始了。", "杭州、宁波"),
        ("人民网济南 青岛2月12日电（记者宋阿宁）春耕开始了。", "济南 青岛"),
        ("本报济南、青岛2月12日电 记者宋阿宁报道：春耕开始了。", "济南、青岛"),
        ("新华社北京—上海4月1日电（记者宋阿宁）列车开了。", "北京—上海"),
        ("人民网济南2月12日电（记者宋阿宁）春耕开始了。", "济南"),
        ("人民网北京，济南2月12日电 春耕开始了。", "北京，济南"),
        ("新华社北京2月11日、济南2月12日电 春耕开始了。", "北京、济南"),
        ("大众网 海报新闻 济南 2月12日讯 春耕开始了。", "济南"),
        ("新华社济南12日电 春耕开始了。", "济南"),
        ("人民网济南2月12日电 湖滨电子公司的春耕开始了。", "济南"),
        ("人民网济南2月12日电—湖滨电影节开幕了。", "济南"),
        ("人民网—人民日报济南2月12日电 春耕开始了。", "济南"),
        ("新华社“海星3”号2月12日电 我们启航了。", "“海星3”号"),
        ("新华社圣保罗2月12日体育专电 决赛开始了。", "圣保罗"),
    ],
)
def test_the_places_of_a_dateline_are_kept_as_printed(line, place):
    """One or several, whatever joins them."""
    found = read_dateline(line)

    assert found is not None
    assert found[0].place == place


@pytest.mark.parametrize(
    "line", ["大众网 海报新闻 济南 2月12日讯 春耕开始了。", "新华社记者、本报记者"]
)
def test_a_house_is_no_place(line):
    """A second house or a reporter in the row does not become one of the places."""
    found = read_dateline(line)

    assert found is None or "新闻" not in (found[0].place or "")


def test_a_verb_in_any_form_of_its_characters_is_nobody():
    """採訪報導 stands beside the reporter, as 采访报道 does."""
    lines = ["（本報記者 宋阿宁 採訪報導）", "（本报记者 宋阿宁 采访报道）"]

    assert [read_authors([line]) for line in lines] == [("宋阿宁",)] * 2


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("育秧棚航拍。", ("育秧棚航拍。", None)),
        ("宋阿宁航拍", (None, "宋阿宁航拍")),
        ("湖边。记者宋阿宁 航拍", ("湖边。", "记者宋阿宁 航拍")),
    ],
)
def test_a_view_from_above_is_no_photographer(line, parts):
    """Who stands before 航拍 must be somebody: a name, a role or a house."""
    assert split_credit(line) == parts


@pytest.mark.parametrize(
    ("line", "text", "editors"),
    [
        ("照片随时上传。（责编：叶小满、宋阿宁）", "照片随时上传。", "（责编：叶小满、宋阿宁）"),
        ("照片随时上传（责任编辑：叶小满）。", "照片随时上传。", "（责任编辑：叶小满）"),
        ("照片随时上传。[责编：叶小满]", "照片随时上传。", "[责编：叶小满]"),
        ("他当过编辑（责编的说法不一）。", "他当过编辑（责编的说法不一）。", ""),
        ("照片随时上传。（本文有删节）", "照片随时上传。（本文有删节）", ""),
        ("（责编：叶小满）", "（责编：叶小满）", ""),
    ],
)
def test_editors_behind_the_last_sentence_are_cut_off(line, text, editors):
    """What names nobody stays in the text; a line of editors alone is no text to cut."""
    assert without_editors_behind(line) == (text, editors)
    assert without_editors_behind(text) == (text, "") or not editors


def test_every_form_of_editors_is_found_once():
    """Lines of their own and brackets behind a text."""
    lines = ["花开了。（责编：叶小满）", "责编：宋阿宁", "花又开了。"]

    assert list(editors_texts(lines)) == ["（责编：叶小满）", "责编：宋阿宁"]
