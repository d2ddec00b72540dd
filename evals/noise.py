"""A clean question in, the same question as typed on a cheap phone at night out; the chance is given from outside."""

from __future__ import annotations

from random import Random

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold

_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
    "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb",
    "w": "qe", "x": "zc", "y": "tu", "z": "x",
}
_SHORT = {
    Language.EN: {"you": "u", "your": "ur", "are": "r", "what": "wat", "please": "pls", "because": "cos", "people": "ppl"},
    Language.ES: {"que": "q", "porque": "xq", "por": "x", "también": "tmb", "donde": "dnd", "para": "pa", "está": "ta"},
    Language.PT: {"que": "k", "porque": "pq", "também": "tb", "está": "ta", "estão": "tao", "não": "n", "quando": "qd"},
}


def typos(text: str, share: float, random: Random) -> str:
    """``share`` of the letters changed: dropped, doubled, swapped with the next, or a neighbouring key."""
    out: list[str] = []
    letters = list(text)
    at = 0
    while at < len(letters):
        letter = letters[at]
        if letter.isalpha() and random.random() < share:
            kind = random.randrange(4)
            if kind == 0:
                pass
            elif kind == 1:
                out += [letter, letter]
            elif kind == 2 and at + 1 < len(letters):
                out += [letters[at + 1], letter]
                at += 1
            else:
                out.append(random.choice(_NEAR.get(fold(letter), letter)))
        else:
            out.append(letter)
        at += 1
    return "".join(out)


def no_accents(text: str) -> str:
    """Lower case, no accents, no opening marks: the usual keyboard."""
    return fold(text).replace("¿", "").replace("¡", "")


def sms(text: str, language: Language) -> str:
    """Words as in text messages."""
    short = _SHORT[language]
    return " ".join(short.get(word.lower(), word) for word in text.split())


def noisy(text: str, language: Language, share: float, random: Random) -> str:
    """All three together, as it happens."""
    return typos(no_accents(sms(text, language)), share, random)
