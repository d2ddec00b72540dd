"""Command line of evaluation: ``run`` measures and reports, ``compare`` two reports, ``gate`` fails on a regression."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from evals.bench import bench
from evals.compare import changes, regressions
from evals.fit_ranker import as_json, fit_ranker
from evals.golden_sets import GOLDEN, GoldenFaulty, case_problems, read_cases, sealed_hash
from evals.headline import headline, put
from evals.model import ANSWERABLE
from evals.one_table import asked, hear, markdown, measured, spoilt
from evals.page import write_page
from evals.ragas_metrics import JUDGED, ChatModel, ModelUseless, NotANumber, judged_measures
from evals.run import Report, run
from evals.ways import ways
from retrieval.errors import IndexBroken, IndexMissing
from retrieval.library import open_library
from retrieval.rank import WEIGHTS
from retrieval.torch_encode import packaged_model

BASELINE = Path(__file__).parent / "baseline.json"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals", description="How good the answers are.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("CRM_DATA", "var")))
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", help="measure and write var/evals/<split>.json and .html")
    running.add_argument("--split", choices=["tune", "sealed", "regression", "all"], default="all")
    running.add_argument("--baseline", action="store_true", help="keep the measures as the new baseline")
    running.add_argument("--judge-url", help="an OpenAI-compatible model judges tune cases too; ends in /v1; key: OPENAI_API_KEY")
    running.add_argument("--judge-model", default="default", help="its name")
    running.add_argument("--judged", type=int, default=JUDGED, help="how many cases it judges")
    comparing = commands.add_parser("compare", help="gains and losses between two reports")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    commands.add_parser("headline", help="write the baseline's headline table into the README")
    commands.add_parser("ranking", help="every way of ranking in one table, on the tune half; writes var/evals/ranking.md")
    commands.add_parser("bench", help="times and ratios, measured in one run")
    commands.add_parser("fit", help="fit the provision ranker on the tune half; writes retrieval/ranker.json")
    commands.add_parser("gate", help="exit 1 when a measure is worse than the baseline beyond noise")
    given = parser.parse_args(arguments)
    out = Console(soft_wrap=True, highlight=False)
    try:
        if given.command == "run":
            return _run(given, out)
        if given.command == "headline":
            readme = Path("README.md")
            table = headline(Report.model_validate_json(BASELINE.read_bytes()))
            readme.write_text(put(readme.read_text(encoding="utf-8"), table), encoding="utf-8")
            return 0
        if given.command == "bench":
            return _bench(given, out)
        if given.command == "ranking":
            return _ranking(given, out)
        if given.command == "fit":
            return _fit(given, out)
        if given.command == "compare":
            return _compare(given, out)
        return _gate(given.data / "evals" / "all.json", out)
    except (GoldenFaulty, IndexMissing, IndexBroken, ModelUseless, NotANumber) as error:
        print(error, file=sys.stderr)
        return 1


def _run(given: argparse.Namespace, out: Console) -> int:
    cases = read_cases()
    library = open_library(given.data / "index", given.data / "models", os.environ.get("EMBEDDING_MODEL") or None)
    faults = list(case_problems(cases, library.content))
    if faults:
        out.print("\n".join(faults[:20]), markup=False)
        return 1
    frozen = (GOLDEN / "SEALED").read_text(encoding="utf-8").strip() if (GOLDEN / "SEALED").exists() else ""
    if frozen and frozen != sealed_hash(cases):
        out.print("the sealed cases changed; say why in docs/decisions and write the new hash to evals/golden/SEALED")
        return 1
    with tqdm(total=sum(given.split in ("all", c.split) for c in cases), desc="asking", file=sys.stderr) as progress:
        report = run(cases, given.split, library, dt.date.today(), lambda: progress.update(1))
    if given.judge_url:
        model = ChatModel(given.judge_url, given.judge_model, os.environ.get("OPENAI_API_KEY", ""))
        judged = judged_measures(report.results, library.content, library.listener, model, given.judged)
        report = report.model_copy(update={"measures": (*report.measures, *judged)})
    library.close()
    folder = given.data / "evals"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{given.split}.json").write_text(report.model_dump_json(), encoding="utf-8")
    write_page(report, folder / f"{given.split}.html")
    if given.baseline:
        BASELINE.write_text(report.model_copy(update={"results": ()}).model_dump_json(indent=1), encoding="utf-8")
    _table(report, out)
    out.print(f"report: {folder / given.split}.html")
    return 0


def _bench(given: argparse.Namespace, out: Console) -> int:
    library = open_library(given.data / "index", given.data / "models", os.environ.get("EMBEDDING_MODEL") or None)
    rows = bench(library, [case for case in read_cases() if case.sort in ANSWERABLE], dt.date.today(), packaged_model())
    library.close()
    table = Table("what", "p50 ms", "p95 ms", "ratio to a whole answer", title="Benchmark, one run")
    for row in rows:
        table.add_row(row.name, f"{row.p50:.1f}", f"{row.p95:.1f}", f"{row.against(rows[0]):.2f}")
    out.print(table)
    return 0


def _ranking(given: argparse.Namespace, out: Console) -> int:
    from evals.bought import bought_ways  # LangChain's ready-made retrievers: only for the comparison

    library = open_library(given.data / "index", given.data / "models", os.environ.get("EMBEDDING_MODEL") or None)
    vectors = np.load(given.data / "index" / library.manifest.index_hash / "vectors.npy")
    today = dt.date.today()
    clean = asked(read_cases())
    heard = {repaired: [hear(part, library, repaired) for part in (clean, spoilt(clean))] for repaired in (True, False)}
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        every = [*ways(library, vectors, today), *bought_ways(library, vectors, today, Path(folder))]
        for way in tqdm(every, desc="ranking", file=sys.stderr):
            before, after = heard[way.repaired]
            lines.append(measured(way, before, after, library, today))
    library.close()
    path = given.data / "evals" / "ranking.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(markdown(lines, len(clean), today), encoding="utf-8")
    out.print(path.read_text(encoding="utf-8"), markup=False)
    return 0


def _fit(given: argparse.Namespace, out: Console) -> int:
    library = open_library(given.data / "index", given.data / "models", os.environ.get("EMBEDDING_MODEL") or None)
    WEIGHTS.write_text(as_json(fit_ranker(read_cases(), library, dt.date.today())), encoding="utf-8")
    library.close()
    out.print(f"written: {WEIGHTS.name}")
    return 0


def _table(report: Report, out: Console) -> None:
    table = Table("measure", "group", "value", "95 % interval", "n", "target", "", title=f"{report.split} · {report.day}")
    for m in report.measures:
        target = "" if m.target is None else f"{'≥' if m.at_least else '≤'} {m.target:g}"
        mark = {None: "", True: "reached", False: "[bold]not reached[/bold]"}[m.reached]
        table.add_row(m.name, m.group, f"{m.value:.3f}", f"{m.low:.3f} - {m.high:.3f}", str(m.n), target, mark)
    out.print(table)


def _compare(given: argparse.Namespace, out: Console) -> int:
    before, after = (Report.model_validate_json(path.read_bytes()) for path in (given.before, given.after))
    found = changes(before, after)
    for change in found:
        if change.sealed:
            continue
        out.print(
            f"{'+' if change.better else '-'} {change.case}: {change.question} ({change.before} → {change.after})", markup=False
        )
    sealed = [change.better for change in found if change.sealed]
    if sealed:
        out.print(f"and of the sealed questions, which nobody looks at: {sum(sealed)} better, {len(sealed) - sum(sealed)} worse")
    for line in regressions(before, after):
        out.print(f"! {line}", markup=False)
    return 0


def _gate(path: Path, out: Console) -> int:
    if not path.exists():
        out.print("no report; run: python -m evals run")
        return 1
    if not BASELINE.exists():
        out.print("no baseline; run: python -m evals run --baseline")
        return 1
    lost = regressions(
        Report.model_validate_json(BASELINE.read_bytes()), Report.model_validate_json(path.read_bytes())
    )
    for line in lost:
        out.print(line, markup=False)
    out.print(f"{len(lost)} regressions beyond noise")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
