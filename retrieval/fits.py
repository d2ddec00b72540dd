"""The small models of the index before in, whether they can be kept out: fitting costs half a minute, an edit should not.

Kept only when model and translator are the same and at most 1 % of the examples they were fitted on changed. Their
``fitted_on`` is part of the index hash, so two indexes with the same hash always answer alike.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import NamedTuple

from knowledge_base.model import Content
from retrieval.card_model import FILES as CARD_FILES
from retrieval.errors import IndexBroken, IndexMissing
from retrieval.fitting import all_examples
from retrieval.gate import Gate
from retrieval.kinds_file import ENDINGS
from retrieval.manifest import FORMAT, current, current_manifest

EXAMPLES = "examples.json"
FILES = (
    "models.npz", EXAMPLES, *CARD_FILES,
    *(f"{name}{ending}" for name in ("alarm", "request") for ending in ENDINGS),
)
CHANGED = 0.01


class Fits(NamedTuple):
    """Fitted models in ``folder``, the gate that goes with them, and what they were fitted on."""

    folder: Path
    gate: Gate
    fitted_on: str

    def copy_to(self, folder: Path) -> None:
        for name in FILES:
            if (self.folder / name).exists():
                shutil.copy(self.folder / name, folder / name)


def _hashes(content: Content) -> list[str]:
    return sorted(hashlib.sha256("|".join(example).encode()).hexdigest()[:12] for example in all_examples(content))


def examples_hash(content: Content) -> str:
    """16 hex digits over all examples."""
    return hashlib.sha256(" ".join(_hashes(content)).encode()).hexdigest()[:16]


def write_examples(folder: Path, content: Content) -> None:
    """Remember what the models in ``folder`` were fitted on."""
    (folder / EXAMPLES).write_text(json.dumps(_hashes(content)))


def reusable(index: Path, content: Content, encoder: str, pivot: str | None) -> Fits | None:
    """The fits of the index in use, if they may be kept for ``content``."""
    folder = current(index)
    try:
        manifest = current_manifest(index)
        before = set(json.loads((folder / EXAMPLES).read_text())) if folder else set()
    except (IndexMissing, IndexBroken, OSError, ValueError):
        return None
    if folder is None or (manifest.format, manifest.encoder, manifest.pivot) != (FORMAT, encoder, pivot):
        return None
    now = set(_hashes(content))
    changed = len(now ^ before)
    return Fits(folder, manifest.gate, manifest.fitted_on) if changed <= CHANGED * max(1, len(now)) else None
