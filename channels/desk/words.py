"""The desk's own words: ``words.yaml`` in, a phrase in a language out. A key is ``section.name``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from knowledge_base.load import read_yaml
from knowledge_base.model import Language

Say = Callable[..., str]
"""``say(key, **values)`` in one language."""


@cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    """Section → language → name → phrase, as in the file."""
    loaded: dict[str, dict[str, dict[str, str]]] = read_yaml(Path(__file__).parent / "words.yaml")
    return loaded


def say(key: str, language: Language, **values: object) -> str:
    """The phrase for ``section.name``; raises ``KeyError`` for an unknown key or a missing value."""
    section, _, name = key.partition(".")
    return words()[section][language.value][name].format(**values)


def saying(language: Language) -> Say:
    """``say`` in one language."""
    return partial(_say, language)


def _say(language: Language, key: str, **values: object) -> str:
    return say(key, language, **values)
