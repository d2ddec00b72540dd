"""A drawing made of lines, boxes, dots and words in; SVG for pages, SVG and PNG for downloads, and marks on a PDF page out.

One drawing, four ways to show it, so that a picture in a report is the picture on the page. Units are pixels at 100 %,
from the top left corner. In a page, colours come from the style sheet through classes (dark mode); everywhere else from
``COLOURS``. Each colour of a grade has at least 3:1 against the paper; no chart says anything by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Literal

from fpdf import FPDF
from PIL import Image, ImageDraw

from channels.desk import typeface

Ink = Literal["ink", "quiet", "line", "paper", "accent", "good", "acceptable", "poor", "critical_fail"]
Anchor = Literal["start", "middle", "end"]
COLOURS: dict[Ink, str] = {
    "ink": "#16241f", "quiet": "#4d5a55", "line": "#d8d5c8", "paper": "#ffffff", "accent": "#0b5d4b",
    "good": "#0b5d4b", "acceptable": "#5b9a86", "poor": "#b9781a", "critical_fail": "#9c1f12",
}
PNG_SCALE = 2
_ANCHORS: dict[Anchor, str] = {"start": "ls", "middle": "ms", "end": "rs"}


@dataclass(frozen=True)
class Path:
    """Straight lines from point to point."""

    points: tuple[tuple[float, float], ...]
    ink: Ink = "line"
    thick: float = 1.0


@dataclass(frozen=True)
class Box:
    """A filled rectangle. ``strength``: 0..1, how much of the colour there is over the paper."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    strength: float = 1.0


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    radius: float
    ink: Ink


@dataclass(frozen=True)
class Words:
    """One line of text; ``y`` is its base line."""

    x: float
    y: float
    text: str
    size: float = 12.0
    anchor: Anchor = "start"
    ink: Ink = "ink"
    bold: bool = False


Mark = Path | Box | Dot | Words


@dataclass(frozen=True)
class Drawing:
    """``name``: unique within a page; ``title`` and ``description`` are what a screen reader says."""

    name: str
    width: float
    height: float
    title: str
    description: str
    marks: tuple[Mark, ...]


def svg(drawing: Drawing, *, alone: bool = False) -> str:
    """The drawing as an ``<svg>``; ``alone``: a file of its own with its title above, paper and colours."""
    top = _HEAD if alone else 0
    size = f'viewBox="0 {-top} {drawing.width:g} {drawing.height + top:g}"'
    fixed = f' width="{drawing.width:g}" height="{drawing.height + top:g}"' if alone else ""
    font = f' font-family="{typeface.NAME}, Verdana, Arial, sans-serif"' if alone else ""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}{fixed}{font} role="img" '
             f'aria-labelledby="{drawing.name}-title {drawing.name}-desc">'
             f'<title id="{drawing.name}-title">{escape(drawing.title)}</title>'
             f'<desc id="{drawing.name}-desc">{escape(drawing.description)}</desc>']
    if alone:
        parts.append(f'<rect x="0" y="{-top}"{fixed} fill="{COLOURS["paper"]}"/>')
    parts += [_svg(mark, alone) for mark in (*(_heading(drawing) if alone else ()), *drawing.marks)]
    return "".join(parts) + "</svg>"


def png(drawing: Drawing, scale: int = PNG_SCALE) -> bytes:
    """The drawing with its title as a PNG file; ``scale`` pixels for each unit."""
    image = Image.new("RGB", (round(drawing.width * scale), round((drawing.height + _HEAD) * scale)), COLOURS["paper"])
    pen = ImageDraw.Draw(image)
    for mark in (*_heading(drawing), *drawing.marks):
        _paint(pen, mark, scale)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def place(page: FPDF, drawing: Drawing, x: float, y: float, width: float) -> float:
    """Draws onto the open page of a PDF that has the font ``typeface.NAME``; returns the height used, in its unit."""
    scale = width / drawing.width
    for mark in drawing.marks:
        _print(page, mark, x, y, scale)
    return drawing.height * scale


