"""The widget's file and its words in, the one script that is served out."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from channels.words import phrases
from knowledge_base.model import Language

_PREFIX = "widget_"
_SOURCE = Path(__file__).parent / "static" / "widget.js"


@cache
def widget_source() -> str:
    """``widget.js`` with the words of all three languages in place of ``/*WORDS*/``."""
    words = {
        language.value: {key.removeprefix(_PREFIX): text for key, text in phrases(language).items() if key.startswith(_PREFIX)}
        for language in Language
    }
    body = json.dumps(words, ensure_ascii=False, separators=(",", ":"))[1:-1]
    return _SOURCE.read_text(encoding="utf-8").replace("/*WORDS*/", body)
