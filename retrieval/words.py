"""Text in, search terms out: lower case, stop words dropped, Snowball stem, accents folded (in that order).

Folding after stemming is worth 2 nDCG points in Spanish and Portuguese (findings/retrieval.md, section 2.1). Portuguese is
first brought to one spelling, because law in Mozambique writes *acção, directo* and people type *ação, direto*.
"""

from __future__ import annotations

import re
from functools import lru_cache

import Stemmer

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_STEMMERS = {
    Language.EN: Stemmer.Stemmer("english"),
    Language.ES: Stemmer.Stemmer("spanish"),
    Language.PT: Stemmer.Stemmer("portuguese"),
}
STOP: dict[Language, frozenset[str]] = {
    Language.EN: frozenset(
        "a an the and or of to in on at by for with from as is are was were be been being it its this that these those i"
        " me my we us our you your he him his she her they them their do does did have has had if then so what which who"
        " when where how there here about into can could would should will may must am just u".split()
    ),
    Language.ES: frozenset(
        "el la los las un una unos unas y o u e de del al a en con por para como que qué quien quién cual cuál cuando"
        " cuándo donde dónde es son era fue ser está están este esta esto estos estas ese esa eso esos esas lo le les se"
        " me mi mis nos te tu tus su sus yo tú él ella ellos ellas si ya más muy hay ha han he puedo puede pueden debo"
        " debe deben tengo tiene q k".split()
    ),
    Language.PT: frozenset(
        "o a os as um uma uns umas e ou de do da dos das ao à aos às em no na nos nas com por para pelo pela como que quê"
        " quem qual quando onde é são era foi ser está estão este esta isto estes estas esse essa isso esses essas lhe"
        " lhes se me meu minha meus minhas te teu tua seu sua seus suas eu tu ele ela eles elas já mais muito há posso"
        " pode podem devo deve devem tenho tem k q".split()
    ),
}
_MUTE = re.compile(r"(?<=[aeiouáéíóúâêô])(?:c(?=[çt])|p(?=[ç]))")


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers in order."""
    return [match.lower() for match in _TOKEN.findall(text)]


def one_spelling(token: str) -> str:
    """Portuguese without mute consonants: *acção* → *ação*, *directo* → *direto*."""
    return _MUTE.sub("", token)


@lru_cache(maxsize=65536)
def term(token: str, language: Language) -> str:
    """The search term of one token, or an empty string for a stop word."""
    if token in STOP[language]:
        return ""
    if language is Language.PT:
        token = one_spelling(token)
    stem = fold(_STEMMERS[language].stemWord(token))
    # The stemmers know endings by their accents (polic-ía, but polici-a): what is left of one is cut here.
    return stem if language is Language.EN or len(stem) < 5 else stem.rstrip("aeio")


def terms(text: str, language: Language) -> list[str]:
    """All search terms of ``text``; a text of stop words only keeps them, folded."""
    words = tokens(text)
    found = [t for t in (term(word, language) for word in words) if t]
    return found or [fold(word) for word in words]
