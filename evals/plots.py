"""Curves and measures in, pictures as inline SVG out. Every line has its own dashes, every dot its own shape: no colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evals.model import Curve, Measure

WIDE, HIGH, LEFT, TOP, BELOW = 560, 340, 52, 16, 44
INKS = (("#16241f", ""), ("#0b5d4b", "7 4"), ("#9c1f12", "2 3"), ("#3b4ea0", "10 3 2 3"))
_TEXT = "font-family='system-ui,sans-serif' font-size='12' fill='#16241f'"


def coverage_plot(curves: Sequence[Curve]) -> str:
    """Risk (upwards) over coverage (to the right), one line per group, a dot where the assistant stands."""
    top = max([p.risk for c in curves for p in c.points] + [0.1])
    top = min(1.0, (int(top * 10) + 1) / 10)
    width, height = WIDE - LEFT - 12, HIGH - TOP - BELOW

    def at(coverage: float, risk: float) -> tuple[float, float]:
        return LEFT + coverage * width, TOP + height - risk / top * height

    parts = [_frame("Share of wrong answers over share of questions answered, surest first")]
    for step in range(5):
        share, risk = step / 4, top * step / 4
        x, y = at(share, risk)
        parts.append(f"<line x1='{LEFT}' x2='{WIDE - 12}' y1='{y:.1f}' y2='{y:.1f}' stroke='#d8d5c8'/>")
        parts.append(f"<text x='{LEFT - 6}' y='{y + 4:.1f}' text-anchor='end' {_TEXT}>{risk:.2f}</text>")
        parts.append(f"<text x='{x:.1f}' y='{TOP + height + 16}' text-anchor='middle' {_TEXT}>{share:.2f}</text>")
    parts.append(f"<text x='{LEFT + width / 2:.0f}' y='{HIGH - 8}' text-anchor='middle' {_TEXT}>coverage: share answered</text>")
    parts.append(f"<text x='{LEFT + 4}' y='{TOP - 4}' {_TEXT}>risk: share wrong</text>")
    for number, curve in enumerate(curves):
        ink, dashes = INKS[number % len(INKS)]
        line = " ".join("{:.1f},{:.1f}".format(*at(p.coverage, p.risk)) for p in curve.points)
        parts.append(f"<polyline points='{line}' fill='none' stroke='{ink}' stroke-width='2' stroke-dasharray='{dashes}'/>")
        x, y = at(curve.coverage, min(curve.risk, top))
        parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4' fill='{ink}'/>")
        low = TOP + 14 + 16 * number
        parts.append(
            f"<line x1='{LEFT + 12}' x2='{LEFT + 46}' y1='{low}' y2='{low}' stroke='{ink}' stroke-width='2' "
            f"stroke-dasharray='{dashes}'/>"
            f"<text x='{LEFT + 52}' y='{low + 4}' {_TEXT}>{escape(curve.group)}</text>"
        )
    return "".join(parts) + "</svg>"


def parity_plot(rows: Sequence[tuple[str, Sequence[Measure]]]) -> str:
    """One band per figure, in it one whisker (95 % interval) with a dot per language, from 0 to 1."""
    band = 18 * max((len(part) for _, part in rows), default=1) + 14
    left, height = 190, band * len(rows) + 40
    width = WIDE - left - 12
    parts = [_frame("The same figures for each language, with 95 % intervals", height)]
    for step in range(5):
        x = left + width * step / 4
        parts.append(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='4' y2='{height - 30}' stroke='#d8d5c8'/>")
        parts.append(f"<text x='{x:.1f}' y='{height - 12}' text-anchor='middle' {_TEXT}>{step / 4:.2f}</text>")
    for number, (name, part) in enumerate(rows):
        y = 4 + number * band
        parts.append(f"<text x='4' y='{y + band / 2:.1f}' {_TEXT}>{escape(name)}</text>")
        for place, measure in enumerate(part):
            ink, _ = INKS[(place + 1) % len(INKS)]
            line = y + 14 + 18 * place
            low, value, high = (left + width * max(0.0, min(1.0, v)) for v in (measure.low, measure.value, measure.high))
            parts.append(
                f"<line x1='{low:.1f}' x2='{high:.1f}' y1='{line}' y2='{line}' stroke='{ink}' stroke-width='2'/>"
                f"<circle cx='{value:.1f}' cy='{line}' r='4' fill='{ink}'/>"
                f"<text x='{left - 8}' y='{line + 4}' text-anchor='end' {_TEXT}>{escape(measure.group)}</text>"
            )
    return "".join(parts) + "</svg>"


def _frame(title: str, height: int = HIGH) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDE} {height}' width='{WIDE}' height='{height}' role='img'>"
        f"<title>{escape(title)}</title>"
    )
