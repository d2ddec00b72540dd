"""The search index brought up to date: folders in, what is being done out, line by line.

In a process of its own: building needs torch and a gigabyte that the server should not keep for months.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from channels.errors import ChannelError
from channels.settings import Settings

CURE = "python -m retrieval index shows more."


class Job(NamedTuple):
    """What the other process is told."""

    folder: Path
    models: Path
    embedding_model: str | None
    chroma_server: str | None


def bring_up_to_date(settings: Settings, say: Callable[[str], None]) -> None:
    """Builds if stale. Raises ``ChannelError`` with the reason; the old index then stays in use."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    job = Job(settings.index, settings.models, settings.embedding_model or None, settings.chroma_server or None)
    process = context.Process(target=_build, args=(theirs, job), name="index", daemon=True)
    process.start()
    theirs.close()
    problem: str | None = f"The index could not be built: its process ended. {CURE}"
    try:
        while True:
            kind, text = ours.recv()
            if kind == "doing":
                say(text)
            else:
                problem = text if kind == "problem" else None
                break
    except EOFError:
        pass
    finally:
        ours.close()
        process.join(5.0)
        process.kill()
    if problem is not None:
        raise ChannelError(problem, "" if CURE in problem else CURE)


def _build(pipe: Connection, job: Job) -> None:
    """Runs in the other process; everything it has to say goes through the pipe."""
    try:
        from retrieval.build import build  # here, so that only this process loads it

        build(job.folder, job.models, embedding_model=job.embedding_model, chroma_server=job.chroma_server,
              say=lambda text: pipe.send(("doing", text)))
    except KeyboardInterrupt:
        return
    except Exception as error:
        pipe.send(("problem", f"The index could not be built: {error}"))
        return
    pipe.send(("done", ""))
