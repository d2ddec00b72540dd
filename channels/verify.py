"""Verifies the evidence: a store, its key and noted heads in, what was found out. Reads only, beside running workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from channels import anchors
from channels.evidence import ERASED, Anchor, Head, problems
from channels.store import chain
from channels.store.database import Store


class Verified(NamedTuple):
    """``problems``: one line each, none when nothing was changed. ``head``: to be noted somewhere else."""

    links: int
    decisions: int
    reviews: int
    erased: int
    head: Head | None
    problems: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One line for people."""
        return (f"{self.links} links: {self.decisions} decisions and {self.reviews} reviews, of which {self.erased} were "
                "deleted lawfully.")


def verify(store: Store, key: bytes, noted: Sequence[Anchor] = ()) -> Verified:
    """Compares every decision and review with the chain, and the chain with the heads noted."""
    found = store.read_now(lambda connection: chain.evidence(connection, key))
    kinds = Counter(link.kind for link in found.links)
    return Verified(len(found.links), kinds["decision"], kinds["review"], kinds[ERASED], found.head,
                    tuple(problems(key, found.links, found.seals, found.head, noted)))


def begin(store: Store, key: bytes, data: Path, now: float) -> int:
    """Takes rows from before there was a chain into it, once; returns how many. A noted head means it once was there."""
    if (data / anchors.NAME).exists():
        return 0
    return store.write_now(lambda connection: chain.adopt(connection, key, now))
