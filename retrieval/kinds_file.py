"""A kind model in, its files out, and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retrieval import linear
from retrieval.kinds import KindModel
from retrieval.linear import load_linear

ENDINGS = (".npz", *linear.ENDINGS, *(f"-tags{ending}" for ending in linear.ENDINGS))


def save_kinds(model: KindModel, folder: Path, name: str) -> None:
    """Write the files ``name`` + ``ENDINGS`` into ``folder``."""
    model.linear.save(folder, name)
    if model.tags is not None:
        model.tags.save(folder, f"{name}-tags")
    np.savez(
        folder / f"{name}.npz", kinds=np.array(model.names), examples=model.examples.astype(np.float16), labels=model.labels,
        axes=model.axes,         mean=model.mean, scale=model.scale, weights=model.weights, bias=model.bias,
    )


def load_kinds(folder: Path, name: str) -> KindModel | None:
    """Read what ``save_kinds`` wrote; ``None`` when there is no such model in this index."""
    found = load_linear(folder, name)
    if found is None:
        return None
    with np.load(folder / f"{name}.npz") as kept:
        return KindModel(
            names=tuple(str(n) for n in kept["kinds"]), linear=found, tags=load_linear(folder, f"{name}-tags"),
            examples=kept["examples"].astype(np.float32), labels=kept["labels"],
            axes=kept["axes"], mean=kept["mean"], scale=kept["scale"],
            weights=kept["weights"], bias=kept["bias"],
        )
