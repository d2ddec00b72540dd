"""Telegram's HTML: a text with tags in, the visible text and its entities out, or the refusal Telegram would send."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

LIMIT = 4096
ENTITIES = 100
TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "tg-spoiler", "blockquote", "a", "span"}
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>|([<>])|(&)(#?[a-zA-Z0-9]*)(;?)")
_HREF = re.compile(r'\s+href="([^"<>]*)"\s*')


class Refused(Exception):
    """What Telegram answers with ``ok: false``."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Parsed(NamedTuple):
    text: str
    links: tuple[tuple[str, str], ...]
    entities: int


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse(text: str, mode: str | None) -> Parsed:
    """The visible text; raises ``Refused`` (400) for anything Telegram would not take."""
    found = _html(text) if mode == "HTML" else Parsed(text, (), 0)
    visible = found.text.strip()
    if not visible:
        raise Refused(400, "Bad Request: message text is empty")
    if units(visible) > LIMIT:
        raise Refused(400, "Bad Request: message is too long")
    if found.entities > ENTITIES:
        raise Refused(400, "Bad Request: too many entities (Telegram would drop them silently)")
    return found._replace(text=visible)


def _html(text: str) -> Parsed:
    out, open_tags, links, entities, at = [], [], [], 0, 0
    for match in _TOKEN.finditer(text):
        out.append(text[at : match.start()])
        at = match.end()
        closing, name, attributes, stray, ampersand, entity, semicolon = match.groups()
        if stray:
            raise Refused(400, f"Bad Request: can't parse entities: unexpected {stray!r} at {match.start()}")
        if ampersand:
            known = entity in ("lt", "gt", "amp", "quot") or re.fullmatch(r"#(\d+|x[0-9a-fA-F]+)", entity)
            if not known or not semicolon:
                raise Refused(400, f"Bad Request: can't parse entities: unknown entity at {match.start()}")
            out.append(unescape(match.group(0)))
            continue
        if name.lower() not in TAGS:
            raise Refused(400, f"Bad Request: can't parse entities: unsupported start tag {name!r}")
        if not closing:
            href = _HREF.fullmatch(attributes) if name == "a" else None
            if (name == "a") != bool(href) or (attributes and name not in ("a", "span", "blockquote", "code")):
                raise Refused(400, f"Bad Request: can't parse entities: attributes of {name!r}")
            open_tags.append((name, unescape(href.group(1)) if href else "", sum(map(len, out))))
            continue
        if not open_tags or open_tags[-1][0] != name:
            raise Refused(400, f"Bad Request: can't parse entities: unmatched end tag {name!r}")
        _, href_text, begin = open_tags.pop()
        inside = "".join(out)[begin:]
        if inside.strip():
            entities += 1
        if href_text:
            links.append((inside, href_text))
    if open_tags:
        raise Refused(400, f"Bad Request: can't parse entities: can't find end tag for {open_tags[-1][0]!r}")
    out.append(text[at:])
    return Parsed("".join(out), tuple(links), entities)
