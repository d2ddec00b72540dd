"""The journal as CSV for people who read it in a spreadsheet: a store and a day in, UTF-8 rows out.

Cells that a spreadsheet would run as a formula get an apostrophe in front; times are ISO 8601 in UTC.
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TextIO

from channels.store import journal
from channels.store.database import Store

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(store: Store, out: TextIO, since: dt.datetime | None = None) -> int:
    """Writes a header and one row per turn; returns the number of turns."""
    out.write("\ufeff")  # or Excel reads UTF-8 as something else
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(journal.COLUMNS)

    def write(connection: object) -> int:
        count = 0
        for row in journal.rows(connection, since.timestamp() if since else 0.0):  # type: ignore[arg-type]
            writer.writerow(_cells(row))
            count += 1
        return count

    return store.read_now(write)


def _cells(row: tuple[object, ...]) -> list[str]:
    cells = ["" if value is None else str(value) for value in row]
    at = journal.COLUMNS.index("at")
    cells[at] = dt.datetime.fromtimestamp(float(cells[at]), dt.UTC).isoformat(timespec="seconds")
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
