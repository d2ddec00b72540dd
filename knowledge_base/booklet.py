"""The project's guidelines in, one HTML page and one PDF booklet per language out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from fpdf import FPDF

from knowledge_base.model import Content, Instrument, Language, Ref

TITLE = {
    Language.EN: "Policing guidelines of the CRM Secure project",
    Language.ES: "Directrices policiales del proyecto CRM Secure",
    Language.PT: "Directrizes de policiamento do projecto CRM Secure",
}
SOURCES = {Language.EN: "Sources", Language.ES: "Fuentes", Language.PT: "Fontes"}
_PLAIN = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "•": "-", "→": "->", "≤": "<="})
_STYLE = """body{font:11pt/1.5 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}h1{font-size:1.7rem}
h2{margin-top:2.2rem;border-bottom:1px solid #999;page-break-after:avoid}p{margin:.6rem 0}b{margin-right:.6rem}
.from{font-size:.8rem;color:#555;margin:.1rem 0 .9rem}nav li{margin:.2rem 0}
@media print{body{margin:0}h2{page-break-before:always}}"""


def chapters(content: Content) -> list[Instrument]:
    """All project guidelines in chapter order."""
    return sorted((i for i in content.instruments.values() if i.kind == "project_guideline"), key=lambda i: i.id)


def source_names(content: Content, refs: Sequence[Ref], language: Language) -> str:
    """The sources of a paragraph as people cite them, joined by semicolons."""
    names = []
    for ref in refs:
        instrument, provision = content.place(ref)
        names.append(f"{instrument.short.in_(language)}, {provision.label.in_(language)}")
    return "; ".join(names)


def as_html(content: Content, language: Language) -> str:
    """One self-contained page with a table of contents."""
    found = chapters(content)
    contents = "".join(f"<li><a href='#{i.id}'>{escape(i.title.in_(language))}</a></li>" for i in found)
    body = []
    for chapter in found:
        body.append(f"<h2 id='{chapter.id}'>{escape(chapter.title.in_(language))}</h2>")
        body.append(f"<p class='from'>{escape(chapter.status.in_(language))}</p>")
        for provision in chapter.provisions:
            number = provision.pinpoint.removeprefix("para ")
            body.append(f"<p id='{chapter.id}-{provision.anchor}'><b>{number}</b>{escape(provision.words.in_(language))}</p>")
            named = source_names(content, provision.sources, language)
            body.append(f"<p class='from'>{SOURCES[language]}: {escape(named)}</p>")
    return (
        f"<!doctype html><html lang='{language}'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{TITLE[language]}</title><style>{_STYLE}</style><h1>{TITLE[language]}</h1><nav><ol>{contents}</ol></nav>"
        + "".join(body) + "</html>\n"
    )


class _Booklet(FPDF):  # type: ignore[misc]
    """A5 pages with a running title and page numbers."""

    def __init__(self, title: str) -> None:
        super().__init__(format=(148, 210))
        self._running = title
        self.set_title(title)
        self.set_margins(16, 16, 16)
        self.set_auto_page_break(True, margin=18)

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font("Helvetica", size=7)
        self.cell(0, 5, f"{self._running} - {self.page_no()}", align="C")


def write_pdf(content: Content, language: Language, path: Path) -> None:
    """One booklet: title page, then each chapter on a new page."""
    title = TITLE[language].translate(_PLAIN)
    book = _Booklet(title)
    book.add_page()
    book.set_font("Times", "B", 20)
    book.set_y(60)
    book.multi_cell(0, 10, title, align="C", new_x="LMARGIN", new_y="NEXT")
    for chapter in chapters(content):
        book.add_page()
        book.start_section(_latin(chapter.title.in_(language)))
        book.set_font("Times", "B", 14)
        book.multi_cell(0, 7, _latin(chapter.title.in_(language)), new_x="LMARGIN", new_y="NEXT")
        book.set_font("Times", "I", 8)
        book.multi_cell(0, 4, _latin(chapter.status.in_(language)), new_x="LMARGIN", new_y="NEXT")
        for provision in chapter.provisions:
            book.ln(2)
            book.set_font("Times", size=10.5)
            number = provision.pinpoint.removeprefix("para ")
            text = f"**{number}**  {_latin(provision.words.in_(language))}"
            book.multi_cell(0, 5, text, markdown=True, new_x="LMARGIN", new_y="NEXT")
            book.set_font("Helvetica", size=6.5)
            named = f"{SOURCES[language]}: {source_names(content, provision.sources, language)}"
            book.multi_cell(0, 3.2, _latin(named), new_x="LMARGIN", new_y="NEXT")
    book.output(str(path))


def _latin(text: str) -> str:
    """``text`` in what the built-in fonts of every reader can show."""
    return text.translate(_PLAIN).encode("latin-1", "replace").decode("latin-1")


def write_booklets(content: Content, folder: Path) -> list[Path]:
    """``guidelines-<language>.html`` and ``.pdf`` for all languages; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for language in Language:
        page = folder / f"guidelines-{language}.html"
        page.write_text(as_html(content, language), encoding="utf-8")
        booklet = folder / f"guidelines-{language}.pdf"
        write_pdf(content, language, booklet)
        written += [page, booklet]
    return written
