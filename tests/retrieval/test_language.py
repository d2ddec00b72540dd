"""Language of short noisy texts; the profile's language decides when the text does not."""

from __future__ import annotations

import pytest

from knowledge_base.model import Language
from retrieval.library import Library

SHORT = [
    ("posso bater nele", "pt"), ("puedo pegarle", "es"), ("can i hit him", "en"), ("o chefe mandou atirar", "pt"),
    ("me ordenaron disparar", "es"), ("boss said shoot", "en"), ("como faço a revista", "pt"), ("como hago el registro", "es"),
    ("how do i search", "en"), ("tao a roubar minerio", "pt"), ("estan robando mineral", "es"), ("they steal ore", "en"),
    ("derrame no rio", "pt"), ("derrame en el rio", "es"), ("spill in the river", "en"), ("quem devo avisar", "pt"),
    ("a quien aviso", "es"), ("who do i call", "en"), ("crianca na mina", "pt"), ("niño en la mina", "es"),
]


def test_short_questions(library: Library) -> None:
    right = sum(library.listener.languages.detect(text) == Language(language) for text, language in SHORT)
    assert right >= len(SHORT) - 1


def test_the_profile_decides_when_the_text_does_not(library: Library) -> None:
    detect = library.listener.languages.detect
    assert detect("ok", Language.PT) is Language.PT
    assert detect("ok", Language.ES) is Language.ES
    assert detect("The police told me to open the gate for the trucks", Language.ES) is Language.EN


@pytest.mark.parametrize("text", ["", "???", "1234", "🙂"])
def test_anything_has_a_language(library: Library, text: str) -> None:
    assert sum(library.listener.languages.probabilities(text).values()) == pytest.approx(1.0)
