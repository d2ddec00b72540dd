"""The checker: a content folder in, a sorted list of problems out; an index is built only when the list is empty."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from knowledge_base.errors import ContentError
from knowledge_base.load import CONTENT, read_noun
from knowledge_base.model import (
    Card,
    Contacts,
    Cues,
    Glossary,
    Instrument,
    Limits,
    PivotTerms,
    Scenario,
    Triggers,
    Value,
    Vocabulary,
)
from knowledge_base.problem import Problem
from knowledge_base.rules.cards import card_problems
from knowledge_base.rules.coverage import coverage_problems
from knowledge_base.rules.instruments import instrument_problems
from knowledge_base.rules.languages import language_problems
from knowledge_base.rules.scenarios import scenario_problems
from knowledge_base.rules.shelf import Shelf
from knowledge_base.rules.words import word_problems

RULES = (
    instrument_problems, card_problems, scenario_problems, word_problems, language_problems, coverage_problems,
)
Noun = TypeVar("Noun", bound=Value)


def check(root: Path = CONTENT) -> list[Problem]:
    """All problems under ``root``, by file and key; empty means an index may be built."""
    problems: list[Problem] = []
    shelf = read_shelf(root, problems)
    for rule in RULES:
        problems.extend(rule(shelf))
    return sorted(set(problems))


def read_shelf(root: Path, problems: list[Problem]) -> Shelf:
    """Every readable file under ``root``; what cannot be read is added to ``problems``."""

    def one(path: Path, noun: type[Noun]) -> Noun | None:
        try:
            return read_noun(path, noun)
        except ContentError as error:
            file = path.relative_to(root).as_posix()
            _, _, said = str(error).partition(f"{path}: ")
            key, _, fault = (said or str(error)).partition(": ")
            fault, _, cure = fault.rpartition("; ")
            problems.append(Problem(file, key, fault or key, cure or "see docs/content.md"))
            return None

    def folder(name: str, noun: type[Noun]) -> tuple[tuple[str, Noun], ...]:
        found = []
        ids: dict[str, str] = {}
        for path in sorted((root / name).rglob("*.yaml")):
            value = one(path, noun)
            if value is None:
                continue
            file = path.relative_to(root).as_posix()
            name_ = str(getattr(value, "id", file))
            if name_ in ids:
                problems.append(Problem(file, "id", f"{name_!r} is also in {ids[name_]}", "choose another id"))
            ids[name_] = file
            found.append((file, value))
        return tuple(found)

    return Shelf(
        instruments=folder("instruments", Instrument),
        cards=folder("guidance", Card),
        scenarios=folder("scenarios", Scenario),
        contacts=folder("contacts", Contacts),
        vocabulary=one(root / "vocabulary.yaml", Vocabulary),
        glossary=one(root / "glossary.yaml", Glossary),
        triggers=one(root / "triggers.yaml", Triggers),
        limits=one(root / "limits.yaml", Limits),
        cues=one(root / "cues.yaml", Cues),
        pivot_terms=one(root / "pivot_terms.yaml", PivotTerms),
    )
