"""Styled text cut to Telegram's limits: blocks of spans in, parts of HTML out. Pure.

Telegram counts UTF-16 units of the text *after* its markup is parsed, at most 4,096 in a message and at most 100
marked-up stretches. A part ends between blocks where it can, else at the end of a sentence, else between words; a
tag is closed and opened again, and a citation mark always stays with the word before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

LIMIT = 4096
ENTITIES = 100
_SENTENCE_END = re.compile(r"[.!?…]['\"»”)\]]*\s+")
_SPACE = re.compile(r"\s+")
_NOT_ALLOWED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_JOINS_BACK = re.compile(r"[\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


class Span(NamedTuple):
    """A stretch of text with one style; ``glued`` must stay on the same part as the word before it."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str | None = None
    glued: bool = False

    @property
    def html(self) -> str:
        inner = escape(self.text, quote=False)
        if self.href:
            inner = f'<a href="{escape(self.href)}">{inner}</a>'
        if self.italic:
            inner = f"<i>{inner}</i>"
        return f"<b>{inner}</b>" if self.bold else inner

    @property
    def entities(self) -> int:
        return self.bold + self.italic + bool(self.href)


class Block(NamedTuple):
    """What belongs together: a sentence with its marks, one source, a heading. ``gap``: line breaks before it."""

    spans: tuple[Span, ...]
    gap: int = 1


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, which the Bot API refuses."""
    return _NOT_ALLOWED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def parts(blocks: Sequence[Block], limit: int = LIMIT) -> tuple[str, ...]:
    """The blocks packed into as few parts as keep the rules; never an empty part."""
    done: list[str] = []
    current, used, marked = "", 0, 0
    for block in blocks:
        for piece in _pieces(_cleaned(block), limit):
            length = sum(units(span.text) for span in piece.spans)
            entities = sum(span.entities for span in piece.spans)
            if length == 0:
                continue
            gap = piece.gap if current else 0
            if current and (used + gap + length > limit or marked + entities > ENTITIES):
                done.append(current)
                current, used, marked, gap = "", 0, 0, 0
            current += "\n" * gap + "".join(span.html for span in piece.spans)
            used += gap + length
            marked += entities
    return tuple([*done, current] if current else done)


def _cleaned(block: Block) -> Block:
    spans = [span._replace(text=clean(span.text)) for span in block.spans]
    spans = [span for span in spans if span.text]
    if spans:
        spans[0] = spans[0]._replace(text=spans[0].text.lstrip())
        spans[-1] = spans[-1]._replace(text=spans[-1].text.rstrip())
    return Block(tuple(span for span in spans if span.text), block.gap)


def _pieces(block: Block, limit: int) -> list[Block]:
    found = []
    while sum(units(span.text) for span in block.spans) > limit:
        at = _cut(block.spans, limit)
        head, tail = _split_at(block.spans, at)
        found.append(_cleaned(Block(head, block.gap)))
        block = _cleaned(Block(tail, 1))
    found.append(block)
    return found


def _cut(spans: Sequence[Span], limit: int) -> int:
    """Where to cut, in characters of the joined text: the latest sentence end, else space, else character."""
    text = "".join(span.text for span in spans)
    most, used = 0, 0
    for character in text:
        used += units(character)
        if used > limit:
            break
        most += 1
    taboo = _taboo(spans, text)
    for pattern, least in ((_SENTENCE_END, most // 3), (_SPACE, 1)):
        places = [match.end() for match in pattern.finditer(text[: most + 1]) if least <= match.end() <= most]
        allowed = [place for place in places if not any(a < place < b for a, b in taboo)]
        if allowed:
            return allowed[-1]
    at = most
    while at > 1 and _JOINS_BACK.match(text[at]):
        at -= 1
    return at


def _taboo(spans: Sequence[Span], text: str) -> list[tuple[int, int]]:
    """Ranges in which no cut may fall: from the word before a glued span to the span's end."""
    ranges, at = [], 0
    for span in spans:
        if span.glued:
            word = text[:at].rstrip()
            ranges.append((max(word.rfind(" "), word.rfind("\n")) + 1, at + len(span.text)))
        at += len(span.text)
    return ranges


def _split_at(spans: Sequence[Span], at: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    head, tail, seen = [], [], 0
    for span in spans:
        cut = min(max(at - seen, 0), len(span.text))
        if cut:
            head.append(span._replace(text=span.text[:cut]))
        if cut < len(span.text):
            tail.append(span._replace(text=span.text[cut:]))
        seen += len(span.text)
    return tuple(head), tuple(tail)
