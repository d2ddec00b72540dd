"""A command and environment in, a running Rasa out, stopped at the end; waits until it answers, but not for ever."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.errors import RasaMissing
from bot.rasa_process import ISLAND

START_S = 120.0
"""8-13 s are usual, 50 s have been seen on a busy machine."""
STOP_S = 10.0


@contextlib.contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], *, host: str, port: int, start_s: float = START_S,
    log: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start Rasa, yield when its port answers, stop it at the end. Raises ``RasaMissing`` when it does not come up."""
    if port_taken(host, port):
        raise RasaMissing(f"port {port} is taken; stop the other program or choose another port for Rasa (CRM_RASA_PORT)")
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(log.open("ab")) if log is not None else None
        process = subprocess.Popen(command, cwd=ISLAND, env=dict(environment), stdout=out, stderr=out, start_new_session=True)
        stack.callback(stop, process)
        wait_until_up(process, host, port, start_s)
        yield process


def wait_until_up(process: subprocess.Popen[bytes], host: str, port: int, start_s: float) -> None:
    """Return when the port answers. Raises ``RasaMissing`` when the process ends or the time is over."""
    until = time.monotonic() + start_s
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RasaMissing(f"rasa ended with {process.returncode} while starting; its output says why")
        if port_taken(host, port):
            return
        time.sleep(0.2)
    raise RasaMissing(f"rasa did not answer on port {port} within {start_s:.0f} s")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end; after ``STOP_S`` seconds make it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def port_taken(host: str, port: int) -> bool:
    """Whether somebody listens there. Sanic opens its port after the model is loaded."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0
