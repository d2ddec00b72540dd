"""Rules for drills: every path ends, every option has a reason and live sources, no path is longer than 10 decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from knowledge_base.model import Scenario
from knowledge_base.problem import Problem
from knowledge_base.rules.shelf import Shelf

LONGEST_PATH = 10
MOST_WORDS = 60


def scenario_problems(shelf: Shelf) -> Iterator[Problem]:
    """Shape, vocabulary, words and sources of every scenario."""
    for file, scenario in shelf.scenarios:
        if not file.endswith(f"/{scenario.id}.yaml"):
            yield Problem(file, "id", f"{scenario.id!r} is not the file's name", "rename the file or correct the id")
        for competency in scenario.competencies:
            if shelf.vocabulary and competency not in shelf.vocabulary.competencies:
                yield Problem(file, "competencies", f"unknown competency {competency!r}", "use one of vocabulary.yaml")
        yield from _scenes(file, scenario, shelf)
        if not any(p.key == "next" for p in _scenes(file, scenario, shelf)):
            yield from _paths(file, scenario)


def steps(scenario: Scenario, name: str) -> tuple[str, ...]:
    """The scenes that may follow ``name``."""
    scene = scenario.scenes[name]
    following = [option.next for option in scene.options]
    return tuple(following + ([scene.next] if scene.next else []))


def _scenes(file: str, scenario: Scenario, shelf: Shelf) -> Iterator[Problem]:
    if scenario.start not in scenario.scenes:
        yield Problem(file, "next", f"start scene {scenario.start!r} does not exist", "name an existing scene")
    grades: Counter[str] = Counter()
    for name, scene in scenario.scenes.items():
        for language in ("en", "es", "pt"):
            if len(getattr(scene.text, language).split()) > MOST_WORDS:
                yield Problem(file, f"{name}.{language}", f"more than {MOST_WORDS} words", "shorten the scene")
        if scene.end and (scene.options or scene.say or scene.next):
            yield Problem(file, name, "an ending with a way on", "remove options and next, or end")
        if not scene.end and not scene.options and not scene.say:
            yield Problem(file, name, "neither options nor end", "add options or end: true")
        if scene.say and not scene.next:
            yield Problem(file, name, "a say step without next", "name the next scene")
        if scene.options and not 2 <= len(scene.options) <= 4:
            yield Problem(file, name, f"{len(scene.options)} options", "give 2 to 4")
        for following in steps(scenario, name):
            if following not in scenario.scenes:
                yield Problem(file, "next", f"{name} leads to {following!r}, which does not exist", "correct next")
        if scene.options and not any(o.grade in ("good", "acceptable") for o in scene.options):
            yield Problem(file, name, "no good or acceptable option", "give a right way out")
        for option in scene.options:
            grades[option.grade] += 1
            if not option.sources:
                yield Problem(file, f"{name}.{option.id}", "no source", "name the rule this turns on")
            for ref in option.sources:
                if ref not in shelf.provisions:
                    yield Problem(file, f"{name}.{option.id}", f"{ref} does not resolve", "correct it")
                country = shelf.country_of(ref)
                if country and country not in scenario.countries:
                    yield Problem(
                        file, f"{name}.{option.id}", f"{ref} is law of {country}, the drill is not", "use another source"
                    )
            if option.competency and option.competency not in scenario.competencies:
                yield Problem(file, f"{name}.{option.id}", f"competency {option.competency!r} not listed", "list it")
        for point in scene.say:
            for ref in point.sources:
                if ref not in shelf.provisions:
                    yield Problem(file, f"{name}.{point.id}", f"{ref} does not resolve", "correct it")
    if not grades["critical_fail"]:
        yield Problem(file, "scenes", "no critical_fail option", "add the mistake that must never happen")


def _paths(file: str, scenario: Scenario) -> Iterator[Problem]:
    known: dict[str, int | None] = {}
    longest = _longest(scenario, scenario.start, frozenset(), known)
    if longest is None:
        yield Problem(file, "scenes", "a path runs in a circle", "let every path reach an ending")
    elif longest > LONGEST_PATH:
        yield Problem(file, "scenes", f"a path of {longest} decisions", f"at most {LONGEST_PATH}")
    for name in scenario.scenes:
        if name not in known and longest is not None:
            yield Problem(file, name, "no path reaches this scene", "link it or remove it")


def _longest(scenario: Scenario, name: str, behind: frozenset[str], known: dict[str, int | None]) -> int | None:
    """Decisions on the longest path from ``name``; ``None`` when some path comes back to itself. ``known`` is filled."""
    if name in behind:
        return None
    if name not in known:
        lengths = [_longest(scenario, following, behind | {name}, known) for following in steps(scenario, name)]
        whole = None if None in lengths else max((n for n in lengths if n is not None), default=0)
        known[name] = whole if whole is None or scenario.scenes[name].end else whole + 1
    return known[name]
