"""Tables for people who open them in a spreadsheet: rows in, CSV text out that no spreadsheet takes for a formula.

UTF-8 with a byte order mark (or Excel reads it as something else), lines end with CR LF (RFC 4180).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

MARK = "\ufeff"
"""Stands once, before the first row."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Signs with which a cell would be run; the wide ones are read as the others by East Asian versions."""


def cell(value: object) -> str:
    """``None`` is empty, numbers stay numbers, text that would be a formula gets an apostrophe in front."""
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def lines(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV, without the mark."""
    return cells([cell(value) for value in row] for row in rows)


def cells(rows: Iterable[Sequence[str | int | float]]) -> str:
    """The same for rows whose texts went through ``cell`` already."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
