"""Translation rules: a text left in another language, copied, with other numbers, or having lost its negation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge_base.model import Language, Text
from knowledge_base.problem import Problem
from knowledge_base.rules.shelf import Shelf

# Function words that one of the three languages has and the others have not.
_MARKS: dict[Language, frozenset[str]] = {
    Language.EN: frozenset(
        "the and of to is are must not with for by that they their who when if or you be been from this have has it"
        " its only any does may should was were will what which your".split()
    ),
    Language.ES: frozenset(
        "el la los las un una y en del con sin su sus es son al si cuando debe deben puede pueden están está hay según también"
        " pero ni lo le les más muy donde desde hasta ese esa".split()
    ),
    Language.PT: frozenset(
        "o e os as em do da dos das com sem um uma seu sua seus suas é são ao à quando ou deve devem pode podem não estão há"
        " também mas nem pela pelo na nas dum duma num numa mais muito onde até esse essa".split()
    ),
}
_NEGATIONS: dict[Language, re.Pattern[str]] = {
    Language.EN: re.compile(
        r"\b(no|not|never|none|nothing|nobody|without|cannot|neither|nor|unless|forbid\w*|prohibit\w*|ban\w*|unlawful\w*|"
        r"illegal\w*|except\w*|only|free|lack\w*|refus\w*|un\w+|non\w*|in(?:valid|human|dependent)\w*|outside|avoid\w*|"
        r"other than|otherwise|instead|rather|false|void|null|stop\w*|impunity|absolute|fail\w*|dis\w+|ignor\w+|"
        r"whatever|whether|leav\w+|leave|keep\w*|stay\w*|away|out|off|hold|before)\b|n't\b",
        re.I,
    ),
    Language.ES: re.compile(
        r"\b(no|nunca|jamás|ning\w+|nada|nadie|sin|ni|tampoco|salvo|excepto|prohíb\w*|prohib\w*|ilegal\w*|ilícit\w*|solo|"
        r"sólo|únic\w*|evit\w*|neg\w+|falt\w*|carec\w*|in\w+|im\w+|fuera|a menos|falso|excepción|excepciones|nul\w+|"
        r"en vez|en lugar|dej\w+|des\w+|ajen\w+|libre\w*|gratuit\w*|absolut\w+|cese|rechaz\w*|apenas)\b",
        re.I,
    ),
    Language.PT: re.compile(
        r"\b(não|nunca|jamais|nenhum\w*|nada|ninguém|sem|nem|tampouco|salvo|excepto|proíb\w*|proib\w*|ilegal\w*|ilícit\w*|"
        r"só|apenas|somente|únic\w*|evit\w*|neg\w+|recus\w*|falt\w*|in\w+|im\w+|fora|a menos|falso|excepção|excepções|"
        r"nul\w+|em vez|em lugar|deix\w+|des\w+|alhei\w+|livre\w*|gratuit\w*|absolut\w+|rejeit\w*)\b",
        re.I,
    ),
}
_STRONG: dict[Language, re.Pattern[str]] = {
    Language.EN: re.compile(r"\b(not|never|cannot|nobody|nothing|none)\b|n't\b", re.I),
    Language.ES: re.compile(r"\b(no|nunca|jamás|nadie|nada|ningún|ninguna|ninguno)\b", re.I),
    Language.PT: re.compile(r"\b(não|nunca|jamais|ninguém|nada|nenhum|nenhuma)\b", re.I),
}
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")


def language_problems(shelf: Shelf) -> Iterator[Problem]:
    """Compare the three languages of every shown text."""
    for file, key, text in _texts(shelf):
        yield from text_problems(file, key, text)


def text_problems(file: str, key: str, text: Text) -> Iterator[Problem]:
    """The problems of one text in three languages."""
    words = {language: text.in_(language) for language in Language}
    for language, said in words.items():
        if not said.strip():
            yield Problem(file, f"{key}.{language}", "empty", "translate it")
            return
    for one, other in ((Language.EN, Language.ES), (Language.EN, Language.PT), (Language.ES, Language.PT)):
        if words[one] == words[other] and len(_WORD.findall(words[one])) > 4:
            yield Problem(file, f"{key}.{other}", f"a copy of {one}", "translate it")
    for language, said in words.items():
        guess = guess_language(said)
        if guess is not None and guess is not language:
            yield Problem(file, f"{key}.{language}", f"reads like {guess}", f"write it in {language}")
    numbers = {language: set(_NUMBER.findall(said)) for language, said in words.items()}
    if not numbers[Language.EN] == numbers[Language.ES] == numbers[Language.PT]:
        shown = ", ".join(f"{language} {sorted(found)}" for language, found in numbers.items())
        yield Problem(file, key, f"numbers differ ({shown})", "write the same digits in all three")
    for language, said in words.items():
        others = [other for other in Language if other is not language]
        negated_elsewhere = all(_STRONG[other].search(words[other]) for other in others)
        if negated_elsewhere and not _NEGATIONS[language].search(said):
            yield Problem(
                file, f"{key}.{language}", "the negation of the other two languages is missing", "compare the meaning"
            )


def guess_language(text: str) -> Language | None:
    """The language whose function words clearly lead, or ``None`` for short or mixed texts."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < 8:
        return None
    counts = sorted(((sum(w in marks for w in words), language) for language, marks in _MARKS.items()), reverse=True)
    (first, language), (second, _) = counts[0], counts[1]
    return language if first >= second + 4 and first > 1.6 * second else None


def _texts(shelf: Shelf) -> Iterator[tuple[str, str, Text]]:
    for file, instrument in shelf.instruments:
        yield file, "status", instrument.status
        for provision in instrument.provisions:
            for name, text in (("digest", provision.digest), ("text", provision.text)):
                if text is not None:
                    yield file, f"{provision.pinpoint}.{name}", text
    for file, card in shelf.cards:
        for statement in card.statements:
            yield file, statement.id, statement.text
    for file, scenario in shelf.scenarios:
        yield file, "debrief.protects", scenario.debrief.protects
        yield file, "debrief.ask_your_trainer", scenario.debrief.ask_your_trainer
        for name, scene in scenario.scenes.items():
            yield file, name, scene.text
            for option in scene.options:
                yield file, f"{name}.{option.id}", option.text
                yield file, f"{name}.{option.id}.because", option.because
                if option.consequence:
                    yield file, f"{name}.{option.id}.consequence", option.consequence
