"""A message in, the same message with its intent set where a command pattern matches; nothing is guessed here.

Runs inside Rasa's own environment, after the classifier and before the fallback.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message


def fold(text: str) -> str:
    """``" ¡Pára!! "`` -> ``"para"``: lower case, no accents, single blanks, no punctuation at the ends."""
    spread = unicodedata.normalize("NFKD", text.lower())
    bare = "".join(mark for mark in spread if not unicodedata.combining(mark))
    return " ".join(bare.split()).strip(" .,;!?¡¿\"'")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LexiconIntent(GraphComponent):
    """Intents by anchored patterns on folded text; the first match wins with confidence 1."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"patterns": {}}

    def __init__(self, config: dict[str, Any]) -> None:
        self.patterns = [
            (intent, re.compile(pattern)) for intent, patterns in config["patterns"].items() for pattern in patterns
        ]

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> LexiconIntent:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            # A payload ("/stop") is read by Rasa itself and must not be overruled.
            text = message.get(TEXT) or ""
            found = None if text.startswith("/") else self.intent_of(text)
            if found is not None:
                intent = {INTENT_NAME_KEY: found, PREDICTED_CONFIDENCE_KEY: 1.0, "source": "lexicon"}
                message.set(INTENT, intent, add_to_output=True)
                # Alone in the ranking: a classifier that also says 0.98 would look like a tie to the fallback.
                message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)
        return messages

    def intent_of(self, text: str) -> str | None:
        folded = fold(text)
        return next((intent for intent, pattern in self.patterns if pattern.search(folded)), None)
