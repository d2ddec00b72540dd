"""What must be true before anything starts: settings in, nothing or one clear line out."""

from __future__ import annotations

import shutil
import socket
import sys

from channels.errors import ChannelError
from channels.settings import Settings

FREE_MB = 500
"""Index, Rasa model and a database that can grow; a full disk in the middle of a night is worse than a refusal now."""


def check_python() -> None:
    if sys.version_info[:2] != (3, 11):
        raise ChannelError(f"This is Python {sys.version_info[0]}.{sys.version_info[1]}.",
                           "Use Python 3.11 (Rasa needs it): install it and run make install.")


def check_disk(settings: Settings) -> None:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.data).free // 2**20
        (settings.data / ".writable").write_text("")
        (settings.data / ".writable").unlink()
    except OSError as error:
        raise ChannelError(f"The data folder {settings.data} cannot be written ({error.strerror}).",
                           "Set CRM_DATA to a folder you own.") from error
    if free < FREE_MB:
        raise ChannelError(f"Only {free} MB are free where {settings.data} is.",
                           f"Free {FREE_MB} MB or set CRM_DATA to another disk.")


def check_port(host: str, port: int, setting: str) -> None:
    """Binds and lets go: only that shows that we may listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ChannelError(f"Port {port} on {host} cannot be used ({error.strerror}).",
                               f"Stop the other program or choose another port: {setting}=…") from error


def check(settings: Settings, *, with_rasa: bool) -> None:
    """Everything that can be known before work begins."""
    check_python()
    check_disk(settings)
    check_port(settings.host, settings.port, "CRM_PORT")
    if with_rasa:
        check_port(settings.rasa_host, settings.rasa_port, "CRM_RASA_PORT")
        if not settings.rasa_python.is_file():
            raise ChannelError(f"Rasa's Python {settings.rasa_python} is missing.",
                               "Run make install, set RASA_PYTHON, or CRM_DIALOGUE=none to go without Rasa.")
