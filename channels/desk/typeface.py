"""The typeface of charts and printed pages: text and size in, its width and what fits out."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = FONTS / "DejaVuSans.ttf", FONTS / "DejaVuSans-Bold.ttf"
NAME = "DejaVu Sans"
_MEASURED_AT = 100


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font at ``size`` pixels."""
    return ImageFont.truetype(str(BOLD if bold else REGULAR), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """How wide ``text`` is, in the unit of ``size``."""
    return font(_MEASURED_AT, bold).getlength(text) * size / _MEASURED_AT


def fit(text: str, size: float, room: float, bold: bool = False) -> str:
    """``text``, or as much of it as fits into ``room`` with an ellipsis at the end."""
    if width(text, size, bold) <= room:
        return text
    kept = bisect_right(range(1, len(text)), room, key=lambda length: width(text[:length] + "…", size, bold))
    return text[:kept].rstrip() + "…"


def known(text: str) -> str:
    """``text`` with a question mark for every sign that the typeface lacks, e.g. pictures in the name of a cohort."""
    return "".join(sign if ord(sign) in _signs() else "?" for sign in text)


@cache
def _signs() -> frozenset[int]:
    return frozenset(TTFont(REGULAR, lazy=True).getBestCmap())
