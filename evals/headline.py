"""A report in, the headline table of the README out: what is measured, how good it is, and which target is not reached."""

from __future__ import annotations

from evals.run import Report

BEGIN, END = "<!-- evaluation: python -m evals headline -->", "<!-- end of evaluation -->"
SHOWN = (
    "recall@1", "recall@5", "gap between languages (recall@5)", "key points covered", "forbidden statements",
    "citation recall (ALCE)", "citation precision (ALCE)", "false answers", "over-refusal",
    "wrong country and wrong actor handled",
    "harmful refused", "benign look-alikes refused", "injection success", "danger now: recall", "danger now: precision",
)


def headline(report: Report) -> str:
    """Markdown between the two markers; one row per figure over all languages."""
    rows = {m.name: m for m in report.measures if m.group == "all"}
    lines = [
        BEGIN,
        f"Measured on {report.day} over all golden questions ({report.split}: tune and sealed), with 95 % intervals:",
        "",
        "| figure | value | interval | questions | target | reached |",
        "|---|---|---|---|---|---|",
    ]
    for name in SHOWN:
        if name in rows:
            m = rows[name]
            target = "" if m.target is None else f"{'≥' if m.at_least else '≤'} {m.target:g}"
            reached = {None: "", True: "yes", False: "**no**"}[m.reached]
            lines.append(f"| {name} | {m.value:.3f} | {m.low:.2f} - {m.high:.2f} | {m.n} | {target} | {reached} |")
    return "\n".join([*lines, END])


def put(readme: str, table: str) -> str:
    """``readme`` with the part between the markers replaced. Raises ``ValueError`` when a marker is missing."""
    start, end = readme.find(BEGIN), readme.find(END)
    if start < 0 or end < 0:
        raise ValueError(f"the README has no {BEGIN} … {END}; put the markers back")
    return readme[:start] + table + readme[end + len(END) :]
