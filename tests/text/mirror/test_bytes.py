"""The byte model: pairs, private use, scripts, readings, and the damage itself."""

import pytest

from crawler.replica.answer import MirrorSite, damage
from crawler.text.mirror import converter, traditional
from crawler.text.mirror.restore import widen


def test_private_use_cells_are_the_published_ranges():
    """The user cells map to U+E000-U+E4C5, one to one."""
    private = [char for char in converter.characters().values() if "\ue000" <= char <= "\uf8ff"]

    assert sorted(private) == [chr(code) for code in range(0xE000, 0xE4C6)]


def test_pairs_invert_characters():
    """Every pair is found again from its character."""
    assert all(converter.pairs()[char] == pair for pair, char in converter.characters().items())


def test_script_round_trip():
    """What the mirrors convert, the way back restores, 着 included."""
    for simple, shown in traditional.traditional().items():
        assert traditional.simplified()[shown] == simple


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("成效顯著", "成效显著"),
        ("著名學者", "著名学者"),
        ("見微知著", "见微知著"),
        ("沿著河堤", "沿着河堤"),
        ("看著孩子", "看着孩子"),
        ("乾隆年間", "乾隆年间"),
        ("瞭望塔", "瞭望塔"),
    ],
)
def test_words_with_traditional_characters(shown, text):
    """著, 乾 and 瞭 stay where simplified Chinese writes them too."""
    assert traditional.to_simplified(shown) == text


def test_reading_names_the_hidden_character():
    """The first byte and the reading name one character."""
    lead = converter.pairs()["當"][1]

    assert converter.starting_with(lead, "shù") == ("數",)


@pytest.mark.parametrize(
    ("clean", "shown"),
    [
        ("当地实际", "當(dāng)?shù)貙?shí)際"),
        ("民心。”山东", "民心?！鄙綎|"),
        ("微薄，也", "微??，也"),
    ],
)
def test_damage_is_the_published_one(clean, shown):
    """The forward model shows what was observed on mirrors."""
    site = MirrorSite(annotated=98)

    damaged = damage([clean], site)[0]

    assert damaged == shown


def test_damage_is_deterministic():
    """The same site damages the same text alike; another seed does not."""
    text = ["会议强调，要统筹规划、分步实施，确保质量；要及时整改。"] * 3

    assert damage(text, MirrorSite(commas=True, seed=1)) == damage(
        text, MirrorSite(commas=True, seed=1)
    )
    assert damage(text, MirrorSite(commas=True, seed=1)) != damage(
        text, MirrorSite(commas=True, seed=2)
    )


def test_iconv_keeps_what_mbstring_eats():
    """The other decoder skips a lead byte that does not fit and keeps the bracket."""
    shown = damage(["符合当地的"], MirrorSite(annotated=98, decoder="iconv"))[0]

    assert "(shù)" in shown
    assert "?" not in shown


def test_widening_keeps_the_length():
    """Widening replaces characters one by one, beside hanzi only."""
    text = "说:好!(真的)see: http://x/,1,200"

    wide, count = widen(text)

    assert wide == "说：好！（真的）see: http://x/,1,200"
    assert count == 4
    assert len(wide) == len(text)
