"""Reading figures against words counted by hand and published formulas."""

from __future__ import annotations

import pytest

from evals.reading import ease, sentences, syllables, words
from knowledge_base.model import Language

EN, ES, PT = Language.EN, Language.ES, Language.PT


@pytest.mark.parametrize(
    ("language", "counted"),
    [
        (EN, "the:1 guard:1 police:2 table:2 rights:1 evidence:3 provision:3 wounded:2 stopped:1 weapons:2 used:1 people:2 rules:1"),
        (ES, "guardia:2 policía:4 que:1 guerra:2 pingüino:3 aéreo:4 derechos:3 río:2 ley:1 ambiental:3 oído:3 cooperación:5"),
        (PT, "guarda:2 polícia:3 não:1 ações:2 mãe:1 água:2 direito:3 saúde:3 quem:1 país:2 detenção:3 comunidade:5"),
    ],
)
def test_syllables(language: Language, counted: str) -> None:
    for pair in counted.split():
        word, _, number = pair.partition(":")
        assert syllables(word, language) == int(number), word


def test_words_and_sentences() -> None:
    assert words("Do not shoot, it's over: art. 5") == ["Do", "not", "shoot", "it's", "over", "art"]
    assert sentences("One. Two!\nThree 3.5 here") == 3 and sentences("no end") == 1


def test_the_three_formulas() -> None:
    assert ease("The cat sat.", EN) == pytest.approx(206.835 - 1.015 * 3 - 84.6)
    assert ease("La casa es alta.", ES) == pytest.approx(206.84 - 1.02 * 4 - 60 * 6 / 4)
    assert ease("A casa é alta.", PT) == pytest.approx(248.835 - 1.015 * 4 - 84.6 * 6 / 4)


@pytest.mark.parametrize(
    ("language", "plain", "hard"),
    [
        (EN, "Stop. Call your chief. Help the wounded.",
         "Notwithstanding institutional accountability considerations, proportionality determinations necessitate contemporaneous documentation."),
        (ES, "Pare. Llame a su jefe. Ayude al herido.",
         "La responsabilidad institucional presupone determinaciones contemporáneas de proporcionalidad debidamente documentadas."),
        (PT, "Pare. Ligue ao chefe. Ajude o ferido.",
         "A responsabilidade institucional pressupõe determinações contemporâneas de proporcionalidade devidamente documentadas."),
    ],
)
def test_plain_words_read_more_easily(language: Language, plain: str, hard: str) -> None:
    assert ease(plain, language) > 60 > 20 > ease(hard, language)


def test_nothing_to_read_is_said() -> None:
    with pytest.raises(ValueError, match="without words"):
        ease("123 ...", EN)
