"""Text in, the same text without names, numbers, addresses and links of people out: better a word too many than a name left.

Cues and replacements are data (``redact.yaml``). Numbers of laws ("Ley 30364", "13/2023", "art. 449") stay.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from knowledge_base.load import read_yaml
from knowledge_base.model import Language

_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.|t\.me/|wa\.me/)\S+|(?<!\w)@\w{4,}", re.IGNORECASE)
_DEGREES = r"-?\d{1,3}[.,]\d{3,}(?:\s*°?\s*[NSEWO]\b)?"
_COORDINATES = re.compile(rf"{_DEGREES}\s*[,; ]\s*{_DEGREES}")
_PLATE = re.compile(r"\b[A-Z]{3}[- ]?\d{3}(?:[- ]?[A-Z]{2})?\b|\b[A-Z]\d[A-Z][- ]?\d{3}\b")
_DIGITS = re.compile(r"\+?\(?\d(?:[\s().-]{0,2}\d){6,}[A-Z]?\b")
_LAW = re.compile(r"\d{1,5}-(?:19|20)\d\d")
_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][\w'’-]*"
_WORD = r"[^\W\d_][\w'’-]*"
_MORE = 3  # words of a name after its first


def redact(text: str, language: Language) -> str:
    """``language``: of the words put in place of what was taken out."""
    instead = {kind: words[language.value] for kind, words in _data()["instead"].items()}
    text = _EMAIL.sub(instead["email"], text)
    text = _LINK.sub(instead["link"], text)
    text = _COORDINATES.sub(instead["place"], text)
    text = _document().sub(lambda found: f"{found.group(1)}{instead['number']}", text)
    text = _PLATE.sub(instead["number"], text)
    text = _DIGITS.sub(lambda found: found.group() if _LAW.fullmatch(found.group()) else instead["number"], text)
    for cue in (_told(), _titled()):
        text = cue.sub(lambda found: f"{found.group(1)}{instead['name']}", text)
    return text


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(Path(__file__).parent / "redact.yaml")
    return loaded


def _any(name: str) -> str:
    """An expression for any of the words; the longest first, spaces of any width."""
    words = sorted(map(str, _data()[name]), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words) + ")"


@cache
def _told() -> re.Pattern[str]:
    """"my name is", then up to four words, with small words between, until one that cannot belong to a name."""
    word, join = rf"(?!{_any('ends')}\b){_WORD}", rf"(?:{_any('joins')}\s+){{0,2}}"
    more = rf"(?:\s+(?:{join}(?-i:{_CAPITAL})|{word})){{0,{_MORE}}}"
    return re.compile(rf"(\b{_any('names')}:?\s+){word}{more}", re.IGNORECASE)


@cache
def _titled() -> re.Pattern[str]:
    """"Sr.", then names in capitals."""
    more = rf"(?:\s+(?:(?i:{_any('joins')})\s+){{0,2}}{_CAPITAL}){{0,{_MORE}}}"
    return re.compile(rf"(\b(?i:{_any('titles')})\b\.?\s+){_CAPITAL}{more}")


@cache
def _document() -> re.Pattern[str]:
    return re.compile(rf"(\b{_any('documents')}\b\.?\s*(?:n[.ºo°]*\s*)?:?\s*)(?=\w*\d)\w[\w-]{{3,}}", re.IGNORECASE)
