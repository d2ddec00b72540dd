"""A real server with the real index on a free loopback port, and a real Chromium."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import ROOT, free_port


@pytest.fixture(scope="session")
def address(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base address of a running app (without Rasa: these tests look at pages, not at dialogue)."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("index", "models"):
        (folder / name).symlink_to(data / name)
    port = free_port()
    environment = {
        **os.environ, "CRM_DATA": str(folder), "CRM_PORT": str(port), "CRM_DIALOGUE": "none", "CRM_RATE_PER_MINUTE": "6000",
        "CRM_RATE_BURST": "1000", "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen([sys.executable, "-m", "channels", "serve"], cwd=ROOT, env=environment)
    base = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{base}/readyz", timeout=2)
            break
        except OSError:
            assert process.poll() is None, "the server stopped"
            assert time.monotonic() < deadline, "the server did not get ready"
            time.sleep(0.2)
    yield base
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


@pytest.fixture()
def page(browser: Browser) -> Iterator[Page]:
    """A phone of 360 px; any request to another host fails the test."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="pt-PT")
    opened = context.new_page()
    foreign: list[str] = []
    opened.on("request", lambda r: foreign.append(r.url) if "127.0.0.1" not in r.url and not r.url.startswith("data:") else None)
    yield opened
    context.close()
    assert foreign == []
