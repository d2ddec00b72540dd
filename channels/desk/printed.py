"""Pages to print: a title and words in, PDF pages with our typeface, tables and page numbers out. A4, millimetres, points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.fonts import FontFace

from channels.desk import typeface
from knowledge_base.model import Language

INK, QUIET, LINE, HEAD = (22, 36, 31), (77, 90, 85), (168, 166, 155), (234, 241, 238)
MARGIN = 18.0


class Pages(FPDF):  # type: ignore[misc]
    """A document with a line at the foot of each page; ``foot`` is empty where there should be none."""

    def __init__(self, title: str, language: Language, now: dt.datetime, *, foot: str = "", landscape: bool = False) -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", format="A4")
        self._foot = foot
        self.set_title(title)
        self.set_creator("CRM Secure Assistant")
        self.set_lang(language.value)
        self.set_creation_date(now)
        self.add_font(typeface.NAME, "", str(typeface.REGULAR))
        self.add_font(typeface.NAME, "B", str(typeface.BOLD))
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 4)

    def footer(self) -> None:
        if self._foot:
            self.set_y(-14)
            self._type(8, colour=QUIET)
            self.cell(0, 5, f"{typeface.known(self._foot)} · {self.page_no()}", align="C")

    def heading(self, text: str, size: float = 13, follows: float = 30) -> None:
        """Starts a part; stays on the page with the ``follows`` millimetres after it."""
        if self.will_page_break(follows + 12):
            self.add_page()
        self.ln(4)
        self._type(size, bold=True)
        self.multi_cell(0, size * 0.5, typeface.known(text), new_x="LMARGIN", new_y="NEXT")
        self.ln(1.5)

    def words(self, text: str, size: float = 10, *, quiet: bool = False, align: str = "L", bold: bool = False) -> None:
        """A paragraph."""
        self._type(size, bold=bold, colour=QUIET if quiet else INK)
        self.multi_cell(0, size * 0.52, typeface.known(text), align=align, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def rows(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], size: float = 8.5) -> None:
        """A table whose head comes again on every page; the first column is text, the others stand on the right."""
        self._type(size)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.set_fill_color(255, 255, 255)  # or the rows take the colour of the chart drawn before
        align = ("LEFT", *("RIGHT" for _ in widths[1:]))
        with self.table(col_widths=tuple(widths), text_align=align, line_height=size * 0.52, padding=1.1,
                        borders_layout="HORIZONTAL_LINES",
                        headings_style=FontFace(emphasis="BOLD", color=INK, fill_color=HEAD)) as table:
            for cells in (head, *rows):
                row = table.row()
                for text in cells:
                    row.cell(typeface.known(text))
        self.ln(2)

    def fitting(self, text: str, room: float) -> str:
        """As much of one line as fits into ``room``, in the font that is set."""
        return typeface.fit(typeface.known(text), self.font_size, room, bold="B" in self.font_style)

    def bytes(self) -> bytes:
        """The file."""
        return bytes(self.output())

    def _type(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(typeface.NAME, "B" if bold else "", size)
        self.set_text_color(*colour)
