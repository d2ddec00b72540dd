"""Heads of the chain noted outside of the database: a file and a head in, the noted heads out. Lines are only appended.

One line is ``<time> <number of links> <hash of the last link>``. The file lies in the data folder; an operator who
copies its last line to paper or to another machine has proof that does not depend on this one.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

from channels.errors import ChannelError
from channels.evidence import Anchor, Head

NAME = "evidence.heads"
_LINE = re.compile(r"\S+ (\d+) ([0-9a-f]{64})")


def noted(path: Path) -> tuple[Anchor, ...]:
    """Every noted head, oldest first; none without a file. Raises ``ChannelError`` for a line that cannot be read."""
    if not path.exists():
        return ()
    found = []
    for number, line in enumerate(path.read_text("ascii", errors="replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ChannelError(f"{path} line {number} is not a noted head.", "Restore the file from a backup, or correct "
                               "the line by hand and write down why.")
        found.append(Anchor(int(match.group(1)), match.group(2), f"{path.name} line {number}"))
    return tuple(found)


def told(words: str) -> Anchor:
    """A head as ``verify`` prints it, ``<number>:<hash>``. Raises ``ValueError``."""
    number, _, last = words.strip().partition(":")
    if not number.isdigit() or not re.fullmatch(r"[0-9a-f]{64}", last):
        raise ValueError("a head is a number, a colon and 64 hexadecimal digits")
    return Anchor(int(number), last, "the head given")


def note(path: Path, head: Head | None, now: dt.datetime) -> bool:
    """Appends the head unless it is the last one noted; False when there was nothing new."""
    if head is None or head.number == 0:
        return False
    before = noted(path)
    if before and before[-1].number == head.number:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"{now.isoformat(timespec='seconds')} {head.number} {head.last}\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode("ascii"))  # one write: two processes never mix their lines
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return True
