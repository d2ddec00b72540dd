"""Documentation fails the build when it lies: paths exist, commands answer, settings are all there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from channels.settings import env_example
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PATH = re.compile(r"`((?:knowledge_base|retrieval|bot|channels|evals|tests|docker|docs|requirements)/[\w./-]*)`")
COMMAND = re.compile(r"python -m ((?:knowledge_base|retrieval|bot|channels|evals)(?: [a-z]+)?)")
LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")
TARGET = re.compile(r"(?:`|^|… )make ([a-z]+)\b", re.M)


def found(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    return {(page.name, match) for page in PAGES for match in pattern.findall(page.read_text(encoding="utf-8"))}


def test_paths_exist() -> None:
    paths = found(PATH)
    assert len(paths) > 30
    assert [(page, path) for page, path in sorted(paths) if not (ROOT / path).exists()] == []


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / target.partition("#")[0]).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("command", sorted({command for _, command in found(COMMAND)}))
def test_commands_answer(command: str) -> None:
    words = command.split()
    done = subprocess.run(
        [sys.executable, "-m", *words, "--help"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert "usage" in done.stdout


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {target for _, target in found(TARGET)}
    assert {"run", "test", "check", "eval"} <= named
    assert named - targets == set()


def test_every_setting_is_in_the_example() -> None:
    path = ROOT / ".env.example"
    assert path.read_text(encoding="utf-8") == env_example(), "run: python -m channels settings > .env.example"


def test_the_tree_in_the_architecture_page_is_true() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    doors = re.findall(r"^\| [^|]+ \| `([\w/.]+)`", page, re.M)
    assert len(doors) >= 8 and all(Path(ROOT / door).exists() for door in doors)
