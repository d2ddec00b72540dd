"""The journal as CSV for people who read it in a spreadsheet: a store and a day in, UTF-8 rows out.

Cells that a spreadsheet would run as a formula get an apostrophe in front; times are ISO 8601 in UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import TextIO

from channels import spreadsheet
from channels.store import journal
from channels.store.database import Store


def export(store: Store, out: TextIO, since: dt.datetime | None = None) -> int:
    """Writes a header and one row per turn; returns the number of turns."""
    out.write(spreadsheet.MARK + spreadsheet.lines([journal.COLUMNS]))

    def write(connection: object) -> int:
        count = 0
        for row in journal.rows(connection, since.timestamp() if since else 0.0):  # type: ignore[arg-type]
            out.write(spreadsheet.lines([_cells(row)]))
            count += 1
        return count

    return store.read_now(write)


def _cells(row: tuple[object, ...]) -> list[object]:
    cells = list(row)
    at = journal.COLUMNS.index("at")
    cells[at] = dt.datetime.fromtimestamp(float(str(cells[at])), dt.UTC).isoformat(timespec="seconds")
    return cells
