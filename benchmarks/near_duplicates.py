"""How well and how fast copies are found: ``python benchmarks/near_duplicates.py``.

Prints copies found and wrongly found by kind of damage; the same for the pages of one mirror, which all
have its menus; articles of one mould that are wrongly merged; and the time of each step beside other
libraries, where they are installed (``pip install datasketch scipy rensa simhash``).

The texts are the invented articles of the stand-in site. ``--texts FILE`` takes others: JSON lines with a
"text", one article each. Another ``--seed`` is another draw of articles, damages and moulds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import near_duplicates_time
import template_articles
import text_damage

from crawler.dedup.lines import Index
from crawler.dedup.sketch import MIN_LENGTH
from crawler.replica.addresses import SitePlan
from crawler.replica.story import write
from crawler.site.channels import load
from crawler.text.chinese.script import canonical

TEMPLATES = 300  # of each mould


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--queries", type=int, default=300, help="copies of each kind of damage")
    parser.add_argument("--texts", type=Path, help='JSON lines with a "text" each')
    options = parser.parse_args()

    texts = _texts(options)
    print(f"{len(texts)} articles of at least {MIN_LENGTH} characters, seed {options.seed}\n")
    _quality(texts, options)
    _one_site(texts, options)
    _moulds(options.seed)
    near_duplicates_time.table(texts)


def _texts(options: argparse.Namespace) -> list[str]:
    if options.texts:
        lines = options.texts.read_text("utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        Random(options.seed).shuffle(texts)
    else:
        texts = _invented(options.articles, options.seed)
    return [text for text in texts if len(canonical(text)) >= MIN_LENGTH][: options.articles]


def _invented(count: int, seed: int) -> list[str]:
    channels = tuple(load().values())
    plan = SitePlan(articles=count, seed=seed, channels=channels, plain=True)
    stories = (write(entry, seed) for entry in plan.entries())
    return ["\n".join(story.truth.paragraphs) for story in stories]


def _quality(texts: Sequence[str], options: argparse.Namespace) -> None:
    index = Index()
    matches = [index.add(text) for text in texts]
    roots = [match.number if match else number for number, match in enumerate(matches)]
    alike = sum(match is not None for match in matches)
    print(f"of the articles themselves, {alike} are called copies of another\n")
    print(f"{'damage':30} {'copies':>6} {'found':>6} {'wrong':>6} {'recall':>7} {'precision':>9}")
    for title, kinds in (("all of these", text_damage.KINDS), ("all", text_damage.HARDER)):
        _by_damage(index, texts, roots, (title, kinds), options)


def _by_damage(
    index: Index,
    texts: Sequence[str],
    roots: Sequence[int],
    section: tuple[str, Mapping[str, text_damage.Damage]],
    options: argparse.Namespace,
) -> None:
    title, kinds = section
    total = [0, 0, 0]
    for kind, damage in kinds.items():
        random = Random(f"{options.seed} {kind}")
        counts = [0, 0, 0]
        for number in random.sample(range(len(texts)), min(options.queries, len(texts))):
            copy = damage(texts[number], random, texts)
            if len(canonical(copy)) < MIN_LENGTH:
                continue  # another rule's business
            match = index.find(copy)
            right = match is not None and roots[match.number] == roots[number]
            counts = [
                counts[0] + 1,
                counts[1] + right,
                counts[2] + (match is not None and not right),
            ]
        _row(kind, counts)
        total = [a + b for a, b in zip(total, counts, strict=True)]
    _row(title, total)
    print()


def _one_site(texts: Sequence[str], options: argparse.Namespace) -> None:
    """Add the pages of one mirror one after the other: each an article and the same menus."""
    index = Index()
    for text in texts:
        index.add(text)
    random = Random(f"{options.seed} one site")
    chosen = random.sample(range(len(texts)), min(options.queries, len(texts)))
    counts = [0, 0, 0]
    for number in chosen:
        match = index.add(text_damage.mirror_page(texts[number], random, texts[:1]))
        right = match is not None and match.number == number
        counts = [counts[0] + 1, counts[1] + right, counts[2] + (match is not None and not right)]
    _row("pages of one mirror", counts)
    print()


def _row(name: str, counts: Sequence[int]) -> None:
    copies, found, wrong = counts
    precision = found / max(1, found + wrong)
    print(f"{name:30} {copies:6} {found:6} {wrong:6} {found / copies:7.3f} {precision:9.4f}")


def _moulds(seed: int) -> None:
    print(f"{'articles of one mould':30} {'number':>6} {'merged':>6}")
    for kind in template_articles.KINDS + template_articles.NOTICES:
        index = Index()
        articles = template_articles.articles(kind, TEMPLATES, seed)
        merged = sum(index.add(text) is not None for text in articles)
        print(f"{kind:30} {len(articles):6} {merged:6}")
    print()


if __name__ == "__main__":
    main()
