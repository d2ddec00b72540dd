"""Quote check: a quote and a source text in, ``exact`` / ``inexact`` / ``missing`` out.

``exact`` is said only when the quote is, character for character, a span of the text (white space apart);
anything softer is ``inexact``, so an altered "not" can never pass.
"""

from __future__ import annotations

import re
from typing import Literal

from knowledge_base.pinpoint import fold

Verdict = Literal["exact", "inexact", "missing"]
_BLANKS = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """``text`` with every run of white space as one blank and none at the ends."""
    return _BLANKS.sub(" ", text).strip()


def check_quote(quote: str, text: str) -> Verdict:
    """Verdict for ``quote`` against ``text``; an empty quote is ``missing``."""
    wanted = squeeze(quote)
    if not wanted:
        return "missing"
    if wanted in squeeze(text):
        return "exact"
    return "inexact" if fold(wanted) in fold(squeeze(text)) else "missing"


def span(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end of ``quote`` in ``text`` after squeezing both, or ``None``."""
    wanted, whole = squeeze(quote), squeeze(text)
    at = whole.find(wanted) if wanted else -1
    return None if at < 0 else (at, at + len(wanted))
