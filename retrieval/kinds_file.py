"""A kind model in, its files out, and back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.sparse import load_npz, save_npz

from retrieval.kinds import KindModel, Seen

ENDINGS = ("-letters.npz", "-words.npz", ".npz", ".json")


def save_kinds(model: KindModel, folder: Path, name: str) -> None:
    """Write the files ``name`` + ``ENDINGS`` into ``folder``."""
    save_npz(folder / f"{name}-letters.npz", model.examples.letters)
    save_npz(folder / f"{name}-words.npz", model.examples.words)
    np.savez(
        folder / f"{name}.npz", vectors=model.examples.vectors.astype(np.float16), labels=model.labels, linear=model.linear,
        linear_bias=model.linear_bias, mean=model.mean, scale=model.scale, weights=model.weights, bias=model.bias,
    )
    (folder / f"{name}.json").write_text(json.dumps({"names": model.names, "tags": model.tags}))


def load_kinds(folder: Path, name: str) -> KindModel | None:
    """Read what ``save_kinds`` wrote; ``None`` when there is no such model in this index."""
    if not (folder / f"{name}.npz").exists():
        return None
    said = json.loads((folder / f"{name}.json").read_text())
    with np.load(folder / f"{name}.npz") as kept:
        examples = Seen(
            kept["vectors"].astype(np.float32), load_npz(folder / f"{name}-letters.npz").tocsr(),
            load_npz(folder / f"{name}-words.npz").tocsr(),
        )
        return KindModel(
            names=tuple(said["names"]), tags=tuple(said["tags"]), examples=examples, labels=kept["labels"],
            linear=kept["linear"], linear_bias=kept["linear_bias"], mean=kept["mean"], scale=kept["scale"],
            weights=kept["weights"], bias=kept["bias"],
        )
