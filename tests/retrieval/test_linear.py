"""The small linear models: the same rows give the same weights, one row scores like many."""

from __future__ import annotations

import numpy as np

from knowledge_base.model import Language
from retrieval.library import Library
from retrieval.linear import fit_linear
from retrieval.views import SPELLED, beside, spelled


def test_two_fits_of_the_same_rows_are_equal(library: Library) -> None:
    asked = [passage for passage in library.stock.passages if passage.kind == "phrasing" and passage.card][::8]
    languages = [next(iter(passage.native)) for passage in asked]
    texts = [passage.native[language] for passage, language in zip(asked, languages, strict=True)]
    rows, labels = spelled(texts, languages, texts), [str(passage.card) for passage in asked]
    first, second = fit_linear(rows, labels), fit_linear(rows, labels)
    assert first.names == second.names
    assert (first.weights != second.weights).nnz == 0
    assert np.array_equal(first.bias, second.bias)


def test_one_row_scores_as_it_does_among_others() -> None:
    texts = ["posso disparar", "revistar a mochila", "derrame no rio", "posso revistar"] * 3
    rows = spelled(texts, [Language.PT] * len(texts), texts)
    columns = np.linspace(0, 1, 5 * len(texts), dtype=np.float32).reshape(len(texts), 5)
    assert rows.shape[1] == SPELLED
    model = fit_linear(beside(rows, columns), [text.split()[0] for text in texts])
    assert np.allclose(model.of_one(rows[0], columns[0]), model.scores(beside(rows, columns))[0], atol=1e-5)
