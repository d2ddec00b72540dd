"""Texts already embedded or translated in an earlier build, so that only changed ones cost time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from knowledge_base.model import Language
from retrieval.encode import Vectors

Encode = Callable[[list[str]], Vectors]


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


class Memo:
    """A bounded file of vectors and translations: what one build did not use is not saved for the next."""

    def __init__(self, path: Path, encoder: str, translator: str) -> None:
        """``translator`` names translator and lexicon: their change forgets the translations, not the vectors."""
        self._path = path
        self._encoder = encoder
        self._translator = _key(translator)
        self._vectors: dict[str, Vectors] = {}
        self._english: dict[str, str] = {}
        self._used: set[str] = set()
        try:
            with np.load(path) as kept:
                if str(kept["encoder"]) == encoder:
                    keys, rows = kept["keys"], kept["rows"]
                    self._vectors = {str(key): rows[i] for i, key in enumerate(keys)}
                    if str(kept["translator"]) == self._translator:
                        self._english = json.loads(str(kept["english"]))
        except (OSError, ValueError, KeyError):
            pass  # a missing or damaged memo only costs time

    def vectors(self, texts: list[str], encode: Encode) -> Vectors:
        """Vectors of ``texts`` (n, d); only unknown ones are encoded."""
        keys = [_key(text) for text in texts]
        self._used.update(keys)
        unknown = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        if unknown:
            for key, row in zip(unknown, encode(list(unknown.values())), strict=True):
                self._vectors[key] = row
        return np.stack([self._vectors[key] for key in keys]) if keys else encode([])

    def english(self, text: str, language: Language, translate: Callable[[], str]) -> str:
        """The remembered English of ``text``, or the translator's."""
        key = _key(language, text)
        self._used.add(key)
        if key not in self._english:
            self._english[key] = translate()
        return self._english[key]

    def save(self) -> None:
        kept = {key: row for key, row in self._vectors.items() if key in self._used}
        english = {key: text for key, text in self._english.items() if key in self._used}
        waiting = self._path.with_suffix(".tmp.npz")
        rows = np.stack(list(kept.values())) if kept else np.zeros((0, 1), dtype=np.float32)
        np.savez(
            waiting, encoder=np.array(self._encoder), keys=np.array(list(kept)), rows=rows,
            english=np.array(json.dumps(english)), translator=np.array(self._translator),
        )
        waiting.replace(self._path)
