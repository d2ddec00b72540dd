"""An alarm model in, its arrays out, and back; thresholds stand beside it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import load_npz, save_npz

from retrieval.alarm import AlarmModel, Seen


class Thresholds(NamedTuple):
    """From which probability each alarm is raised."""

    danger_now: float
    harmful: float
    personal_data: float


def save_alarm(model: AlarmModel, thresholds: Thresholds, folder: Path) -> None:
    """Write three files into ``folder``."""
    save_npz(folder / "alarm-letters.npz", model.examples.letters)
    save_npz(folder / "alarm-words.npz", model.examples.words)
    np.savez(
        folder / "alarm.npz", vectors=model.examples.vectors.astype(np.float16), labels=model.labels, linear=model.linear,
        linear_bias=model.linear_bias, mean=model.mean, scale=model.scale, weights=model.weights, bias=model.bias,
        thresholds=np.array(thresholds, dtype=np.float64),
    )


def load_alarm(folder: Path) -> tuple[AlarmModel, Thresholds]:
    """Read what ``save_alarm`` wrote."""
    with np.load(folder / "alarm.npz") as kept:
        examples = Seen(
            kept["vectors"].astype(np.float32), load_npz(folder / "alarm-letters.npz").tocsr(),
            load_npz(folder / "alarm-words.npz").tocsr(),
        )
        model = AlarmModel(
            examples=examples, labels=kept["labels"], linear=kept["linear"], linear_bias=kept["linear_bias"], mean=kept["mean"],
            scale=kept["scale"], weights=kept["weights"], bias=kept["bias"],
        )
        return model, Thresholds(*(float(t) for t in kept["thresholds"]))
