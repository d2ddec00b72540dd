"""The real content: no problems, and as much of it as is promised."""

from __future__ import annotations

import re

import pytest

from knowledge_base.__main__ import main
from knowledge_base.check import check, read_shelf
from knowledge_base.load import CONTENT
from knowledge_base.rules.shelf import Shelf
from knowledge_base.stats import coverage, totals, verification


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return read_shelf(CONTENT, [])


def test_the_content_has_no_problems() -> None:
    assert [str(problem) for problem in check()] == []


def test_enough_was_seen(shelf: Shelf) -> None:
    counted = totals(shelf)
    assert counted["instruments"] >= 212
    assert counted["provisions"] >= 2104


def test_every_activity_has_cards_in_both_countries(shelf: Shelf) -> None:
    rows = coverage(shelf)
    assert len(rows) == 26
    assert [row for row in rows if row.cards == 0] == []


def test_doubt_is_carried_over(shelf: Shelf) -> None:
    states = verification(shelf)
    assert states["unverified"] >= 400 and states["text"] >= 1300


def test_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "un_bpuff_1990#principle-9", "--language", "pt"]) == 0
    assert "Princípio 9" in capsys.readouterr().out
    assert main(["show", "Principle 999"]) == 1
    assert main(["stats"]) == 0
    assert re.search(r"community_policing\s*│\s*MOZ", capsys.readouterr().out)
