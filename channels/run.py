"""The main job: settings in; content checked, index and Rasa model made where stale, Rasa and app running out.

A second start finds everything fresh and is up in seconds. Every problem ends in one line that says what to do.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.rasa_model import inputs_hash, is_fresh, sound_model, train
from bot.rasa_process import rasa_command, rasa_environment, rasa_python
from bot.rasa_serve import running as rasa_running
from channels.assemble import assemble, build_app, open_keys
from channels.errors import ChannelError
from channels.indexing import bring_up_to_date
from channels.kit import action_token, channel_token
from channels.preflight import check
from channels.serve import server
from channels.settings import Settings
from knowledge_base.check import check as check_content

PROBLEMS_SHOWN = 5


class Steps:
    """What is being done, with a clock: a spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Progress | None]:
        began = time.monotonic()
        if self._console.is_terminal:
            with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
                          console=self._console, transient=True) as progress:
                progress.add_task(title)
                yield progress
        else:
            self._console.print(f"… {title}")
            yield None
        self._console.print(f"[green]✓[/green] {title} [dim]{time.monotonic() - began:.1f} s[/dim]")


def run(settings: Settings, console: Console) -> None:
    """Until interrupted. Raises ``ChannelError`` and the errors of the rooms below; each message is one line."""
    with_rasa = settings.dialogue == "rasa"
    check(settings, with_rasa=with_rasa)
    steps = Steps(console)
    with steps.step("content"):
        _content()
    with steps.step("search index") as progress:
        _index(settings, progress)
    with contextlib.ExitStack() as stack:
        if with_rasa:
            with steps.step("Rasa model"):
                folder = settings.data / "rasa"
                if not is_fresh(folder, inputs_hash()):
                    train(rasa_python(settings.rasa_python), folder, os.environ)
            with steps.step("Rasa"):
                stack.enter_context(_rasa(settings))
        with steps.step("assistant"):
            app = build_app(assemble(settings))
        _tell(settings, console)
        server(app, settings).run()
    console.print("Stopped.")


def _content() -> None:
    problems = check_content()
    if problems:
        shown = "; ".join(str(problem) for problem in problems[:PROBLEMS_SHOWN])
        more = f" and {len(problems) - PROBLEMS_SHOWN} more" if len(problems) > PROBLEMS_SHOWN else ""
        raise ChannelError(f"The content has {len(problems)} problems: {shown}{more}.",
                           "Correct them; python -m knowledge_base check lists all.")


def _index(settings: Settings, progress: Progress | None) -> None:
    def say(text: str) -> None:
        if progress is not None:
            progress.update(progress.task_ids[0], description=f"search index: {text}")

    bring_up_to_date(settings, say)


@contextlib.contextmanager
def _rasa(settings: Settings) -> Iterator[None]:
    folder, keys = settings.data / "rasa", open_keys(settings)
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    environment = rasa_environment(
        os.environ, cache=folder.absolute(), channel_token=channel_token(settings, keys),
        action_token=action_token(settings, keys), action_url=f"http://{host}:{settings.port}/rasa/actions",
    )
    command = rasa_command(rasa_python(settings.rasa_python), sound_model(folder), port=settings.rasa_port,
                           host=settings.rasa_host)
    log = Path(folder / "rasa.log")
    with rasa_running(command, environment, host=settings.rasa_host, port=settings.rasa_port, log=log):
        yield


def _tell(settings: Settings, console: Console) -> None:
    here = f"http://{settings.host}:{settings.port}"
    console.print(f"\n[bold]The assistant is at {here}/[/bold]  (stop with Ctrl+C)")
    console.print(f"API {here}/openapi.json · health {here}/healthz")
    console.print(f"Trainers' desk {here}/desk  (first account: python -m channels trainer add NAME --role admin)")
    on = bool(settings.telegram_token.get_secret_value())
    console.print(f"Telegram: {settings.telegram_mode if on else 'off; set TELEGRAM_TOKEN=… to switch it on'}\n")
