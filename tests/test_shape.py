"""The shape of the code: small files, each explained in its first line, heavy libraries behind their doors."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("knowledge_base", "retrieval", "bot", "channels", "evals")
ISLANDS = ("bot/rasa/", "channels/store/migrations/")
LONGEST = 320
DOORS = {
    "chromadb": {"retrieval/dense.py"},
    "bm25s": {"retrieval/lexical.py"},
    "torch": {"retrieval/torch_encode.py"},
    "sentence_transformers": {"retrieval/torch_encode.py"},
    "langchain_core": {"retrieval/langchain_retriever.py"},
    "fsrs": {"bot/drills/spacing.py"},
    "ragas": {"evals/ragas_metrics.py"},
    "langchain_classic": {"evals/bought.py"},
    "langchain_community": {"evals/bought.py"},
    "langchain_openai": {"evals/ragas_metrics.py"},
    "wordfreq": {"retrieval/vocabulary.py"},
    "argon2": {"channels/desk/accounts.py"},
    "krippendorff": {"channels/desk/agreement.py"},
    "Stemmer": {"retrieval/words.py"},
}
FOLDERS = {"sqlalchemy": "channels/store/", "alembic": "channels/store/", "telegram": "channels/telegram/", "rasa": "bot/rasa/"}
NO_NAMES = re.compile(r"^class \w*(?:Manager|Helper|Util|Utils|Service|Processor)\b", re.M)


def files() -> list[Path]:
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if not path.relative_to(ROOT).as_posix().startswith(ISLANDS)]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}: relative import; write it from the room"
            yield node.module or ""


def test_enough_was_seen() -> None:
    assert len(files()) >= 120
    assert {name(path).split("/")[0] for path in files()} == set(ROOMS)


@pytest.mark.parametrize("path", files(), ids=name)
def test_a_file_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring and len(docstring.splitlines()[0]) > 20, "the first line says what goes in and what comes out"
    assert not NO_NAMES.search(text), "name it by what it is"


def test_heavy_libraries_have_one_door() -> None:
    seen: dict[str, set[str]] = {}
    for path in files():
        for module in imports(path):
            seen.setdefault(module.split(".")[0], set()).add(name(path))
    for library, door in DOORS.items():
        assert seen.get(library, set()) == door, f"{library} is imported by {seen.get(library)}"
    for library, folder in FOLDERS.items():
        wrong = {user for user in seen.get(library, set()) if not user.startswith(folder)}
        assert not wrong, f"{library} belongs in {folder}, not {wrong}"


def test_rooms_import_only_downwards() -> None:
    order = {"knowledge_base": 0, "retrieval": 1, "bot": 2, "channels": 3, "evals": 3}
    seen = 0
    for path in files():
        own = name(path).split("/")[0]
        for module in imports(path):
            other = module.split(".")[0]
            if other in order and other != own:
                assert order[other] < order[own], f"{name(path)} imports {module}"
                seen += 1
    assert seen > 100


def test_nothing_names_this_machine_or_a_registry() -> None:
    forbidden = re.compile(r"/work/|/root/|pypi\.org|files\.pythonhosted|download\.pytorch|registry\.npmjs|deb\.debian")
    wrong = []
    looked = 0
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for part in tracked:
        path = ROOT / part
        if path.name != "test_shape.py" and path.is_file():
            looked += 1
            if forbidden.search(path.read_text(encoding="utf-8", errors="ignore")):
                wrong.append(part)
    assert looked > 500 and wrong == []
