"""Repair of questions as typed: accents, typos, sounds; good words stay."""

from __future__ import annotations

import pytest

from knowledge_base.model import GlossaryEntry, Language
from retrieval.repair import Repair
from retrieval.vocabulary import gather, sound

PT = Repair(
    Language.PT,
    gather(Language.PT, ["disparar contra garimpeiros que roubam minério", "a polícia deteve o manifestante ferido"]),
    [GlossaryEntry(word="cinzentinhos", to="polícia")],
)
ES = Repair(
    Language.ES, gather(Language.ES, ["disparar relave comisaría detenido vigilante violencia"]),
    [GlossaryEntry(word="tombo", to="policía")],
)


@pytest.mark.parametrize(
    ("repair", "typed", "expected"),
    [
        (PT, "posso desparar se estao a roubar minerio", "posso disparar se estão a roubar minério"),
        (PT, "a policia prendeu", "a polícia prendeu"), (PT, "garimpeiroz", "garimpeiros"),
        (ES, "puedo disparar si el deteniddo huye", "puedo disparar si el detenido huye"),
        (ES, "la comisaria", "la comisaría"), (ES, "biolencia", "violencia"), (ES, "bijilante", "vigilante"),
    ],
)
def test_what_was_meant_is_found(repair: Repair, typed: str, expected: str) -> None:
    assert repair(typed) == expected


@pytest.mark.parametrize(
    ("repair", "text"),
    [
        (PT, "O meu chefe mandou bater num homem preso ontem à noite."), (PT, "refúgio para crianças"),
        (ES, "Mi jefe me dijo que revise las mochilas de los obreros."), (ES, "Art. 8.3 del DL 1186"),
    ],
)
def test_good_text_stays(repair: Repair, text: str) -> None:
    assert repair(text) == text


def test_field_words_are_expanded_beside_the_text() -> None:
    assert PT.expand("os cinzentinhos bateram-me") == "polícia"
    assert ES.expand("el TOMBO me pegó, tombos no") == "policía"
    assert ES.expand("nada") == ""


def test_words_that_sound_alike() -> None:
    assert sound("polisia") == sound("policia") and sound("abisar") == sound("avisar") and sound("huir") == sound("uir")
