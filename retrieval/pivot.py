"""A Spanish or Portuguese text in, its rough English for searching out, through warm Apertium pipes.

The English is *retrieval only*: it is never shown, quoted, cited or given to a generator (it mistranslates dangerously).
Apertium (GPL-2) runs as separate processes; where it is not installed ``open_pivot`` returns ``None`` and the native
text is searched instead. One question costs 1-2 ms per language pair when the pipe is warm, 130-200 ms when it is not.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import threading
import time
import unicodedata
from pathlib import Path

from knowledge_base.model import Language
from retrieval.errors import PivotDown

MODES = Path("/usr/share/apertium/modes")
ROUTES: dict[Language, tuple[str, ...]] = {Language.ES: ("spa-eng",), Language.PT: ("pt-es", "spa-eng")}
PATIENCE_S = 3.0
_RESERVED = re.compile(r"[\\\[\]{}^$/@<>*]")
_FLUSH = b"[][\n]\0"
VERSION = "apertium-1"


def pipeline(mode: str) -> str:
    """The shell pipeline of an installed mode, every part flushing after a zero byte (``-z``)."""
    parts = (MODES / f"{mode}.mode").read_text(encoding="utf-8").split("|")
    flushing = [re.sub(r"^\s*(\S+)", r"\1 -z", part) for part in parts]
    return "|".join(flushing).replace("$1", "-n").replace("$2", "").strip()


class _Pipe:
    """One warm pipeline; restarted when it dies, serialised by a lock."""

    def __init__(self, mode: str) -> None:
        self._command = pipeline(mode)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def translate(self, text: str) -> str:
        with self._lock:
            for attempt in (1, 2):
                try:
                    return self._ask(text)
                except (OSError, PivotDown):
                    self.close()
                    if attempt == 2:
                        raise PivotDown("the translator does not answer") from None
        raise PivotDown("unreachable")

    def _ask(self, text: str) -> str:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S602 - the command is the installed mode file
                self._command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True, env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
        assert self._process.stdin and self._process.stdout
        # Reserved characters of the stream format (a lone ^ stops the pipe even when escaped) and control characters
        # say nothing about the question: they become blanks.
        plain = "".join(" " if unicodedata.category(c).startswith("C") else c for c in _RESERVED.sub(" ", text))
        self._process.stdin.write(plain.encode() + _FLUSH)
        self._process.stdin.flush()
        out, descriptor, deadline = b"", self._process.stdout.fileno(), time.monotonic() + PATIENCE_S
        while not out.endswith(b"\0"):
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(descriptor, 65536) if ready else b""
            if not chunk:
                raise PivotDown("no answer in time")
            out += chunk
        said = out[:-1].decode("utf-8", "replace").replace("[][\n]", "").replace("[][", "")
        return said.replace("\\", "").strip()

    def close(self) -> None:
        if self._process is not None:
            try:
                os.killpg(self._process.pid, 15)
                self._process.wait(timeout=2)
            except (OSError, subprocess.TimeoutExpired):
                pass
            self._process = None


class Pivot:
    """Spanish and Portuguese to English. Raises ``PivotDown`` when a pipe does not answer twice."""

    version = VERSION

    def __init__(self) -> None:
        self._pipes = {mode: _Pipe(mode) for mode in {mode for route in ROUTES.values() for mode in route}}

    def to_english(self, text: str, language: Language) -> str:
        for mode in ROUTES.get(language, ()):
            text = self._pipes[mode].translate(text)
        return text

    def close(self) -> None:
        for pipe in self._pipes.values():
            pipe.close()


def open_pivot() -> Pivot | None:
    """A pivot, or ``None`` where Apertium or one of the language pairs is not installed."""
    installed = all((MODES / f"{mode}.mode").exists() for route in ROUTES.values() for mode in route)
    return Pivot() if installed else None
