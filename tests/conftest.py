"""What all tests share: the data folder with a fresh index, and the opened library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.build import build, export_model
from retrieval.library import Library, open_library

ROOT = Path(__file__).resolve().parent.parent


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
