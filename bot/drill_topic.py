"""Scenarios in, those that suit a person, that their words mean, or that are to be repeated out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.drills.spacing import Item
from bot.model import Profile
from knowledge_base.model import Content, Language, Role, Scenario, Vocabulary
from knowledge_base.pinpoint import fold

_WORD = re.compile(r"[a-z0-9]+")
STEM = 5
"""Letters compared: ``protesta``, ``protests`` and ``protesto`` are one word."""
SMALL = 4
"""Shorter words say nothing about a topic (``the``, ``los``, ``um``)."""
_COMMANDS = frozenset(
    word[:STEM]
    for word in (
        "start begin drill exercise scenario practise practice train training about want like with lets give another please "
        "situation simulate ready test "
        "empezar comenzar iniciar ejercicio simulacro caso practicar entrenar quiero sobre dame otro situacion favor para "
        "comecar exercicio simulacao treinar praticar quero fazer outro mais vamos situacao treino"
    ).split()
)


def suitable(content: Content, profile: Profile) -> list[Scenario]:
    """Scenarios for this job and country, by id; a trainer sees every job's."""
    anyone = profile.role in (None, Role.TRAINER)
    return [
        scenario
        for _, scenario in sorted(content.scenarios.items())
        if (anyone or profile.role in scenario.roles)
        and (profile.country is None or profile.country in scenario.countries)
    ]


def to_repeat(candidates: Sequence[Scenario], due: Sequence[Item]) -> list[Scenario]:
    """One scenario per due competency, longest overdue first; competencies one scenario repeats together count once."""
    found: list[Scenario] = []
    for item in due:
        if any(item.competency in scenario.competencies for scenario in found):
            continue
        found += [scenario for scenario in candidates if item.competency in scenario.competencies][:1]
    return found


def about(topic: str, candidates: Sequence[Scenario], vocabulary: Vocabulary) -> list[Scenario]:
    """The scenarios whose title, name or competencies share most words with ``topic``; none where none is shared."""
    wanted = _stems(topic) - _COMMANDS
    scored = [(len(wanted & _words_of(scenario, vocabulary)), scenario) for scenario in candidates]
    best = max((score for score, _ in scored), default=0)
    return [scenario for score, scenario in scored if score == best] if best else []


def _words_of(scenario: Scenario, vocabulary: Vocabulary) -> frozenset[str]:
    texts = [scenario.id, *(scenario.title.in_(language) for language in Language)]
    for competency in scenario.competencies:
        label = vocabulary.competencies.get(competency)
        texts += [label.in_(language) for language in Language] if label else []
    return frozenset().union(*(_stems(text) for text in texts))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in _WORD.findall(fold(text)) if len(word) >= SMALL)
