"""Tampering with the evidence, without a database: ten thousand random edits, every one of them found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from channels.evidence import ERASED, FIRST, Anchor, Head, Link, Row, erased_body, make_head, make_link, problems, seal

KEY, WRONG = b"the key" * 5, b"another key" * 3


@dataclass(frozen=True)
class World:
    """What lies in the database: rows with their columns, links, the head."""

    rows: dict[Row, tuple[object, ...]] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    head: Head | None = None

    def problems(self, anchors: tuple[Anchor, ...] = ()) -> list[str]:
        seals = {row: seal(KEY, row[0], values) for row, values in self.rows.items()}
        return list(problems(KEY, sorted(self.links, key=lambda link: link.id), seals, self.head, anchors))

    def grown(self, kind: str, number: int, body: str, key: bytes = KEY) -> World:
        before = self.links[-1].hash if self.links else FIRST
        link = make_link(key, len(self.links) + 1, 1000.0 + len(self.links), kind, number, body, before)
        return replace(self, links=(*self.links, link), head=make_head(key, link.id, link.hash))


def world() -> World:
    """Nine decisions and four reviews, mixed; two decisions and a review went lawfully."""
    made = World()
    for number, kind in enumerate(["decision", "review", "decision", "decision"] * 3 + ["decision"], 1):
        values = (number, f"run-{number}", number % 4, 1000.5 + number, "good" if number % 2 else None, number / 8)
        made = replace(made, rows={**made.rows, (kind, number): values})
        made = made.grown(kind, number, seal(KEY, kind, values))
    for kind, number, link in (("decision", 3, 3), ("review", 6, 6), ("decision", 13, 13)):
        made = replace(made, rows={row: values for row, values in made.rows.items() if row != (kind, number)})
        made = made.grown(ERASED, link, erased_body(KEY, link))
    return made


Edit = Callable[[World, random.Random], World]


def edit_row(now: World, chance: random.Random) -> World:
    row = chance.choice(sorted(now.rows))
    values = list(now.rows[row])
    at = chance.randrange(len(values))
    values[at] = chance.choice([one for one in (0, -1, 1.25, "critical_fail", "", None, b"x", values[at + 1 - len(values)])
                                if one != values[at] or type(one) is not type(values[at])])
    return replace(now, rows={**now.rows, row: tuple(values)})


def delete_row(now: World, chance: random.Random) -> World:
    gone = chance.choice(sorted(now.rows))
    return replace(now, rows={row: values for row, values in now.rows.items() if row != gone})


def insert_row(now: World, chance: random.Random) -> World:
    row = (chance.choice(["decision", "review"]), chance.randrange(50, 99))
    return replace(now, rows={**now.rows, row: now.rows[chance.choice(sorted(now.rows))]})


def restore_row(now: World, chance: random.Random) -> World:
    """Somebody puts back what was deleted on request."""
    kind, number = chance.choice([("decision", 3), ("review", 6), ("decision", 13)])
    values = (number, f"run-{number}", number % 4, 1000.5 + number, "good" if number % 2 else None, number / 8)
    return replace(now, rows={**now.rows, (kind, number): values})


def swap_rows(now: World, chance: random.Random) -> World:
    one, two = chance.sample(sorted(now.rows), 2)
    return replace(now, rows={**now.rows, one: now.rows[two], two: now.rows[one]})


def edit_link(now: World, chance: random.Random) -> World:
    at = chance.randrange(len(now.links))
    link, name = now.links[at], chance.choice(Link._fields)
    new: Any = {
        "id": chance.choice([link.id + 100, -link.id]), "at": link.at + chance.choice([-1, 0.001, 5]),
        "kind": chance.choice([kind for kind in ("decision", "review", ERASED, "head") if kind != link.kind]),
        "row": chance.choice([link.row + 1, -1, "x"]), "body": "0" * 64, "before": "f" * 64, "hash": "a" * 64,
    }[name]
    return replace(now, links=(*now.links[:at], link._replace(**{name: new}), *now.links[at + 1:]))


def delete_link(now: World, chance: random.Random) -> World:
    at = chance.randrange(len(now.links))
    return replace(now, links=now.links[:at] + now.links[at + 1:])


def delete_row_and_link(now: World, chance: random.Random) -> World:
    link = chance.choice([link for link in now.links if (link.kind, link.row) in now.rows])
    return replace(now, links=tuple(one for one in now.links if one != link),
                   rows={row: values for row, values in now.rows.items() if row != (link.kind, link.row)})


def renumbered(now: World, chance: random.Random) -> World:
    """A link and its row go, the links after it close the gap and say that they follow each other."""
    gone = delete_row_and_link(now, chance)
    links, before = [], FIRST
    for number, link in enumerate(gone.links, 1):
        links.append(link._replace(id=number, before=before))
        before = link.hash
    return replace(gone, links=tuple(links))


def forged(now: World, chance: random.Random) -> World:
    """A whole new chain from some point on, with a key that is not ours."""
    at = chance.randrange(len(now.links))
    made = replace(now, links=now.links[:at])
    for link in now.links[at:]:
        made = made.grown(link.kind, link.row, link.body, WRONG)
    return made


def forged_deletion(now: World, chance: random.Random) -> World:
    """A row goes, and an 'erased' link is added by somebody without the key."""
    link = chance.choice([link for link in now.links if (link.kind, link.row) in now.rows])
    gone = replace(now, rows={row: values for row, values in now.rows.items() if row != (link.kind, link.row)})
    return gone.grown(ERASED, link.id, erased_body(WRONG, link.id), WRONG)


def swap_links(now: World, chance: random.Random) -> World:
    one, two = chance.sample(range(len(now.links)), 2)
    links = list(now.links)
    links[one], links[two] = (links[two]._replace(id=links[one].id), links[one]._replace(id=links[two].id))
    return replace(now, links=tuple(links))


def copy_link(now: World, chance: random.Random) -> World:
    return replace(now, links=(*now.links, chance.choice(now.links)._replace(id=len(now.links) + 1)))


def truncate(now: World, chance: random.Random) -> World:
    """The end goes: the last links, and the rows they stand for."""
    keep = chance.randrange(len(now.links))
    gone = {(link.kind, link.row) for link in now.links[keep:]}
    return replace(now, links=now.links[:keep], rows={row: values for row, values in now.rows.items() if row not in gone})


def truncate_with_head(now: World, chance: random.Random) -> World:
    """The end goes, and the head is made to say so."""
    cut = truncate(now, chance)
    last = cut.links[-1].hash if cut.links else FIRST
    return replace(cut, head=make_head(WRONG, len(cut.links), last))


def edit_head(now: World, chance: random.Random) -> World:
    assert now.head is not None
    return replace(now, head=chance.choice([
        None, now.head._replace(number=now.head.number - 1), now.head._replace(last="0" * 64),
        now.head._replace(hash="0" * 64)]))


EDITS: tuple[Edit, ...] = (
    edit_row, delete_row, insert_row, restore_row, swap_rows, edit_link, delete_link, delete_row_and_link, renumbered,
    forged, forged_deletion, swap_links, copy_link, truncate, truncate_with_head, edit_head,
)


def test_an_untouched_chain_has_no_problems() -> None:
    assert world().problems() == [] and World().problems() == []
    assert sum(link.kind == ERASED for link in world().links) == 3 and len(world().links) == 16


def test_ten_thousand_random_edits_are_all_found() -> None:
    chance, untouched = random.Random(20261124), world()
    made: Counter[str] = Counter()
    for _ in range(10_000):
        edit = chance.choice(EDITS)
        changed = edit(untouched, chance)
        assert changed != untouched, f"{edit.__name__} changed nothing"
        assert changed.problems(), f"{edit.__name__} was not found: {changed}"
        made[edit.__name__] += 1
    assert len(made) == len(EDITS) and min(made.values()) > 400


@pytest.mark.parametrize("edits", [2, 3, 5])
def test_several_edits_do_not_hide_each_other(edits: int) -> None:
    chance, untouched = random.Random(edits), world()
    for _ in range(500):
        changed = untouched
        for _ in range(edits):
            edit = chance.choice((edit_row, edit_link, swap_links, insert_row, copy_link))
            changed = edit(changed, chance)
        assert (changed.rows == untouched.rows and changed.links == untouched.links) or changed.problems()


@pytest.mark.parametrize(("edit", "line"), [
    (edit_row, "was edited"), (delete_row, "was deleted"), (insert_row, "was added without a link"),
    (restore_row, "was lawfully deleted and is back"), (delete_link, "missing"), (truncate, "cut off"),
    (swap_links, "was edited or added"),
])
def test_a_problem_is_named(edit: Edit, line: str) -> None:
    found = edit(world(), random.Random(4)).problems()
    assert any(line in problem for problem in found), found


def test_an_older_database_with_its_own_head_fits_itself_but_not_what_was_noted() -> None:
    older = World()
    for number in range(1, 4):
        older = replace(older, rows={**older.rows, ("decision", number): (number,)})
        older = older.grown("decision", number, seal(KEY, "decision", (number,)))
    newer = older.grown(ERASED, 1, erased_body(KEY, 1))
    newer = replace(newer, rows={row: values for row, values in newer.rows.items() if row != ("decision", 1)})
    noted = Anchor(4, newer.links[-1].hash, "here")
    assert newer.problems((noted,)) == [] and older.problems() == []
    assert older.problems((noted,)) == ["here: 4 links were noted there, 3 are left"]
    assert newer.problems((Anchor(2, "0" * 64, "there"),)) == ["there: link 2 is not the one noted there"]


def test_the_key_matters() -> None:
    assert world().problems() == []
    assert list(problems(WRONG, world().links, {}, world().head))
