"""The chain of evidence in the database: rows that were just written in, a link for each; the whole chain out to verify.

Links are appended in the transaction that writes their rows. The head is the row with the number 0, the only one that
ever changes: ``row`` is the number of links, ``before`` the hash of the last. Appending takes turns: SQLite has one
writer anyway, PostgreSQL takes a lock until the transaction ends. See ``channels/evidence.py`` for what a link holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, select, text, update

from channels.evidence import ERASED, FIRST, KINDS, Head, Link, Row, erased_body, genuine, make_head, make_link, seal
from channels.store.tables import chain, decisions, reviews

_LOCK = 0x43524D45  # any number, the same in every process, not the one of migrate.py
_HEAD = 0
_AT_ONCE = 500  # numbers in one IN (…)
TABLES: dict[str, tuple[Table, tuple[str, ...]]] = {
    "decision": (decisions, ("id", "run", "step", "conversation", "at", "body", "scenario", "scene", "option", "grade",
                             "competency", "place", "took_s")),
    "review": (reviews, ("id", "at", "conversation", "answer_id", "trainer", "verdict", "note")),
}
"""Kind → its table and the columns that are sealed. A column added later is not in here: old links must stay valid."""


class Evidence(NamedTuple):
    """Everything ``evidence.problems`` needs, read in one snapshot."""

    links: tuple[Link, ...]
    seals: dict[Row, str]
    head: Head | None


def append(connection: Connection, key: bytes, kind: str, rows: Iterable[int], now: float) -> None:
    """Adds a link for each row, which must have been written in this transaction or before."""
    numbers = set(rows)
    if not numbers:
        return
    _take_turns(connection)
    numbers -= _links(connection, kind, numbers).keys()  # only a tamperer makes a number come twice; serve people on
    if numbers:
        table, _ = TABLES[kind]
        seals = _seals(connection, key, kind, table.c.id.in_(numbers))
        _add(connection, key, [(kind, number, seals[kind, number]) for number in sorted(numbers)], now)


def erased(connection: Connection, key: bytes, kind: str, rows: Iterable[int], now: float) -> None:
    """Says of rows that this transaction deletes that they went lawfully."""
    gone = set(rows)
    if not gone:
        return
    _take_turns(connection)
    links = set(_links(connection, kind, gone).values())
    links -= _links(connection, ERASED, links).keys()
    _add(connection, key, [(ERASED, link, erased_body(key, link)) for link in sorted(links)], now)


def adopt(connection: Connection, key: bytes, now: float) -> int:
    """Takes decisions and reviews that are older than the chain into it; returns how many. Only a chain that never was
    begun is begun this way: whoever emptied it would otherwise find his work sealed."""
    _take_turns(connection)
    if connection.execute(select(chain.c.id).limit(1)).first() is not None:
        return 0
    found = [(kind, number, body) for kind in KINDS
             for (_, number), body in sorted(_seals(connection, key, kind).items())]
    _add(connection, key, found, now)
    return len(found)


def head(connection: Connection) -> Head | None:
    """The head as it stands."""
    row = connection.execute(select(chain).where(chain.c.id == _HEAD)).first()
    return None if row is None else Head(row.row, row.before, row.hash)


def evidence(connection: Connection, key: bytes) -> Evidence:
    """The whole chain and the keyed hash of every row that is there now."""
    links = tuple(Link(*row) for row in connection.execute(
        select(*(chain.c[name] for name in Link._fields)).where(chain.c.id != _HEAD).order_by(chain.c.id)))
    seals = {row: body for kind in KINDS for row, body in _seals(connection, key, kind).items()}
    return Evidence(links, seals, head(connection))


def _add(connection: Connection, key: bytes, new: Sequence[tuple[str, int, str]], now: float) -> None:
    if not new:
        return
    number, before, sound = _end(connection, key, now)
    links = []
    for kind, row, body in new:
        links.append(make_link(key, number + 1, float(now), kind, row, body, before))
        number, before = links[-1].id, links[-1].hash
    connection.execute(chain.insert(), [link._asdict() for link in links])
    if sound:
        fresh = make_head(key, number, before)
        connection.execute(update(chain).where(chain.c.id == _HEAD).values(
            at=now, row=fresh.number, before=fresh.last, hash=fresh.hash))


def _end(connection: Connection, key: bytes, now: float) -> tuple[int, str, bool]:
    """Number and hash of the last link, and whether the head may be moved on.

    A head that is missing, false or behind is left as it is: people are served on, and ``verify`` still sees it.
    """
    found = head(connection)
    last = connection.execute(
        select(chain.c.id, chain.c.hash).where(chain.c.id != _HEAD).order_by(chain.c.id.desc()).limit(1)).first()
    if found is None and last is None:
        fresh = make_head(key, 0, FIRST)
        connection.execute(chain.insert().values(id=_HEAD, at=now, kind="head", row=0, body="", before=fresh.last,
                                                 hash=fresh.hash))
        return 0, FIRST, True
    sound = found is not None and genuine(key, found)
    if found is not None and sound and (last is None or found.number >= last.id):
        return found.number, found.last, True  # a cut-off end stays a gap for ever
    return (last.id, last.hash, False) if last is not None else (0, FIRST, False)


def _links(connection: Connection, kind: str, rows: set[int]) -> dict[int, int]:
    """Row → its link, for those of the rows that have one."""
    wanted, found = sorted(rows), dict[int, int]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start:start + _AT_ONCE]
        found.update((row, link) for row, link in connection.execute(
            select(chain.c.row, chain.c.id).where(chain.c.kind == kind, chain.c.row.in_(part))))
    return found


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})


def _seals(connection: Connection, key: bytes, kind: str, which: ColumnElement[bool] | None = None) -> dict[Row, str]:
    """The keyed hash of the rows as the database gives them back."""
    table, columns = TABLES[kind]
    query = select(*(table.c[name] for name in columns))
    if which is not None:
        query = query.where(which)
    return {(kind, row.id): seal(key, kind, tuple(row)) for row in connection.execute(query)}
