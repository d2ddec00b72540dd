"""Rows and labels in, one linear classifier per label out (support vectors, one against the rest), and back from its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, hstack, load_npz, save_npz
from sklearn.svm import LinearSVC

from retrieval.views import SPELLED, Floats

COST = 0.5
ENDINGS = ("-weights.npz", "-names.npz")


@dataclass(frozen=True)
class Linear:
    """``weights`` (features, names) and ``bias`` (names,)."""

    names: tuple[str, ...]
    weights: csr_matrix
    bias: Floats

    def scores(self, rows: csr_matrix) -> Floats:
        """Shape (n, names): about 1 for "this one", -1 for "not this one"."""
        return np.asarray((rows @ self.weights).todense(), dtype=np.float32) + self.bias

    def of_one(self, row: csr_matrix, *columns: Floats) -> Floats:
        """``scores`` of one ``row`` of ``views.spelled`` with dense ``columns`` (k,) beside it, never built: (names,)."""
        starts, counts = self.weights.indptr[row.indices], self._counts[row.indices]
        at = np.arange(counts.sum()) + np.repeat(starts - np.cumsum(counts) + counts, counts)
        seen = np.bincount(
            self.weights.indices[at], self.weights.data[at] * np.repeat(row.data, counts), minlength=len(self.names)
        )
        return np.asarray(seen + np.concatenate(columns) @ self._dense, dtype=np.float32) + self.bias

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        """How many weights each feature has."""
        return np.asarray(np.diff(self.weights.indptr), dtype=np.int64)

    @cached_property
    def _dense(self) -> Floats:
        """The weights of what stands beside letters and words, (k, names)."""
        return np.asarray(self.weights[SPELLED:].toarray(), dtype=np.float32)

    def save(self, folder: Path, name: str) -> None:
        """Write the files ``name`` + ``ENDINGS`` into ``folder``."""
        save_npz(folder / f"{name}{ENDINGS[0]}", self.weights)
        np.savez(folder / f"{name}{ENDINGS[1]}", names=np.array(self.names), bias=self.bias)


def load_linear(folder: Path, name: str) -> Linear | None:
    """Read what ``save`` wrote; ``None`` when there is no such model."""
    if not (folder / f"{name}{ENDINGS[0]}").exists():
        return None
    with np.load(folder / f"{name}{ENDINGS[1]}") as kept:
        return Linear(tuple(str(n) for n in kept["names"]), load_npz(folder / f"{name}{ENDINGS[0]}").tocsr(), kept["bias"])


def fit_linear(rows: csr_matrix, labels: Sequence[str], kept: int | None = None) -> Linear:
    """Fit on ``rows`` (n, features) and ``labels`` (n), of which there are two or more.

    ``kept``: how many weights per label are kept; the rest, near zero, are dropped. Deterministic.
    """
    names = tuple(sorted(set(labels)))
    given = np.array(labels)
    wide = csr_matrix(rows, dtype=np.float64)

    def one(name: str) -> tuple[csc_matrix, float]:
        model = LinearSVC(C=COST, max_iter=200, tol=1e-2, random_state=0).fit(wide, given == name)
        weights = model.coef_[0].astype(np.float32)
        if kept is not None and kept < len(weights):
            weights[np.abs(weights) < np.partition(np.abs(weights), -kept)[-kept]] = 0.0
        return csc_matrix(weights[:, None]), float(model.intercept_[0])

    # Processes: in threads the solvers would draw from one generator, and two builds would differ.
    fitted = Parallel(n_jobs=-1, prefer="processes")(delayed(one)(name) for name in names)
    return Linear(names, csr_matrix(hstack([w for w, _ in fitted])), np.array([b for _, b in fitted], dtype=np.float32))
