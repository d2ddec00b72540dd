"""Command line of the content: ``check``, ``stats``, ``show PINPOINT``; exit code 1 when something is wrong."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from knowledge_base import stats
from knowledge_base.booklet import write_booklets
from knowledge_base.check import check, read_shelf
from knowledge_base.load import CONTENT, load_content
from knowledge_base.model import Instrument, Language, Provision
from knowledge_base.pinpoint import fold
from knowledge_base.problem import Problem
from knowledge_base.rules.shelf import Shelf


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m knowledge_base", description="What the assistant knows.")
    parser.add_argument("--content", type=Path, default=CONTENT, help="content folder (default: the packaged one)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="list every problem, one per line; exit 1 if there is any")
    commands.add_parser("stats", help="counts, verification states and the coverage table")
    show = commands.add_parser("show", help="show provisions, e.g. un_bpuff_1990#principle-9 or 'Principle 9'")
    show.add_argument("pinpoint")
    show.add_argument("--language", type=Language, choices=list(Language), default=Language.EN)
    exporting = commands.add_parser("export", help="the project's guidelines as PDF and HTML, one per language")
    exporting.add_argument("--guidelines", action="store_true", required=True, help="what to export")
    exporting.add_argument("--out", type=Path, default=Path("var/guidelines"), help="folder to write into")
    given = parser.parse_args(arguments)
    out = Console(soft_wrap=True, highlight=False)
    if given.command == "check":
        return _check(given.content, out)
    if given.command == "export":
        for path in write_booklets(load_content(given.content), given.out):
            out.print(str(path), markup=False)
        return 0
    problems: list[Problem] = []
    shelf = read_shelf(given.content, problems)
    if given.command == "stats":
        _stats(shelf, out)
        return 0
    return _show(shelf, given.pinpoint, given.language, out)


def _check(root: Path, out: Console) -> int:
    problems = check(root)
    for problem in problems:
        out.print(str(problem), markup=False)
    out.print(f"{len(problems)} problems" if problems else "no problems", markup=False)
    return 1 if problems else 0


def _stats(shelf: Shelf, out: Console) -> None:
    counts = Table("what", "how many", title="Content")
    for name, count in stats.totals(shelf).items():
        counts.add_row(name, str(count))
    out.print(counts)
    states = Table("verification", "provisions", title="How much of the law was read")
    for name, count in stats.verification(shelf).items():
        states.add_row(name, str(count))
    out.print(states)
    cells = Table("activity", "country", "cards", "drills", title="Coverage by the project's activities")
    for row in stats.coverage(shelf):
        cells.add_row(row.activity, row.country, str(row.cards), str(row.drills))
    out.print(cells)


def _show(shelf: Shelf, wanted: str, language: Language, out: Console) -> int:
    found = [
        (instrument, provision)
        for ref, (instrument, provision) in shelf.provisions.items()
        if wanted == ref or fold(wanted) in (fold(provision.pinpoint), fold(provision.label.in_(language)))
    ]
    for instrument, provision in found:
        _print(instrument, provision, language, out)
    if not found:
        out.print(f"no provision {wanted!r}; write instrument#anchor, or a pinpoint as the source cites it", markup=False)
    return 0 if found else 1


def _print(instrument: Instrument, provision: Provision, language: Language, out: Console) -> None:
    out.print(f"[bold]{instrument.short.in_(language)}[/bold], {provision.label.in_(language)}")
    out.print(f"  {instrument.id}#{provision.anchor} · {provision.rule} · verification: {provision.verification}")
    out.print(f"  {provision.words.in_(language)}", markup=False)
    if instrument.official_url:
        out.print(f"  {instrument.official_url}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