_HEAD = 34.0


def _heading(drawing: Drawing) -> tuple[Words]:
    return (Words(8, -12, typeface.fit(drawing.title, 15, drawing.width - 16, bold=True), 15, bold=True),)


def _svg(mark: Mark, alone: bool) -> str:
    def paint(kind: str, ink: Ink, strength: float = 1.0) -> str:
        how = f'{kind}="{COLOURS[ink]}"' if alone else f'class="{kind}-{ink}"'
        return how + (f' {kind}-opacity="{strength:.3g}"' if strength < 1 else "")

    if isinstance(mark, Path):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)
        return f'<polyline points="{points}" fill="none" stroke-width="{mark.thick:g}" {paint("stroke", mark.ink)}/>'
    if isinstance(mark, Box):
        return (f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" height="{mark.height:.1f}" '
                f'{paint("fill", mark.ink, mark.strength)}/>')
    if isinstance(mark, Dot):
        return f'<circle cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="{mark.radius:.1f}" {paint("fill", mark.ink)}/>'
    weight = ' font-weight="bold"' if mark.bold else ""
    return (f'<text x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}" text-anchor="{mark.anchor}"{weight} '
            f'{paint("fill", mark.ink)}>{escape(mark.text)}</text>')


def _paint(pen: ImageDraw.ImageDraw, mark: Mark, scale: int) -> None:
    def at(x: float, y: float) -> tuple[float, float]:
        return x * scale, (y + _HEAD) * scale

    if isinstance(mark, Path):
        pen.line([at(*point) for point in mark.points], COLOURS[mark.ink], round(mark.thick * scale), joint="curve")
    elif isinstance(mark, Box):
        if mark.width > 0 and mark.height > 0:
            pen.rectangle([at(mark.x, mark.y), at(mark.x + mark.width, mark.y + mark.height)], _mixed(mark))
    elif isinstance(mark, Dot):
        pen.ellipse([at(mark.x - mark.radius, mark.y - mark.radius), at(mark.x + mark.radius, mark.y + mark.radius)],
                    COLOURS[mark.ink])
    else:
        font = typeface.font(round(mark.size * scale), mark.bold)
        pen.text(at(mark.x, mark.y), typeface.known(mark.text), COLOURS[mark.ink], font, _ANCHORS[mark.anchor])


def _print(page: FPDF, mark: Mark, x: float, y: float, scale: float) -> None:
    if isinstance(mark, Path):
        page.set_draw_color(*_rgb(COLOURS[mark.ink]))
        page.set_line_width(mark.thick * scale)
        for (x1, y1), (x2, y2) in zip(mark.points, mark.points[1:], strict=False):
            page.line(x + x1 * scale, y + y1 * scale, x + x2 * scale, y + y2 * scale)
    elif isinstance(mark, Box):
        page.set_fill_color(*_rgb(_mixed(mark)))
        if mark.width > 0 and mark.height > 0:
            page.rect(x + mark.x * scale, y + mark.y * scale, mark.width * scale, mark.height * scale, style="F")
    elif isinstance(mark, Dot):
        page.set_fill_color(*_rgb(COLOURS[mark.ink]))
        page.circle(x + mark.x * scale, y + mark.y * scale, mark.radius * scale, style="F")
    else:
        page.set_text_color(*_rgb(COLOURS[mark.ink]))
        page.set_font(typeface.NAME, "B" if mark.bold else "", mark.size * scale * page.k)
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor]
        text = typeface.known(mark.text)
        page.text(x + mark.x * scale - page.get_string_width(text) * share, y + mark.y * scale, text)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(box: Box) -> str:
    """The colour of a box as it looks over the paper."""
    pairs: Sequence[tuple[int, int]] = list(zip(_rgb(COLOURS[box.ink]), _rgb(COLOURS["paper"]), strict=True))
    return "#" + "".join(f"{round(own * box.strength + paper * (1 - box.strength)):02x}" for own, paper in pairs)
