"""What all tests share: the data folder with a fresh index, and the opened library."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from retrieval.build import build, export_model
from retrieval.library import Library, open_library

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder with the exported embedding model."""
    folder = Path(os.environ.get("CRM_DATA", str(ROOT / "var"))) / "models"
    export_model(folder)
    return folder


@pytest.fixture(scope="session")
def data(models: Path) -> Path:
    """The data folder of the checkout, its index built if stale (seconds when ``make index`` ran before)."""
    build(models.parent / "index", models)
    return models.parent


@pytest.fixture(scope="session")
def library(data: Path) -> Iterator[Library]:
    opened = open_library(data / "index", data / "models")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for one module at a time: Playwright's event loop stands in the way of every async test."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed; run docker/system.sh test as root")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()
