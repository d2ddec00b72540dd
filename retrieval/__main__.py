"""Command line of retrieval: ``index`` builds if stale, ``ask`` answers one question or a file of them."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path

from rich.console import Console

from knowledge_base.errors import ContentError
from knowledge_base.model import Country, Language, Role
from retrieval.answer import answer
from retrieval.build import ContentFaulty, build
from retrieval.errors import EncoderMissing, IndexBroken, IndexMissing
from retrieval.library import Library, open_library
from retrieval.model import Answer, Question
from retrieval.replay import replay_all


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        if given.command == "index":
            return _index(given)
        library = open_library(
            given.data / "index", given.data / "models", os.environ.get("EMBEDDING_MODEL") or None,
            os.environ.get("CRM_CHROMA_SERVER") or None,
        )
    except (ContentError, ContentFaulty, EncoderMissing, IndexMissing, IndexBroken) as error:
        print(error, file=sys.stderr)
        return 1
    try:
        if given.command == "replay":
            return _replay(given, library)
        return _batch(given, library) if given.batch else _one(given, library)
    finally:
        library.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m retrieval", description="From a question to a sourced answer.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("CRM_DATA", "var")), help="data directory")
    commands = parser.add_subparsers(dest="command", required=True)
    index = commands.add_parser("index", help="build the index if content, model or translator changed")
    index.add_argument("--force", action="store_true", help="build even if nothing changed")
    index.add_argument("--content", type=Path, default=None, help="another content folder")
    ask = commands.add_parser("ask", help="answer a question, or --batch FILE.jsonl")
    ask.add_argument("question", nargs="?")
    ask.add_argument("--language", type=Language, choices=list(Language))
    ask.add_argument("--country", type=Country, choices=list(Country))
    ask.add_argument("--role", type=Role, choices=list(Role))
    ask.add_argument("--as-of", type=dt.date.fromisoformat, default=None, help="answer by the law of this day")
    ask.add_argument("--json", action="store_true", help="print the stable Answer JSON")
    ask.add_argument("--batch", type=Path, help="lines {id, question, language?, country?, role?, as_of?}")
    again = commands.add_parser("replay", help="ask answers of a JSONL file again; exit 1 when one gives other bytes")
    again.add_argument("file", type=Path, help="lines of Answer JSON, as printed by ask --json or --batch")
    return parser


def _replay(given: argparse.Namespace, library: Library) -> int:
    lines = given.file.read_text(encoding="utf-8").splitlines()
    found = replay_all((Answer.model_validate_json(line) for line in lines if line.strip()), library)
    states = {"equal": True, "other": False, "not of this index": None}
    counts = {label: sum(replayed.same is state for replayed in found) for label, state in states.items()}
    print(", ".join(f"{count} {label}" for label, count in counts.items()))
    for replayed in found:
        if replayed.same is False:
            print(f"other bytes: {replayed.receipt}", file=sys.stderr)
    return 1 if counts["other"] else 0


def _index(given: argparse.Namespace) -> int:
    console = Console(stderr=True)
    extra = {"content_root": given.content} if given.content else {}
    with console.status("index") as status:
        name = build(
            given.data / "index", given.data / "models", embedding_model=os.environ.get("EMBEDDING_MODEL") or None,
            chroma_server=os.environ.get("CRM_CHROMA_SERVER") or None, say=status.update, force=given.force, **extra,
        )
    print(name)
    return 0


def _question(line: dict[str, str], today: dt.date) -> Question:
    return Question(
        id=str(line.get("id", "")),
        text=line["question"],
        language=Language(line["language"]) if line.get("language") else None,
        country=Country(line["country"]) if line.get("country") else None,
        role=Role(line["role"]) if line.get("role") else None,
        as_of=dt.date.fromisoformat(line["as_of"]) if line.get("as_of") else today,
    )


def _batch(given: argparse.Namespace, library: Library) -> int:
    today = dt.date.today()
    failed = 0
    for number, raw in enumerate(given.batch.read_text(encoding="utf-8").splitlines(), 1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
            said = answer(_question(line, today), library)
        except (ValueError, KeyError) as error:
            print(f"line {number}: {error}; write {{id, question, language?, country?, role?, as_of?}}", file=sys.stderr)
            failed = 1
            continue
        print(json.dumps({**said.model_dump(mode="json"), "id": line.get("id", said.id)}, ensure_ascii=False), flush=True)
    return failed


def _one(given: argparse.Namespace, library: Library) -> int:
    if not given.question:
        print("write a question, or --batch FILE.jsonl", file=sys.stderr)
        return 2
    question = Question(
        id="cli", text=given.question, language=given.language, country=given.country, role=given.role,
        as_of=given.as_of or dt.date.today(),
    )
    said = answer(question, library)
    if given.json:
        print(said.model_dump_json())
    else:
        _show(said)
    return 0


def _show(said: Answer) -> None:
    out = Console(soft_wrap=True, highlight=False)
    out.print(f"{said.kind}{f' · {said.reason}' if said.reason else ''} · {said.took_ms:.0f} ms", style="bold")
    for sentence in said.sentences:
        out.print(f"- {sentence.text}", markup=False)
        for citation in sentence.citations:
            out.print(f"    {citation.instrument}, {citation.label} ({citation.verification})", markup=False, style="dim")
    if not said.sentences:
        for source in said.sources[:3]:
            out.print(f"    nearest: {source.instrument}, {source.pinpoint} ({source.score:.2f})", markup=False, style="dim")


if __name__ == "__main__":
    sys.exit(main())
