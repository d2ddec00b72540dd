"""Typed words in, the letter of the meant option out (``a`` = first), or ``None`` when no option is clearly meant."""

from __future__ import annotations

import re

from knowledge_base.pinpoint import fold

LETTERS = "abcdef"
_ENDS = " .,;:!?¡¿\"'()[]"
_NUMBERS = {
    1: "one|uno|una|um|uma", 2: "two|dos|dois|duas", 3: "three|tres", 4: "four|cuatro|quatro", 5: "five|cinco", 6: "six|seis",
}
_ORDINALS = {
    1: "first|primer[oa]?|primeir[oa]", 2: "second|segund[oa]", 3: "third|tercer[oa]?|terceir[oa]",
    4: "fourth|cuart[oa]|quart[oa]", 5: "fifth|quint[oa]", 6: "sixth|sext[oa]",
}
_WORD = "|".join(_NUMBERS.values())
_LONE = re.compile(r"[a-f]|[1-6]")
_SAID = re.compile(rf"[a-f]|[1-6]|{_WORD}")
_NAME = r"(?:option|opcion|opcao|alternativa|alinea|letra|letter|number|numero|nr|answer|respuesta|resposta)"
# "a" and "e" are also small words in es and pt, so they must close the sentence.
_LINK = r"(?:number |numero |es |is |e |la |a )?"
_NAMED = re.compile(rf"\b{_NAME}\.? {_LINK}(?:(?P<sure>[bcdf]|[1-6]|{_WORD})\b|(?P<end>[ae])(?=$| (?:or|o|ou)\b))")
_CHOSEN = re.compile(r"\b(?:la|el|o|a|the|choose|pick|take|with|elijo|escojo|marco|escolho|pela) (?P<end>[a-f]|[1-6])$")
_SIGN = re.compile(r"\b(?:[bcdf]|[1-6])\b")
_LAST = re.compile(r"\b(?:last|ultim[oa])\b")


def lone_option(text: str, options: int) -> str | None:
    """A single letter or digit and nothing else: ``"B)"``, ``"2"``. ``options``: how many there are."""
    bare = _bare(text)
    return _letter(bare, options) if _LONE.fullmatch(bare) else None


def meant_option(text: str, options: int) -> str | None:
    """Also ``"option 2"``, ``"la segunda"``, ``"I pick C"``, ``"a última"``.

    Ordinal words come before letters, because ``a`` is also an article: ``"a segunda"`` is b. Two options in one
    sentence mean none.
    """
    bare = _bare(text)
    if _SAID.fullmatch(bare):
        return _letter(bare, options)
    named = {found["sure"] or found["end"] for found in _NAMED.finditer(bare)}
    if named:
        return _letter(named.pop(), options) if len(named) == 1 else None
    ordinals = {place for place, words in _ORDINALS.items() if re.search(rf"\b(?:{words})\b", bare)}
    if ordinals:
        return _letter(str(ordinals.pop()), options) if len(ordinals) == 1 else None
    if _LAST.search(bare):
        return _letter(str(options), options)
    chosen = _CHOSEN.search(bare)
    if chosen and len(set(_SIGN.findall(bare)) | {chosen["end"]}) == 1:
        return _letter(chosen["end"], options)
    return None


def _bare(text: str) -> str:
    return " ".join(fold(text).split()).strip(_ENDS)


def _letter(sign: str, options: int) -> str | None:
    number = next((n for n, words in _NUMBERS.items() if re.fullmatch(words, sign)), None)
    place = number - 1 if number else (int(sign) - 1 if sign.isdigit() else LETTERS.index(sign))
    return LETTERS[place] if 0 <= place < min(options, len(LETTERS)) else None
