"""Images and compose file: linted, valid, non-root, with Rasa shut in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

BIN = Path(ROOT / ".venv" / "bin")
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))


def test_enough_was_seen() -> None:
    assert len(DOCKERFILES) == 2


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda p: p.name)
def test_images_are_linted_and_not_root(path: Path) -> None:
    done = subprocess.run([BIN / "hadolint", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("USER ")]
    assert lines and lines[-1].split()[1].isdigit() and lines[-1] != "USER 0"


def test_the_compose_file_is_valid() -> None:
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "docker" / "compose.yml"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout


def test_only_the_app_is_reachable() -> None:
    compose = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text(encoding="utf-8"))
    published = {name for name, service in compose["services"].items() if service.get("ports")}
    assert published == {"app"}
    assert compose["services"]["rasa"]["networks"] == ["inside"] and compose["networks"]["inside"]["internal"] is True
    for service in compose["services"].values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["mem_limit"]
