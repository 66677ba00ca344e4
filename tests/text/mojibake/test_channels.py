"""Every channel of the table is undone, and nothing that it lost is invented without a doubt."""

from __future__ import annotations

import difflib

import pytest

from crawler.text import repair
from crawler.text.chinese.script import to_traditional
from crawler.text.mojibake.channels import CHANNELS, sample
from crawler.text.mojibake.unread import is_unlikely

SENTENCE = "记者从省农业厅获悉，今年全省新建了一百二十处便民服务中心。"
LATIN = ("latin-1", "gbk")  # a channel of letters, not of sentences


def of(channel):
    return to_traditional(SENTENCE) if channel.real == "big5hkscs" else SENTENCE


def name(channel):
    return "-".join((channel.rule, channel.shown, channel.reader, *channel.ways))


def wrong_places(clean, got):
    blocks = difflib.SequenceMatcher(None, clean, got, autojunk=False).get_matching_blocks()
    right = {i for block in blocks for i in range(block.b, block.b + block.size)}
    return set(range(len(got))) - right


@pytest.mark.parametrize("channel", [c for c in CHANNELS if c.is_lossless], ids=name)
def test_lossless_channel_is_undone_to_the_last_character(channel):
    """Where every byte came through, the sentence comes back, and no place of it is in doubt."""
    repaired = repair(channel.forward(of(channel)))

    assert repaired.text == of(channel)
    assert not repaired.doubts


@pytest.mark.parametrize(
    "channel",
    [c for c in CHANNELS if not c.is_lossless and (c.real, c.shown) != LATIN],
    ids=name,
)
def test_lossy_channel_never_invents_without_a_doubt(channel):
    """A character that is not the original's is in doubt, or the text was left as it was."""
    garbled = channel.forward(of(channel))

    repaired = repair(garbled)

    doubtful = {i for doubt in repaired.doubts for i in range(doubt.start, doubt.end)}
    is_left = repaired.text == garbled
    assert is_left or wrong_places(of(channel), repaired.text) <= doubtful


@pytest.mark.parametrize("channel", CHANNELS, ids=name)
def test_channel_has_a_sample_that_it_damages(channel):
    """A row is proved by a text that it changes."""
    damaged, clean = sample(channel.real, channel.shown)

    assert damaged != clean


def test_text_garbled_twice_with_question_marks_is_never_taken_for_clean():
    """What nothing can undo is announced, whatever it was."""
    twice = SENTENCE
    for _ in range(2):
        twice = twice.encode().decode("gbk", "replace").replace("\ufffd", "?")

    assert is_unlikely(twice)
    assert repair(twice).damage
