"""The channels' own words: ``words.yaml`` in, a phrase in a language out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from knowledge_base.load import read_yaml
from knowledge_base.model import Language


@cache
def _all() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = read_yaml(Path(__file__).parent / "words.yaml")
    return loaded


def say(key: str, language: Language, **values: object) -> str:
    """The phrase for ``key``; raises ``KeyError`` for an unknown key or a missing value."""
    return _all()[language.value][key].format(**values)


def phrases(language: Language) -> dict[str, str]:
    """All phrases of one language, unformatted."""
    return dict(_all()[language.value])
