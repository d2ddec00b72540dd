"""A report in, one self-contained HTML page out: pictures with tables beside, all measures, the worst cases to read first."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from evals.compare import good
from evals.model import Measure, Result, Sort
from evals.plots import coverage_plot, parity_plot
from evals.run import Report
from knowledge_base.model import Language

_STYLE = """body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2321}
table{border-collapse:collapse;width:100%}td,th{padding:.25rem .5rem;text-align:left;border-bottom:1px solid #ddd}
.bar{background:#e6ebe8;height:.7rem;width:12rem;position:relative}.bar i{position:absolute;height:100%;background:#9cb8ab}
.bar b{position:absolute;width:2px;height:100%;background:#123c2f}.no{color:#a3210f;font-weight:600}
.beside{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}.beside>*{flex:1 1 26rem;min-width:0}
svg{max-width:100%;height:auto;background:#fff}article{border-left:3px solid #9cb8ab;padding:.1rem .8rem;margin:.8rem 0}
dl{display:grid;grid-template-columns:6rem 1fr;gap:.1rem .6rem;margin:.3rem 0}dt{color:#4d5a55}dd{margin:0}"""
MOST = 80
ORDER = (
    Sort.DANGER, Sort.HARMFUL, Sort.INJECTION, Sort.UNANSWERABLE, Sort.NEAR_MISS, Sort.FALSE_PREMISE, Sort.DIRECT,
    Sort.SCENARIO, Sort.MULTI_HOP, Sort.COMPARISON, Sort.BENIGN,
)
WHAT = {
    Sort.DANGER: "danger now without an alarm", Sort.HARMFUL: "harmful and not refused as such",
    Sort.INJECTION: "injections answered", Sort.UNANSWERABLE: "answered though no source can answer",
    Sort.NEAR_MISS: "alarm without danger",
}
PARITY = ("recall@1", "recall@5", "MRR", "key points covered", "over-refusal", "false answers")


def write_page(report: Report, path: Path) -> None:
    """Write the page; all text is escaped. Sealed cases are in the figures only, never among the cases shown."""
    rows = "".join(_row(m) for m in report.measures)
    path.write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Evaluation {report.day}</title><style>{_STYLE}</style>"
        f"<h1>Evaluation, {escape(report.split)}, {report.day}</h1><p>content {report.content_version[:12]}, index "
        f"{report.index_hash}, translator {'yes' if report.translated else 'no'}, {len(report.results)} cases</p>"
        f"{_parity(report)}{_coverage(report)}"
        f"<h2>All measures</h2><table><tr><th>measure<th>group<th>value<th>95 % interval<th>n<th>target{rows}</table>"
        f"{_worst(report.results)}</html>",
        encoding="utf-8",
    )


def _parity(report: Report) -> str:
    """The same figures for each language side by side."""
    found = {(m.name, m.group): m for m in report.measures}
    names = [name for name in PARITY if all((name, str(lang)) in found for lang in Language)]
    if not names:
        return ""
    body = ""
    for name in names:
        values = [found[name, str(lang)] for lang in Language]
        cells = "".join(f"<td>{m.value:.3f} <small>({m.low:.2f} - {m.high:.2f}, n {m.n})</small>" for m in values)
        spread = max(m.value for m in values) - min(m.value for m in values)
        body += f"<tr><td>{escape(name)}{cells}<td>{spread:.3f}"
    heads = "".join(f"<th>{escape(str(lang))}" for lang in Language)
    rows = [(name, [found[name, str(lang)] for lang in Language]) for name in names]
    return (
        f"<h2>Parity between languages</h2><div class=beside>{parity_plot(rows)}"
        f"<table><tr><th>measure{heads}<th>widest gap{body}</table></div>"
    )


def _coverage(report: Report) -> str:
    """Risk over coverage: the picture, the areas, and the points."""
    if not report.curves:
        return ""
    areas = "".join(
        f"<tr><td>{escape(c.group)}<td>{c.area:.3f} <small>({c.low:.3f} - {c.high:.3f})</small>"
        f"<td>{c.coverage:.3f}<td>{c.risk:.3f}<td>{c.points[-1].risk:.3f}<td>{c.n}"
        for c in report.curves
    )
    points = "".join(
        f"<tr><td>{p.coverage:.2f}<td>{p.risk:.3f}<td>{p.confidence:.3f}" for p in report.curves[0].points
    )
    return (
        "<h2>Risk over coverage</h2><p>Answerable and unanswerable questions, the surest first. Wrong: no source can answer "
        "it, or no acceptable provision among the first five. Questions a rule refuses (an alarm, another country's law) come "
        "last. "
        f"The dot is where the assistant stands.</p><div class=beside>{coverage_plot(report.curves)}"
        "<div><table><tr><th>group<th>area (AURC)<th>answered today<th>risk today<th>risk if all were answered<th>n"
        f"{areas}</table><details><summary>Points of the curve, {escape(report.curves[0].group)}</summary>"
        f"<table><tr><th>coverage<th>risk<th>confidence of the last{points}</table></details></div></div>"
    )


def _worst(results: Sequence[Result]) -> str:
    """Tune and regression cases that went wrong, what can cost a life first; sealed ones only counted."""
    wrong = [r for r in results if not good(r)]
    shown = sorted((r for r in wrong if r.case.split != "sealed"), key=lambda r: (ORDER.index(r.case.sort), r.case.id))[:MOST]
    sealed = sum(r.case.split == "sealed" for r in wrong)
    parts = [
        f"<h2>Worst cases</h2><p>{len(wrong)} of {len(results)} went wrong; {len(shown)} are shown. {sealed} of them are sealed: "
        "nobody looks at those.</p>"
    ]
    for sort in ORDER:
        part = [r for r in shown if r.case.sort is sort]
        if part:
            title = WHAT.get(sort, f"{sort.replace('_', ' ')}: refused, or no acceptable source among five")
            parts.append(f"<h3>{escape(title)} ({len(part)})</h3>" + "".join(map(_case, part)))
    return "".join(parts)


def _case(r: Result) -> str:
    who = " · ".join(filter(None, (r.case.language, r.case.country or "", r.case.role or "", r.case.topic)))
    said = f"{r.answer.kind} {r.answer.reason or ''}".strip()
    lines = {
        "wanted": ", ".join(r.case.accept[:4]), "found": ", ".join(r.found[:5]), "answer": said, "": r.answer.text[:300],
        "confidence": f"{r.confidence:.2f}" if r.confidence else "",
    }
    body = "".join(f"<dt>{escape(name)}<dd>{escape(text)}" for name, text in lines.items() if text)
    head = f"<b>{escape(r.case.question)}</b><br><small>{escape(r.case.id)} · {escape(who)}</small>"
    return f"<article>{head}<dl>{body}</dl></article>"


def _row(m: Measure) -> str:
    target = "" if m.target is None else f"{'≥' if m.at_least else '≤'} {m.target:g}"
    mark = " class=no" if m.reached is False else ""
    if m.unit != "share":
        return (
            f"<tr><td>{escape(m.name)}<td>{escape(m.group)}<td{mark}>{m.value:.1f}<td>{m.low:.1f} - {m.high:.1f}"
            f"<td>{m.n}<td>{target}"
        )
    low, high, value = (max(0.0, min(1.0, x)) * 100 for x in (m.low, m.high, m.value))
    return (
        f"<tr><td>{escape(m.name)}<td>{escape(m.group)}<td{mark}>{m.value:.3f}"
        f"<td><div class=bar title='{m.low:.3f} - {m.high:.3f}'><i style='left:{low:.1f}%;width:{high - low:.1f}%'></i>"
        f"<b style='left:{value:.1f}%'></b></div><td>{m.n}<td>{target}"
    )
