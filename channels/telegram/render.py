"""How a reply looks in Telegram: a reply in, messages in Telegram's HTML out. Pure, so a re-send renders the same.

The bot's text carries the numbers of its sources; the sources themselves follow as a numbered list, each a link to its
page on our site, or to the official text, where one is known. ``/sources`` shows them with their words.
"""

from __future__ import annotations

import re

from bot.model import Button, Reply, ReplyKind
from channels.sources import NumberedSource, ShortName, lines, number
from channels.telegram.split import Block, Span, parts
from channels.words import say
from knowledge_base.model import Language, Value

SOURCES_SHOWN = 6
"""More would push the answer off a phone's screen; ``/sources`` has them all."""
BUTTON_BYTES = 64
_NAMED = re.compile(r"\[(\d{1,3})\] (.+)")


class Part(Value):
    """One Telegram message: HTML of at most 4,096 units and, on the last part of a reply, its buttons."""

    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()


def render(reply: Reply, short: ShortName, public_url: str = "") -> tuple[Part, ...]:
    """``public_url``: address of our site for links to provisions, or empty for links to official texts only.

    Raises ``ValueError`` for a button whose payload Telegram would refuse.
    """
    for row in reply.buttons:
        for button in row:
            if not 1 <= len(button.payload.encode()) <= BUTTON_BYTES:
                raise ValueError(f"button payload of {len(button.payload.encode())} bytes; Telegram allows 1 to 64")
    html = parts(_blocks(reply, short, public_url)) or ("…",)
    last = len(html) - 1
    return tuple(Part(html=part, buttons=reply.buttons if at == last else ()) for at, part in enumerate(html))


def _blocks(reply: Reply, short: ShortName, public_url: str) -> list[Block]:
    sources: tuple[NumberedSource, ...] = number(reply.answer, short)[1] if reply.answer is not None else ()
    if reply.kind is ReplyKind.SOURCES and sources:
        return _linked(reply.text, sources, public_url)
    blocks = _lines(reply.text)
    if sources:
        blocks.append(_heading(reply.language, gap=2))
        blocks += [Block(_label(source, public_url)) for source in sources[:SOURCES_SHOWN]]
        if len(sources) > SOURCES_SHOWN:
            blocks.append(Block((Span(say("more_sources", reply.language, count=len(sources) - SOURCES_SHOWN)),)))
    return blocks


def _lines(text: str) -> list[Block]:
    """One block per line; the source numbers at its end stay with the last word."""
    blocks, gap = [], 1
    for line in lines(text):
        if not line.text and not line.numbers:
            gap = 2
            continue
        spans = [Span(line.text)]
        if line.numbers:
            spans.append(Span(" " + "".join(f"[{at}]" for at in line.numbers), glued=True))
        blocks.append(Block(tuple(spans), gap))
        gap = 1
    return blocks


def _linked(text: str, sources: tuple[NumberedSource, ...], public_url: str) -> list[Block]:
    """The bot's list of sources, with its words on how far each was checked; each ``[1] name`` becomes a link."""
    by_number = {source.number: source for source in sources}
    blocks, gap = [], 1
    for line in text.split("\n"):
        if not line.strip():
            gap = 2
            continue
        found = _NAMED.fullmatch(line.strip())
        source = by_number.get(int(found.group(1))) if found else None
        if found and source:
            blocks.append(Block((Span(f"{source.number}. "), Span(found.group(2), href=_link(source, public_url))), gap))
        else:
            blocks.append(Block((Span(line.strip()),), gap))
        gap = 1
    return blocks


def _heading(language: Language, gap: int) -> Block:
    return Block((Span(say("sources", language), bold=True),), gap)


def _label(source: NumberedSource, public_url: str) -> tuple[Span, ...]:
    spans = [Span(f"{source.number}. "), Span(source.label, href=_link(source, public_url))]
    if source.note:
        spans.append(Span(f" ({source.note})"))
    return tuple(spans)


def _link(source: NumberedSource, public_url: str) -> str | None:
    return f"{public_url.rstrip('/')}{source.path}" if public_url else source.url
