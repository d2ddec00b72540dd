"""Command line of the channels: run (everything), serve, worker, purge, export, verify, trainer, settings."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from bot.errors import PhraseError, RasaMissing
from channels import anchors, logs
from channels.assemble import assemble, build_app, open_keys, open_store, work_only
from channels.desk import command as trainer_command
from channels.errors import ChannelError
from channels.export import export
from channels.preflight import check_disk, check_port
from channels.run import run
from channels.serve import server
from channels.settings import Settings, env_example, names
from channels.store.database import SQLAlchemyError
from channels.store.purge import purge
from channels.upkeep import retention
from channels.verify import verify
from knowledge_base.errors import ContentError
from retrieval.build import ContentFaulty
from retrieval.errors import EncoderMissing, IndexBroken, IndexMissing

KNOWN = (ChannelError, ContentError, ContentFaulty, EncoderMissing, IndexBroken, IndexMissing, PhraseError, RasaMissing)


def main(arguments: list[str] | None = None) -> int:
    """0 = done or stopped; 1 = a problem, told in one line."""
    given = _parser().parse_args(arguments)
    if given.command == "settings":
        print(env_example(), end="")
        return 0
    console = Console(stderr=True, highlight=False)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    try:
        settings = Settings()
        logs.configure(settings.log_level)
        given.work(settings, given, console)
    except ValidationError as error:
        return _refuse(console, _which_setting(error))
    except SQLAlchemyError as error:
        return _refuse(console, f"The database cannot be used ({type(error).__name__}). Check CRM_DATABASE_URL.")
    except KNOWN as error:
        return _refuse(console, str(error))
    except OSError as error:
        return _refuse(console, f"{error.strerror or error}: {error.filename or ''}. Check disk and permissions.")
    except KeyboardInterrupt:
        pass
    return 0


def _stop(*_: object) -> None:
    """Ends as Ctrl+C does, so that Rasa is stopped too: uvicorn raises the signal again after its own shutdown."""
    raise KeyboardInterrupt


def _refuse(console: Console, line: str) -> int:
    console.print(f"[red]✗[/red] {' '.join(line.split())}", markup=True, soft_wrap=True)
    return 1


def _which_setting(error: ValidationError) -> str:
    first = error.errors(include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "?"
    name = next((name for name, _, _ in names() if name in (field, f"CRM_{field.upper()}")), field)
    return f"The setting {name} is not valid: {first['msg']}. Correct it in .env or the environment."


def _run(settings: Settings, _: argparse.Namespace, console: Console) -> None:
    run(settings, console)


def _serve(settings: Settings, _: argparse.Namespace, __: Console) -> None:
    check_disk(settings)
    check_port(settings.host, settings.port, "CRM_PORT")
    server(build_app(assemble(settings)), settings).run()


def _worker(settings: Settings, _: argparse.Namespace, __: Console) -> None:
    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await work_only(assemble(settings))

    asyncio.run(work())


def _purge(settings: Settings, _: argparse.Namespace, console: Console) -> None:
    store, keep, key = open_store(settings), retention(settings), open_keys(settings).evidence
    deleted = store.write_now(lambda connection: purge(connection, dt.datetime.now(dt.UTC), keep, key))
    store.close()
    console.print(f"{deleted} old rows deleted.")


def _export(settings: Settings, given: argparse.Namespace, console: Console) -> None:
    store = open_store(settings)
    since = dt.datetime.combine(given.since, dt.time(), dt.UTC) if given.since else None
    with contextlib.ExitStack() as stack:
        out = sys.stdout if given.out is None else stack.enter_context(given.out.open("w", encoding="utf-8", newline=""))
        count = export(store, out, since)
    store.close()
    console.print(f"{count} turns exported.")


def _verify(settings: Settings, given: argparse.Namespace, console: Console) -> None:
    noted = [*anchors.noted(settings.data / anchors.NAME), *([given.head] if given.head else [])]
    store = open_store(settings)
    found = verify(store, open_keys(settings).evidence, noted)
    store.close()
    for problem in found.problems:
        print(problem)
    console.print(found.summary)
    if found.problems:
        raise ChannelError(f"The evidence was tampered with, or belongs to another CRM_SECRET: {len(found.problems)} problems.",
                           "Keep a copy of the database as it is and compare it with a backup.")
    if found.head is not None:
        console.print(f"Nothing was changed. Note this head elsewhere: {found.head.number}:{found.head.last}", soft_wrap=True)


def _trainer(settings: Settings, given: argparse.Namespace, _: Console) -> None:
    store = open_store(settings)
    try:
        trainer_command.run(store, given, print, dt.datetime.now(dt.UTC))
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m channels", description="Where people reach the assistant.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str, work: Callable[..., None] | None) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(work=work)
        return made

    command("run", "Check content, bring index and Rasa model up to date, start Rasa and the app.", _run)
    command("serve", "Start the app alone; index and Rasa are somebody else's business.", _serve)
    command("worker", "Work on messages without serving any page.", _worker)
    command("purge", "Delete what is older than the retention settings.", _purge)
    exporting = command("export", "Write the journal as CSV.", _export)
    exporting.add_argument("--out", type=Path, default=None, help="file; standard output if left out")
    exporting.add_argument("--since", type=dt.date.fromisoformat, default=None, help="first day, e.g. 2026-11-01")
    verifying = command("verify", "Find every decision or review that was edited, deleted, added or moved.", _verify)
    verifying.add_argument("--head", type=anchors.told, default=None, help="a head noted earlier, <number>:<hash>")
    trainer_command.configure(command("trainer", "Make and change accounts of the trainers' desk.", _trainer))
    command("settings", "Print every setting with default and help, in the form of .env.example.", None)
    return parser


if __name__ == "__main__":
    sys.exit(main())
