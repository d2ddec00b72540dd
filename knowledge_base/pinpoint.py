"""Pinpoints: how a source cites one of its places, as text in, as anchor, address or spoken label out."""

from __future__ import annotations

import re
import unicodedata

from knowledge_base.model import Anchor, InstrumentId, Language, Ref

_WORDS: dict[str, dict[Language, str]] = {
    "principle": {Language.EN: "Principle", Language.ES: "Principio", Language.PT: "Princípio"},
    "principles": {Language.EN: "Principles", Language.ES: "Principios", Language.PT: "Princípios"},
    "article": {Language.EN: "Article", Language.ES: "Artículo", Language.PT: "Artigo"},
    "articles": {Language.EN: "Articles", Language.ES: "Artículos", Language.PT: "Artigos"},
    "art": {Language.EN: "art", Language.ES: "art", Language.PT: "art"},
    "arts": {Language.EN: "arts", Language.ES: "arts", Language.PT: "arts"},
    "para": {Language.EN: "para", Language.ES: "párr.", Language.PT: "parágrafo"},
    "paras": {Language.EN: "paras", Language.ES: "párrs.", Language.PT: "parágrafos"},
    "paragraph": {Language.EN: "paragraph", Language.ES: "párrafo", Language.PT: "parágrafo"},
    "rule": {Language.EN: "Rule", Language.ES: "Norma", Language.PT: "Regra"},
    "rules": {Language.EN: "Rules", Language.ES: "Normas", Language.PT: "Regras"},
    "guideline": {Language.EN: "Guideline", Language.ES: "Directriz", Language.PT: "Directriz"},
    "section": {Language.EN: "Section", Language.ES: "Sección", Language.PT: "Secção"},
    "chapter": {Language.EN: "Chapter", Language.ES: "Capítulo", Language.PT: "Capítulo"},
    "annex": {Language.EN: "Annex", Language.ES: "Anexo", Language.PT: "Anexo"},
    "preamble": {Language.EN: "Preamble", Language.ES: "Preámbulo", Language.PT: "Preâmbulo"},
    "and": {Language.EN: "and", Language.ES: "y", Language.PT: "e"},
    "y": {Language.EN: "and", Language.ES: "y", Language.PT: "e"},
    "inc": {Language.EN: "inc", Language.ES: "inc", Language.PT: "inc"},
}
_WORD = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"[ivxlc]+")
_MARKS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Lower case without accents: ``Acção`` → ``accao``."""
    lower = text.lower()
    if lower.isascii():
        return lower
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", lower))
    return bare if bare.isascii() else "".join(c for c in bare if not unicodedata.combining(c))


def anchor(pinpoint: str) -> Anchor:
    """The link form of a pinpoint: lower case, accents folded, everything else to single dashes.

    >>> anchor("art. 8.4")
    'art-8-4'
    """
    return Anchor(re.sub(r"[^a-z0-9]+", "-", fold(pinpoint)).strip("-"))


def ref(instrument: InstrumentId, pinpoint: str) -> Ref:
    """The address ``instrument#anchor`` of a pinpoint."""
    return Ref(f"{instrument}#{anchor(pinpoint)}")


def split_ref(address: Ref) -> tuple[InstrumentId, Anchor]:
    """``instrument#anchor`` → its two halves; raises ``ValueError`` when there is no ``#`` or an empty half."""
    instrument, sharp, place = address.partition("#")
    if not sharp or not instrument or not place:
        raise ValueError(f"{address!r} is not instrument#anchor; write for example un_bpuff_1990#principle-9")
    return InstrumentId(instrument), Anchor(place)


def label(pinpoint: str, language: Language) -> str:
    """A pinpoint with its citation words in ``language``; other words stay as they are.

    >>> label("Principle 9", Language.PT)
    'Princípio 9'
    """

    def translated(match: re.Match[str]) -> str:
        known = _WORDS.get(match.group().lower())
        return known[language] if known else match.group()

    return re.sub(r"\.\.+", ".", _WORD.sub(translated, pinpoint))


def is_mechanical(pinpoint: str) -> bool:
    """Whether ``label`` is a full translation: every word is a citation word, a roman number or one letter."""
    return all(
        len(word) == 1 or word.lower() in _WORDS or _ROMAN.fullmatch(word.lower()) for word in _WORD.findall(pinpoint)
    )
