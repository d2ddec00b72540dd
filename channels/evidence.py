"""The chain of evidence, without a database: links, rows' seals and a key in, every trace of tampering as one line out.

Each decision and each review has a link. A link holds a keyed hash of its row (``body``), the hash of the link before
it, and a keyed hash of itself, so a row or link that was edited, deleted, added or moved no longer fits, and nobody
without the key can make it fit. The *head* says how many links there are and which is the last: without it, cutting
off the end would leave a shorter chain that fits. Heads noted outside of the database (``channels/anchors.py``) catch
the one who puts back an older database together with its own head.

A row may go lawfully (``/deletemydata``, age): the same transaction then adds an ``erased`` link for it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

KINDS = ("decision", "review")
ERASED = "erased"
FIRST = ""
"""What the first link has instead of a hash of the link before it."""


class Link(NamedTuple):
    """One link. ``id`` counts 1, 2, 3 …; ``row`` is the id of its decision or review, for ``erased`` that of the link
    whose row went. ``at`` in seconds since 1970; ``body``, ``before`` and ``hash`` are 64 hexadecimal digits."""

    id: int
    at: float
    kind: str
    row: int
    body: str
    before: str
    hash: str


class Head(NamedTuple):
    """How many links there are and the hash of the last; ``hash`` seals both."""

    number: int
    last: str
    hash: str


class Anchor(NamedTuple):
    """A head as it was noted outside of the database; ``where`` names the place, e.g. file and line."""

    number: int
    last: str
    where: str


Row = tuple[str, int]
"""Kind and id of a decision or a review."""


def seal(key: bytes, kind: str, values: Sequence[object]) -> str:
    """The keyed hash of one row: all its columns in a fixed order."""
    return _mac(key, kind, *values)


def erased_body(key: bytes, link: int) -> str:
    """What an ``erased`` link has in place of a row's hash."""
    return _mac(key, ERASED, link)


def make_link(key: bytes, number: int, at: float, kind: str, row: int, body: str, before: str) -> Link:
    """The link with its hash."""
    return Link(number, at, kind, row, body, before, _mac(key, "link", number, at, kind, row, body, before))


def make_head(key: bytes, number: int, last: str) -> Head:
    return Head(number, last, _mac(key, "head", number, last))


def genuine(key: bytes, head: Head) -> bool:
    """Whether the head was written by a holder of the key."""
    return hmac.compare_digest(str(head.hash), make_head(key, head.number, head.last).hash)


def problems(key: bytes, links: Sequence[Link], seals: Mapping[Row, str], head: Head | None,
             anchors: Iterable[Anchor] = ()) -> Iterator[str]:
    """One line for each thing that does not fit; none when nothing was changed.

    ``links`` in the order of their numbers; ``seals``: the keyed hash of every decision and review that is there now.
    """
    yield from _wrong_links(key, links)
    yield from _wrong_rows(key, links, seals)
    yield from _wrong_ends(key, links, head, anchors)


def _wrong_links(key: bytes, links: Sequence[Link]) -> Iterator[str]:
    expected, before = 1, FIRST
    for link in links:
        if link.id > expected:
            yield f"links {expected} to {link.id - 1} are missing"
        elif link.before != before or link.id < expected:
            yield f"link {link.id} does not follow the link before it"
        if link != make_link(key, *link[:-1]):
            yield f"link {link.id} was edited or added by somebody without the key"
        expected, before = link.id + 1, link.hash


def _wrong_rows(key: bytes, links: Sequence[Link], seals: Mapping[Row, str]) -> Iterator[str]:
    linked: dict[int, Link] = {}
    gone: set[int] = set()
    for link in links:
        if link.kind in KINDS:
            linked[link.id] = link
        elif link.kind == ERASED and link.row in linked and link.body == erased_body(key, link.row):
            gone.add(link.row)
        else:
            yield f"link {link.id} stands for nothing that is known"
    known: set[Row] = set()
    for link in linked.values():
        row, name = (link.kind, link.row), f"{link.kind} {link.row}"
        if row in known:
            yield f"{name} has two links"
        known.add(row)
        if row not in seals:
            if link.id not in gone:
                yield f"{name} was deleted (link {link.id})"
        elif link.id in gone:
            yield f"{name} was lawfully deleted and is back (link {link.id})"
        elif seals[row] != link.body:
            yield f"{name} was edited (link {link.id})"
    for kind, number in sorted(seals.keys() - known):
        yield f"{kind} {number} was added without a link"


def _wrong_ends(key: bytes, links: Sequence[Link], head: Head | None, anchors: Iterable[Anchor]) -> Iterator[str]:
    count, last = (links[-1].id, links[-1].hash) if links else (0, FIRST)
    if head is None:
        if links:
            yield "the head of the chain is missing"
    elif not genuine(key, head):
        yield "the head of the chain was edited by somebody without the key"
    elif (head.number, head.last) != (count, last):
        yield f"the chain ends with link {count}, but its head says {head.number}: links were cut off or added"
    hashes = {link.id: link.hash for link in links}
    for anchor in anchors:
        if anchor.number > count:
            yield f"{anchor.where}: {anchor.number} links were noted there, {count} are left"
        elif anchor.number > 0 and hashes.get(anchor.number) != anchor.last:
            yield f"{anchor.where}: link {anchor.number} is not the one noted there"


def _mac(key: bytes, *parts: object) -> str:
    """HMAC-SHA-256 over the parts as a JSON list, which cannot be read in two ways; 64 hexadecimal digits."""
    told = json.dumps(parts, ensure_ascii=True, separators=(",", ":"), default=repr)  # repr: bytes put in by a tamperer
    return hmac.digest(key, told.encode(), hashlib.sha256).hex()
