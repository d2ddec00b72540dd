"""A report in, one self-contained HTML page out: table with bars, then the worst cases to read first."""

from __future__ import annotations

from html import escape
from pathlib import Path

from evals.compare import good
from evals.model import Measure
from evals.run import Report

_STYLE = """body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2321}
table{border-collapse:collapse;width:100%}td,th{padding:.25rem .5rem;text-align:left;border-bottom:1px solid #ddd}
.bar{background:#e6ebe8;height:.7rem;width:12rem;position:relative}.bar i{position:absolute;height:100%;background:#9cb8ab}
.bar b{position:absolute;width:2px;height:100%;background:#123c2f}.no{color:#a3210f;font-weight:600}"""


def write_page(report: Report, path: Path) -> None:
    """Write the page; all text is escaped."""
    rows = "".join(_row(m) for m in report.measures)
    wrong = [r for r in report.results if not good(r)]
    worst = "".join(
        f"<h3>{escape(r.case.id)} · {escape(r.case.sort)} · {escape(r.case.language)} {escape(str(r.case.country or ''))}</h3>"
        f"<p><b>{escape(r.case.question)}</b><br>wanted {escape(', '.join(r.case.accept[:4]))}<br>"
        f"got {escape(r.answer.kind)} {escape(r.answer.reason or '')}: {escape(r.answer.text[:300])}<br>"
        f"found {escape(', '.join(r.found[:5]))}</p>"
        for r in wrong[:80]
    )
    path.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Evaluation {report.day}</title><style>{_STYLE}</style>"
        f"<h1>Evaluation, {escape(report.split)}, {report.day}</h1><p>content {report.content_version[:12]}, index "
        f"{report.index_hash}, translator {'yes' if report.translated else 'no'}, {len(report.results)} cases</p>"
        f"<table><tr><th>measure<th>group<th>value<th><th>n<th>target{rows}</table>"
        f"<h2>Worst cases: {len(wrong)} of {len(report.results)} went wrong</h2>{worst}</html>",
        encoding="utf-8",
    )


def _row(m: Measure) -> str:
    low, high, value = (max(0.0, min(1.0, x)) * 100 for x in (m.low, m.high, m.value))
    target = "" if m.target is None else f"{'≥' if m.at_least else '≤'} {m.target:g}"
    mark = " class=no" if m.reached is False else ""
    return (
        f"<tr><td>{escape(m.name)}<td>{escape(m.group)}<td{mark}>{m.value:.3f}"
        f"<td><div class=bar><i style='left:{low:.1f}%;width:{high - low:.1f}%'></i><b style='left:{value:.1f}%'></b></div>"
        f"<td>{m.n}<td>{target}"
    )
