"""The app as a process: an assembled kit in, an HTTP server out until it is told to stop."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

from channels.settings import Settings

GRACE_S = 10
"""How long requests under way may take at the end."""


def server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """Without an access log: addresses of conversations and answers are secrets."""
    return uvicorn.Server(uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, lifespan="on",
        timeout_graceful_shutdown=GRACE_S, server_header=False, timeout_keep_alive=30,
    ))
