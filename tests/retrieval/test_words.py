"""Search terms: stop words, stems, folded accents, one Portuguese spelling."""

from __future__ import annotations

import pytest

from knowledge_base.model import Language
from retrieval.words import one_spelling, terms, tokens


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("detenção", "detencao", Language.PT), ("acção directa", "ação direta", Language.PT),
        ("objectos", "objeto", Language.PT), ("manifestantes", "manifestante", Language.PT),
        ("detención", "detencion", Language.ES), ("policías", "policia", Language.ES), ("shooting", "shoots", Language.EN),
    ],
)
def test_the_same_word_is_the_same_term(one: str, other: str, language: Language) -> None:
    assert terms(one, language) == terms(other, language)


def test_stop_words_are_dropped_but_never_everything() -> None:
    assert terms("posso disparar contra os ladrões", Language.PT) == terms("disparar contra ladrões", Language.PT)
    assert terms("o que", Language.PT) == ["o", "que"]


def test_numbers_are_words() -> None:
    assert "8" in tokens("art. 8.3 del DL 1186") and "1186" in terms("DL 1186", Language.ES)


def test_spelling_reform() -> None:
    assert [one_spelling(w) for w in ("acção", "directo", "facto", "protecção")] == ["ação", "direto", "fato", "proteção"]
