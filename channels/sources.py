"""Sources as people read them: an answer in, its sentences with source numbers and the numbered list out. Pure.

A source keeps its number in every channel, so "[2]" on the phone and "[2]" on the page are the same provision.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from channels.words import say
from knowledge_base.model import Language, Value
from retrieval.model import Answer, Citation

_MARKS = re.compile(r"(.*?)((?:\s*\[\d{1,3}\])*)", re.DOTALL)
_NUMBER = re.compile(r"\d+")

ShortName = Callable[[str, Language], str]
"""Instrument id and language → the short title people know it by."""


class NumberedSource(Value):
    """One provision of the list. ``path`` is its page on this site, ``url`` the official text where one is known."""

    number: int
    instrument: str
    anchor: str
    label: str
    path: str
    url: str | None
    quote: str
    text_kind: str
    note: str | None


class Marked(Value):
    """One sentence and the numbers of its sources."""

    text: str
    says: str | None
    numbers: tuple[int, ...]


def number(answer: Answer, short: ShortName) -> tuple[tuple[Marked, ...], tuple[NumberedSource, ...]]:
    """Numbers the cited provisions in the order in which they first appear, each once."""
    found: dict[tuple[str, str], NumberedSource] = {}
    sentences = []
    for sentence in answer.sentences:
        numbers = []
        for citation in sentence.citations:
            key = (citation.instrument, citation.anchor)
            if key not in found:
                found[key] = _source(citation, len(found) + 1, answer.language, short)
            if found[key].number not in numbers:
                numbers.append(found[key].number)
        sentences.append(Marked(text=sentence.text, says=sentence.says, numbers=tuple(numbers)))
    return tuple(sentences), tuple(found.values())


def marked(answer: Answer, short: ShortName) -> str:
    """The sentences as lines with their source numbers, as the bot writes them."""
    sentences, _ = number(answer, short)
    return "\n".join(f"{one.text} {''.join(f'[{at}]' for at in one.numbers)}".rstrip() for one in sentences)


class Line(Value):
    """One line of a reply, without the source numbers that stood at its end."""

    text: str
    numbers: tuple[int, ...] = ()


def lines(text: str) -> tuple[Line, ...]:
    """The lines of a reply's text; an empty one is a pause between paragraphs."""
    found = []
    for line in text.split("\n"):
        words, marks = _MARKS.fullmatch(line.strip()).groups()  # type: ignore[union-attr]  # matches every line
        found.append(Line(text=words, numbers=tuple(int(digits) for digits in _NUMBER.findall(marks))))
    return tuple(found)


def provision_path(instrument: str, anchor: str, language: Language) -> str:
    return f"/p/{instrument}/{anchor}?lang={language.value}"


def _source(citation: Citation, at: int, language: Language, short: ShortName) -> NumberedSource:
    return NumberedSource(
        number=at, instrument=citation.instrument, anchor=citation.anchor,
        label=f"{citation.label}, {short(citation.instrument, language)}",
        path=provision_path(citation.instrument, citation.anchor, language), url=citation.url,
        quote=citation.quote, text_kind=citation.text_kind,
        note=None if citation.verification == "text" else say(citation.verification, language),
    )
