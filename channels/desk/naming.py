"""What people call things: content and a language in, names for ids out. What the content no longer has keeps its id."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.model import CardId, Content, Language, Option, Scenario, ScenarioId, Scene


@dataclass(frozen=True)
class Naming:
    """Names in one language."""

    content: Content
    language: Language

    def scenario(self, scenario: str) -> str:
        found = self.found(scenario)
        return found.title.in_(self.language) if found else scenario

    def competency(self, competency: str) -> str:
        found = self.content.vocabulary.competencies.get(competency)
        return found.in_(self.language) if found else competency

    def topic(self, topic: str) -> str:
        found = self.content.vocabulary.topics.get(topic)
        return found.in_(self.language) if found else topic

    def topic_of(self, card: str) -> str | None:
        """The topic of a card, or ``None`` when there is no such card any more."""
        found = self.content.cards.get(CardId(card))
        return found.topic if found else None

    def scene(self, scenario: str, scene: str) -> str:
        """The text of a scene."""
        found = self._scene(scenario, scene)
        return found.text.in_(self.language) if found else scene

    def option(self, scenario: str, scene: str, option: str) -> str:
        """The text of an option."""
        found = self.choice(scenario, scene, option)
        return found.text.in_(self.language) if found else option

    def choice(self, scenario: str, scene: str, option: str) -> Option | None:
        found = self._scene(scenario, scene)
        return next((one for one in found.options if one.id == option), None) if found else None

    def found(self, scenario: str) -> Scenario | None:
        return self.content.scenarios.get(ScenarioId(scenario))

    def _scene(self, scenario: str, scene: str) -> Scene | None:
        found = self.found(scenario)
        return found.scenes.get(scene) if found else None
