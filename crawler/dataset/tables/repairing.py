"""Repair the texts of a table's rows, on one core or on several; the rows stay in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from crawler.dataset.tables.chunks import BadRow, Chunk
from crawler.dataset.tables.writing import REPAIR
from crawler.text.mojibake.document import repair_documents
from crawler.text.mojibake.result import Repaired, as_record

_WAITING: Final = 3  # chunks for each process, so that none is idle and memory is bounded


@dataclass(frozen=True, slots=True)
class Repairer:
    """How rows are repaired.

    Attributes:
        fields: Names of the columns; each holds a text, a list of paragraphs, or nothing.
        processes: How many work at the same time.
    """

    fields: tuple[str, ...]
    processes: int = 1

    def repaired(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Each chunk with its rows repaired, in order.

        A row whose fields are no text stays as it is and is followed by its :class:`BadRow`,
        which has no bytes: it is to be named, not written.
        """
        if self.processes == 1:
            yield from map(self._chunk, chunks)
            return
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.processes, mp_context=context) as pool:
            waiting: deque[tuple[Chunk, Future[list[Any]]]] = deque()
            for chunk in chunks:
                waiting.append((chunk, pool.submit(self._rows, chunk.rows)))
                if len(waiting) >= _WAITING * self.processes:
                    yield _done(*waiting.popleft())
            while waiting:
                yield _done(*waiting.popleft())

    def _chunk(self, chunk: Chunk) -> Chunk:
        return replace(chunk, rows=self._rows(chunk.rows))

    def _rows(self, rows: list[tuple[int, dict[str, Any]] | BadRow]) -> list[Any]:
        done: list[tuple[int, dict[str, Any]] | BadRow] = []
        for row in rows:
            if isinstance(row, BadRow):
                done.append(row)
                continue
            number, values = row
            problem = self._problem(values)
            if problem:
                done += [row, BadRow(number, problem)]
            else:
                done.append((number, self._row(values)))
        return done

    def _problem(self, values: dict[str, Any]) -> str | None:
        for name in self.fields:
            if name not in values:
                return f"there is no {name!r}"
            value = values[name]
            if isinstance(value, list) and all(isinstance(part, str) for part in value):
                continue
            if value is not None and not isinstance(value, str):
                return f"{name!r} is no text"
        return None

    def _row(self, values: dict[str, Any]) -> dict[str, Any]:
        """The row with its texts repaired as one document, and what was done in ``repair``."""
        texts: list[str] = []
        for name in self.fields:
            value = values[name]
            texts += value if isinstance(value, list) else [value or ""]
        answers = iter(repair_documents(texts))
        done: dict[str, Any] = {}
        new = dict(values)
        for name in self.fields:
            value = values[name]
            parts = [next(answers) for _ in (value if isinstance(value, list) else [value])]
            if value is not None:
                new[name] = (
                    [part.text for part in parts] if isinstance(value, list) else parts[0].text
                )
            if news := _news(parts, numbered=isinstance(value, list)):
                done[name] = news
        new[REPAIR] = done or values.get(REPAIR)  # what an earlier repair did stays told
        return new


def _news(parts: list[Repaired], *, numbered: bool) -> Any:
    """What was done to a text, or to which of its paragraphs; ``None`` if nothing was."""
    if numbered:
        return [
            {"paragraph": number, **as_record(part)}
            for number, part in enumerate(parts)
            if _has_news(part)
        ] or None
    return as_record(parts[0]) if _has_news(parts[0]) else None


def _has_news(part: Repaired) -> bool:
    return bool(part.repairs or part.doubts or part.damage or part.hopeless)


def _done(chunk: Chunk, future: Future[list[Any]]) -> Chunk:
    return replace(chunk, rows=future.result())
