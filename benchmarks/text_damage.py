"""What happens to a text on its way from one site to another, as functions with a name.

Each takes the text, a source of chance, and other texts to borrow from; paragraphs are lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random

from crawler.replica.answer import MirrorSite
from crawler.replica.answer import damage as through_mirror

Damage = Callable[[str, Random, Sequence[str]], str]

FOOTER = (
    "相关阅读：我市召开重点工作推进会；三条公交线路明起调整；老街新生记。本网声明：凡注明来源的稿件，版权均属原作者，"
    "转载请注明出处。网友评论仅供表达个人看法。友情链接 关于我们 联系方式 网站地图 招聘信息 版权所有 备案号 12345678 号"
)


def edit(share: float, text: str, random: Random, others: Sequence[str]) -> str:
    """Replace, drop or insert single characters, ``share`` of them in all."""
    pool = random.choice(others)
    out = []
    for letter in text:
        if letter == "\n" or random.random() >= share:
            out.append(letter)
            continue
        other = random.choice(pool)
        out.append(random.choice(("", other, other, letter + other)))
    return "".join(out)


def drop_paragraphs(share: float, text: str, random: Random, others: Sequence[str]) -> str:  # noqa: ARG001
    """Leave out ``share`` of the paragraphs, of the sentences if there is but one."""
    parts, joint = _parts(text)
    keep = max(1, round(len(parts) * (1 - share)))
    return joint.join(parts[i] for i in sorted(random.sample(range(len(parts)), keep)))


def add_paragraphs(share: float, text: str, random: Random, others: Sequence[str]) -> str:
    """Put in paragraphs of another text, ``share`` of the length."""
    parts, joint = _parts(text)
    wanted = share * len(text)
    while wanted > 0:
        part = random.choice(random.choice(others).split(joint))[: round(wanted)]
        parts.insert(random.randint(0, len(parts)), part)
        wanted -= max(len(part), 20)
    return joint.join(parts)


def replace_sentences(share: float, text: str, random: Random, others: Sequence[str]) -> str:
    """Write ``share`` of the sentences anew."""
    parts = text.split("。")
    return "。".join(
        random.choice(random.choice(others).split("。"))[: 2 * len(part)]
        if random.random() < share
        else part
        for part in parts
    )


def half(text: str, random: Random, others: Sequence[str]) -> str:  # noqa: ARG001
    """Keep one half: the first, the last or the middle one."""
    start = random.choice((0, len(text) // 4, len(text) // 2))
    return text[start : start + (len(text) + 1) // 2]


def junk(text: str, random: Random, others: Sequence[str]) -> str:
    """Surround the text with as much again of menus, teasers and notices."""
    pieces = [p for other in random.sample(list(others), 12) for p in other.split("，")]
    random.shuffle(pieces)
    around, length = [], 0
    while length < len(text) and pieces:
        around.append(pieces.pop()[:24])
        length += len(around[-1])
    cut = random.randint(0, len(around))
    return " ".join(around[:cut]) + f"\n{text}\n" + " ".join(around[cut:]) + FOOTER


def mirror(text: str, random: Random, others: Sequence[str]) -> str:  # noqa: ARG001
    """Send the text through a garbling mirror of one kind or another."""
    site = MirrorSite(
        commas=random.random() < 0.5,
        keep_private=random.random() < 0.5,
        flatten=random.random() < 0.5,
        annotated=random.randint(20, 60),
        decoder=random.choice(("mbstring", "iconv")),
        seed=random.randrange(10**6),
    )
    return "\n".join(through_mirror(text.split("\n"), site))


def mirror_page(text: str, random: Random, others: Sequence[str]) -> str:
    """The same, with the mirror's own menus and notices around it."""
    return mirror(f"{random.choice(others)[:100]}\n{text}\n{FOOTER}", random, others)


def both(first: Damage, second: Damage, text: str, random: Random, others: Sequence[str]) -> str:
    """Do one after the other."""
    return second(first(text, random, others), random, others)


def _parts(text: str) -> tuple[list[str], str]:
    joint = "\n" if text.count("\n") > 2 else "。"
    return [part for part in text.split(joint) if part], joint


KINDS: dict[str, Damage] = {
    "1 % of characters edited": partial(edit, 0.01),
    "5 % edited": partial(edit, 0.05),
    "10 % edited": partial(edit, 0.10),
    "30 % of paragraphs dropped": partial(drop_paragraphs, 0.3),
    "50 % dropped": partial(drop_paragraphs, 0.5),
    "30 % of text added": partial(add_paragraphs, 0.3),
    "50 % added": partial(add_paragraphs, 0.5),
    "half of the text": half,
    "as much junk around it": junk,
    "garbled by a mirror": mirror,
    "garbled, with menus": mirror_page,
}
"""What a copy must survive."""

HARDER: dict[str, Damage] = {
    "10 % of sentences replaced": partial(replace_sentences, 0.1),
    "30 % of sentences replaced": partial(replace_sentences, 0.3),
    "half, 5 % edited": partial(both, half, partial(edit, 0.05)),
    "half, garbled": partial(both, half, mirror),
    "junk, 10 % edited": partial(both, junk, partial(edit, 0.10)),
    "20 % edited": partial(edit, 0.20),
}
"""Two damages at once, and more than is promised."""
