"""The newsroom of the stand-in site: which story stands behind a number, and its printed pages.

Nothing is stored: a story is written and printed when it is asked for, always alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from crawler.replica.answer import Response, message, stamped
from crawler.replica.copies import mirrored, reprint, twin
from crawler.replica.encode import BIG5, MIRROR, Coding
from crawler.replica.faults import Faults, applied
from crawler.replica.furniture import Titled
from crawler.replica.plan import Plan
from crawler.replica.render import coding_for, design_for, print_page
from crawler.replica.spoil import spoilt
from crawler.replica.story import Story, write
from crawler.site.channels import Channel, load


class Newsroom:
    """Writes and prints the stories of a plan.

    Args:
        plan: What stands where.
        faults: What goes wrong.
    """

    def __init__(self, plan: Plan, faults: Faults) -> None:
        self.plan = plan
        self.faults = faults
        self._places = {channel.id: place for place, channel in enumerate(load().values())}
        # A crawl asks for a story's title on lists before it asks for its pages.
        self.story: Callable[[int], Story] = lru_cache(maxsize=4_096)(self._write)
        self.recommended = lru_cache(maxsize=64)(self._recommended)

    def place(self, channel: str) -> int:
        """Number a channel, for the habits that go by channel."""
        return self._places[channel]

    def design(self, story: Story) -> str:
        """Name the design in which a story is printed."""
        id_ = story.entry.channel.id
        relaunched = self.faults.at("design-changed", id_)
        return design_for(story, self.plan.clock.today, self._places[id_], relaunched=relaunched)

    def coding(self, story: Story) -> Coding:
        """Choose the charset in which a story is printed."""
        return coding_for(story, self.design(story), self._places[story.entry.channel.id])

    def printed(self, number: int, page: int, *, big5: bool, mirror: bool) -> Response:
        """Print one page of a story.

        Args:
            number: Of the story.
            page: From 1.
            big5: True for the traditional edition.
            mirror: True for the garbled copy.

        Returns:
            The page, or a 404 if the story has not so many.
        """
        story = self.story(number)
        if page > story.pages:
            return message(404, "页面没有找到")
        if mirror:
            story = mirrored(story, self.plan.seed)
        coding = MIRROR if mirror else BIG5 if big5 else self.coding(story)
        if "mojibake" in story.traits and coding not in (BIG5, MIRROR):
            printed = spoilt(story.printed, coding.codec, raw=number % 2 == 0)
            story = replace(story, printed=printed)
        others = self.recommended(story.entry.channel)
        response = print_page(story, page, self.design(story), coding, others)
        if story.entry.kind == "truncated":
            response = replace(response, body=response.body[: len(response.body) // 6])
        # Not every channel of the site names versions.
        etag = self._places[story.entry.channel.id] % 5 != 3
        return stamped(response, self._changed(story), etag=etag)

    def _recommended(self, channel: Channel) -> tuple[Titled, ...]:
        """Name the articles that every page of a channel recommends.

        They are of day 0 on any day: a recommendation that changes would change every page.
        """
        numbers = (n for n in self.plan.newest(channel, 40) if n < self.plan.base)
        entries = [entry for entry in map(self.plan.entry, numbers) if entry.kind == "article"]
        return tuple((e.url, write(e, self.plan.seed).truth.title) for e in entries[:12])

    def _changed(self, story: Story) -> datetime:
        if story.truth.revision == 1:
            return story.entry.published
        days = range(self.plan.clock.day, 0, -1)
        last = next(day for day in days if self.plan.changed_on(day) == story.entry.number)
        moment = self.plan.clock.today + timedelta(days=last)
        return datetime.combine(moment, story.entry.published.timetz())

    def _write(self, number: int) -> Story:
        entry = self.plan.entry(number)
        if entry.kind == "reprint" and entry.of is not None:
            story = reprint(self.story(entry.of), entry, self.plan.seed)
        elif entry.kind == "twin" and entry.of is not None:
            story = twin(self.story(entry.of), entry)
        else:
            story = write(entry, self.plan.seed, self.plan.revision(number))
        return applied(self.faults, story)
