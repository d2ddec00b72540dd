"""Numbers as people read them: a value and a language in, text out. ``None`` is a dash.

Peru writes a decimal point, Mozambique a decimal comma.
"""

from __future__ import annotations

from knowledge_base.model import Language

NONE = "–"


def percent(share: float | None) -> str:
    """``0.724`` → ``72 %`` with a space that does not break."""
    return NONE if share is None else f"{round(share * 100)}\N{NO-BREAK SPACE}%"


def decimal(value: float | None, language: Language, places: int = 2) -> str:
    """``0.4321`` → ``0.43`` or ``0,43``; a real minus sign."""
    if value is None:
        return NONE
    text = f"{value:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    text = text.replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if language is Language.PT else text


def duration(seconds: float | None) -> str:
    """``200.4`` → ``3 min 20 s``; the two largest units that matter."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    for unit, sign, smaller, small in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= unit:
            rest = whole % unit // smaller
            return f"{whole // unit} {sign}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"
