"""A key and a language in, the bot's own words out; read from ``bot/phrases/{en,es,pt}.yaml``, which must agree.

Keys are ``group.name``. Every language has the same keys with the same ``{names}`` in braces.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import PhraseError
from knowledge_base.load import read_yaml
from knowledge_base.model import Language

FOLDER = Path(__file__).parent / "phrases"


@dataclass(frozen=True)
class Phrases:
    """All phrases of all languages, ``table[language][key]``."""

    table: Mapping[Language, Mapping[str, str]]

    def say(self, language: Language, key: str, **values: object) -> str:
        """The words behind ``key``; raises ``PhraseError`` for an unknown key or a missing value."""
        try:
            return self.table[language][key].format(**values)
        except KeyError as missing:
            raise PhraseError(f"phrase {key!r} ({language}): {missing} is not there; add it to bot/phrases") from None

    def keys(self) -> frozenset[str]:
        return frozenset(self.table[Language.EN])


def load_phrases(folder: Path = FOLDER) -> Phrases:
    """Read and compare the three files. Raises ``PhraseError`` naming file, key and cure."""
    table = {language: _flat(folder / f"{language}.yaml") for language in Language}
    problems = disagreements(table)
    if problems:
        raise PhraseError("; ".join(problems[:3]))
    return Phrases(table)


def disagreements(table: Mapping[Language, Mapping[str, str]]) -> list[str]:
    """One line per key that a language lacks, leaves empty, or gives other ``{names}`` than English."""
    problems: list[str] = []
    every = sorted(set().union(*table.values()))
    for key in every:
        for language in Language:
            if not table[language].get(key, "").strip():
                problems.append(f"bot/phrases/{language}.yaml: {key} is missing; write it")
        names = {language: placeholders(table[language].get(key, "")) for language in Language}
        for language in Language:
            if key in table[language] and names[language] != names[Language.EN]:
                problems.append(f"bot/phrases/{language}.yaml: {key} must use {sorted(names[Language.EN])} as English does")
    return problems


def placeholders(text: str) -> frozenset[str]:
    """``"{count} of {total}"`` -> ``{"count", "total"}``."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _flat(path: Path) -> dict[str, str]:
    groups = read_yaml(path)
    return {f"{group}.{name}": str(text) for group, words in groups.items() for name, text in words.items()}
