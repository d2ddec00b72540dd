"""Tune cases and a library in, weights for the provision ranker out; never looks at a sealed case."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from evals.model import ANSWERABLE, Case
from knowledge_base.model import Ref
from retrieval.library import Library
from retrieval.rank import FEATURES, Ranker, Row, candidates
from retrieval.search import search


def fit_ranker(cases: Sequence[Case], library: Library, today: dt.date) -> Ranker:
    """A logistic regression over all candidates of all tune questions: acceptable or not."""
    pairs = []
    for case in cases:
        if case.split != "tune" or case.sort not in ANSWERABLE:
            continue
        heard = library.listener.hear(case.question, None, case.language)
        found = search(heard, library.stock, case.country, today)
        pairs.append((case, candidates(found, library.content, case.country, case.role, today)))
    return fitted(pairs)


def fitted(pairs: Sequence[tuple[Case, Mapping[Ref, Row]]]) -> Ranker:
    """Fit on questions with their candidates."""
    rows, labels = [], []
    for case, table in pairs:
        for ref, row in table.items():
            rows.append(row)
            labels.append(ref in case.accept)
    matrix = np.stack(rows)
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=1000, C=1.0, class_weight="balanced").fit((matrix - mean) / scale, labels)
    weights = model.coef_[0] / scale
    return Ranker(tuple(round(float(w), 4) for w in weights), round(float(model.intercept_[0] - weights @ mean), 4))


def as_json(ranker: Ranker) -> str:
    """The text of ``retrieval/ranker.json``."""
    return json.dumps({"weights": dict(zip(FEATURES, ranker.weights, strict=True)), "bias": ranker.bias}, indent=1) + "\n"
