"""Damaged words are read by their letters and by the words around; words that stand are left alone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.noise import typos
from knowledge_base.model import Language
from knowledge_base.pinpoint import fold
from retrieval.library import Library
from retrieval.spelling import EDIT, FIRST, SLIP, Speller, changes
from retrieval.vocabulary import gather, open_vocabulary

TEXTS = ["o guarda pode disparar", "podem separar", "o guarda pode disparar"]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(gather(Language.PT, TEXTS))


def test_slips_cost_less_than_other_changes() -> None:
    assert changes("guarda", "guarda") == 0
    for typed in ("guada", "guuarda", "guadra", "guatda"):  # dropped, doubled, swapped, neighbouring key
        assert changes(typed, "guarda") == SLIP
    assert changes("gularda", "guarda") == EDIT
    assert changes("huarda", "guarda") == SLIP + FIRST


@given(st.text("abcdefghij", max_size=9), st.text("abcdefghij", max_size=9))
def test_a_change_never_costs_less_than_nothing(typed: str, meant: str) -> None:
    assert changes(typed, meant) >= 0
    assert (changes(typed, meant) == 0) == (typed == meant)


def test_the_words_around_decide(speller: Speller) -> None:
    unsure, alike = [None, None, None, 14.0], [(), (), (), ()]
    assert speller.meant(["o", "guarda", "pode", "dsparar"], unsure, alike) == ["o", "guarda", "pode", "disparar"]
    assert speller.meant(["podem", "dseparar"], [None, 14.0], [(), ()]) == ["podem", "separar"]


def test_what_stands_is_never_changed_and_the_unreadable_is_left(speller: Speller) -> None:
    assert speller.meant(["guada", "xyzxyzxyz"], [None, 14.0], [(), ()]) == ["guada", "xyzxyzxyz"]
    assert speller.meant([], [], []) == []


def test_a_careful_reader_accepts_only_near_words(speller: Speller) -> None:
    assert speller.meant(["dispawxarr"], [14.0], [()], EDIT) == ["dispawxarr"]
    assert speller.meant(["dispawrar"], [14.0], [()], EDIT) == ["disparar"]


def test_a_vocabulary_comes_back_from_its_file(tmp_path: Path) -> None:
    made = gather(Language.PT, TEXTS, ["posso disparar"], ["chamboco"])
    made.save(tmp_path / "words.json")
    assert asdict(open_vocabulary(tmp_path / "words.json")) == asdict(made)
    assert "chamboco" in made.share and made.after["guarda"]["pode"] > 0


QUESTIONS = {
    Language.PT: "posso revistar a mochila de uma mulher na entrada da mina sem a polícia",
    Language.ES: "un policía puede disparar contra los que bloquean la carretera de la mina",
    Language.EN: "can the guards search the bag of a woman at the gate without the police",
}


@pytest.mark.parametrize("language", list(Language))
def test_most_damaged_words_of_a_question_full_of_slips_come_back(library: Library, language: Language) -> None:
    repair, random = library.listener.repairs[language], Random(3)
    clean = [fold(word) for word in QUESTIONS[language].split()]
    damaged = back = 0
    for _ in range(30):
        typed = [typos(word, 0.15, random) for word in clean]
        read = fold(repair(" ".join(typed))).split()
        if len(read) != len(clean):
            continue
        wrong = [(a, b) for a, b, c in zip(clean, read, typed, strict=True) if c != a and len(a) > 3]
        damaged += len(wrong)
        back += sum(a == b for a, b in wrong)
    assert damaged > 60
    assert back / damaged > 0.75


@pytest.mark.parametrize("language", list(Language))
def test_our_own_texts_are_never_changed(library: Library, language: Language) -> None:
    repair = library.listener.repairs[language]
    texts = [s.text for card in list(library.content.cards.values())[:80] for s in card.statements]
    for text in texts:
        said = getattr(text, language.value)
        assert fold(repair(said)) == fold(repair._written_out(said))
