"""What is stored of a text in order to find its copies."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.sketch import KEY_BITS, KEYS, MIN_LENGTH, SKETCH_VERSION, sketch

GOLDEN_DIGEST = "22a3d37551bbd342e1f49b85888d2d56"
GOLDEN_KEYS = (
    306950629,
    235978104,
    301689894,
    245133033,
    1072270483,
    765043892,
    274379941,
    928771580,
    410290674,
    951301715,
    395467394,
    804020484,
    606079366,
    220540215,
    535795717,
    189338675,
)

HAN = "".join(chr(0x4E00 + 37 * i) for i in range(500))


def invented(seed: int, length: int = 400) -> str:
    random = Random(seed)
    return "".join(random.choice(HAN) for _ in range(length))


def test_sketch_is_frozen():
    """The numbers that are stored in databases never change under one version."""
    text = "人民网临河3月25日电 三条旧巷完成改造，重新向居民开放。" * 2 + "".join(
        f"第{number}段讲的是第{number * 7}号院" for number in range(20)
    )

    summary = sketch(text)

    assert SKETCH_VERSION == "c1-k8-n16-h1"
    assert summary.exact.hex() == GOLDEN_DIGEST
    assert summary.keys == GOLDEN_KEYS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("人民网济南3月25日电", "人民網濟南３月２５日電"),
        ("全省 发展，大局。", "全省發展大局"),
        ("hello world", "hello\n  world"),
    ],
)
def test_same_text_has_the_same_digest(one, other):
    """Script, width, punctuation and space make no other text."""
    assert sketch(one).exact == sketch(other).exact


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello", "World"),
        ("3月25日 서울에서 열렸다", "3月25日 부산에서 열렸다"),
        ("济南讯", "青岛讯"),
        ("你好 2024", "你好 2025"),
    ],
)
def test_other_text_has_another_digest(one, other):
    """Texts with little Han in them are told apart by their other letters."""
    assert sketch(one).exact != sketch(other).exact


@pytest.mark.parametrize("text", ["", " \n\u3000", "……！？", "()"])
def test_text_without_letters_has_no_digest(text):
    """Nothing is nobody's copy: its digest is empty."""
    assert sketch(text).exact == b""


def test_short_text_has_no_keys():
    """Under 100 canonical characters a text has no keys, from there on it has sixteen."""
    text = invented(1)

    assert sketch(text[: MIN_LENGTH - 1]).keys == ()
    assert len(sketch(text[:MIN_LENGTH]).keys) == KEYS


def test_keys_do_not_depend_on_order():
    """Two halves put the other way round keep nearly all keys."""
    text = invented(2)
    swapped = text[200:] + text[:200]

    assert len(set(sketch(text).keys) & set(sketch(swapped).keys)) >= KEYS - 3


def test_keys_use_all_their_bits():
    """Keys are spread over the whole range, though they come from the smallest hashes."""
    keys = [key for seed in range(40) for key in sketch(invented(seed)).keys]

    assert max(keys) > 0.9 * 2**KEY_BITS
    assert 0.4 < sum(key > 2 ** (KEY_BITS - 1) for key in keys) / len(keys) < 0.6


def test_text_of_one_refrain_has_few_keys():
    """A text that repeats itself has as many keys as it has different shingles."""
    assert len(sketch("万里长江" * 500).keys) == 4


@given(st.text(max_size=400))
def test_any_text_has_a_sketch(text):
    """No text raises; keys are different and fit their bits."""
    summary = sketch(text)

    assert len(summary.exact) in (0, 16)
    assert len(set(summary.keys)) == len(summary.keys) <= KEYS
    assert all(0 <= key < 2**KEY_BITS for key in summary.keys)
