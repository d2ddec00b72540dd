"""The island's files in, a trained model beside a note of what it was made from out; trained again only when they changed.

The note is ``model.json``: ``inputs``, the hash of everything that shapes the model, and ``sha256`` of the archive. A
model is data that runs code when loaded, so only an archive that matches its note is ever served.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.errors import RasaMissing
from bot.rasa_process import ISLAND, MODEL, rasa_environment, train_command

NOTE = "model.json"
TRAINING_S = 600


def inputs_hash(island: Path = ISLAND) -> str:
    """SHA-256 over names and bytes of configuration, domain, data and the lexicon component."""
    digest = hashlib.sha256()
    paths = [island / "config.yml", island / "domain.yml", island / "components" / "lexicon.py"]
    for path in [*paths, *sorted((island / "data").rglob("*.yml"))]:
        digest.update(path.relative_to(island).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_fresh(folder: Path, inputs: str) -> bool:
    """Whether ``folder`` holds an intact model made from these inputs."""
    note = _note(folder)
    return note.get("inputs") == inputs and _sound(folder, note)


def sound_model(folder: Path) -> Path:
    """The archive in ``folder``, checked against its note. Raises ``RasaMissing``."""
    if not _sound(folder, _note(folder)):
        raise RasaMissing(f"{folder / MODEL} is missing or does not match {NOTE}; run python -m bot train --out {folder}")
    return folder / MODEL


def train(python: Path, folder: Path, environ: Mapping[str, str]) -> bool:
    """Train into ``folder`` unless it is fresh; says whether it trained. Raises ``RasaMissing`` when training fails.

    About 20 s on two cores. The old model stays in place until the new one is whole.
    """
    inputs = inputs_hash()
    if is_fresh(folder, inputs):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".training-") as work:
        here = Path(work)
        done = subprocess.run(
            train_command(python, here, "model"),
            cwd=here, env=rasa_environment(environ, cache=here), capture_output=True, text=True, timeout=TRAINING_S,
        )  # fmt: skip
        made = here / MODEL
        if done.returncode != 0 or not made.is_file():
            raise RasaMissing(f"rasa train ended with {done.returncode}: {_last_lines(done.stdout + done.stderr)}")
        note = {"inputs": inputs, "sha256": _sha256(made)}
        (here / NOTE).write_text(json.dumps(note) + "\n", encoding="utf-8")
        # Note after model: a crash between the two leaves a model that does not match, which is trained again.
        made.replace(folder / MODEL)
        (here / NOTE).replace(folder / NOTE)
    return True


def _note(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sound(folder: Path, note: Mapping[str, str]) -> bool:
    model = folder / MODEL
    return model.is_file() and note.get("sha256") == _sha256(model)


def _sha256(path: Path) -> str:
    with path.open("rb") as archive:
        return hashlib.file_digest(archive, "sha256").hexdigest()


def _last_lines(text: str, most: int = 5) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-most:])
