"""Content folder in, one frozen ``Content`` out; the first unreadable file stops it with a clear ``ContentError``.

Files are parsed with libyaml's loader; a duplicate key is an error, because YAML would silently keep the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from knowledge_base.errors import ContentError
from knowledge_base.model import (
    Card,
    CardId,
    Contacts,
    Content,
    Country,
    Cues,
    Glossary,
    Instrument,
    InstrumentId,
    Limits,
    PivotTerms,
    Scenario,
    ScenarioId,
    Triggers,
    Value,
    Vocabulary,
)

CONTENT = Path(__file__).parent / "content"
Noun = TypeVar("Noun", bound=Value)


class _Loader(yaml.CSafeLoader):
    """libyaml's safe loader, dates as text-like dates, duplicate keys refused."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key, _ in node.value:
        name = loader.construct_object(key, deep=True)
        if name in seen:
            raise ContentError(f"line {key.start_mark.line + 1}: key {name!r} twice; remove one of them")
        seen.add(name)
    loader.flatten_mapping(node)
    return yaml.constructor.SafeConstructor.construct_mapping(loader, node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """The data in one YAML file; raises ``ContentError`` naming the file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - subclass of the safe loader
    except (yaml.YAMLError, UnicodeDecodeError, ContentError) as error:
        raise ContentError(f"{path}: cannot be read: {str(error).splitlines()[0]}; correct the YAML there") from error
    except FileNotFoundError as error:
        raise ContentError(f"{path}: missing; restore it from the repository") from error


def read_noun(path: Path, noun: type[Noun]) -> Noun:
    """One content file as ``noun``; raises ``ContentError`` naming file, key and cure.

    A file is read once and again when it changed: a build checks all files and then loads them.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise ContentError(f"{path}: missing; restore it from the repository") from error
    found: Noun = _read_noun(path, noun, state.st_mtime_ns, state.st_size)
    return found


@lru_cache(maxsize=2048)
def _read_noun(path: Path, noun: type[Noun], _changed: int, _size: int) -> Noun:
    data = read_yaml(path)
    try:
        return noun.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ContentError(f"{path}: {where}: {first['msg']}{more}; see docs/content.md for the form") from error


def content_files(root: Path = CONTENT) -> Iterator[Path]:
    """Every content file, in a fixed order."""
    yield from sorted(root.rglob("*.yaml"))


def content_version(root: Path = CONTENT) -> str:
    """SHA-256 over the names and bytes of all content files."""
    digest = hashlib.sha256()
    for path in content_files(root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _folder(root: Path, name: str, noun: type[Noun]) -> list[tuple[Path, Noun]]:
    return [(path, read_noun(path, noun)) for path in sorted((root / name).rglob("*.yaml"))]


def load_content(root: Path = CONTENT) -> Content:
    """Read all content under ``root``. Raises ``ContentError`` for the first file that has not the right form.

    Deeper faults (sources that do not resolve, missing languages …) are ``check``'s business.
    """
    instruments: dict[InstrumentId, Instrument] = {}
    for path, instrument in _folder(root, "instruments", Instrument):
        _unique(instruments, instrument.id, path)
        instruments[instrument.id] = instrument
    cards: dict[CardId, Card] = {}
    for path, card in _folder(root, "guidance", Card):
        _unique(cards, card.id, path)
        cards[card.id] = card
    scenarios: dict[ScenarioId, Scenario] = {}
    for path, scenario in _folder(root, "scenarios", Scenario):
        _unique(scenarios, scenario.id, path)
        scenarios[scenario.id] = scenario
    contacts: dict[Country, Contacts] = {found.country: found for _, found in _folder(root, "contacts", Contacts)}
    return Content(
        instruments=instruments,
        cards=cards,
        scenarios=scenarios,
        contacts=contacts,
        vocabulary=read_noun(root / "vocabulary.yaml", Vocabulary),
        glossary=read_noun(root / "glossary.yaml", Glossary),
        triggers=read_noun(root / "triggers.yaml", Triggers),
        limits=read_noun(root / "limits.yaml", Limits),
        cues=read_noun(root / "cues.yaml", Cues),
        pivot_terms=read_noun(root / "pivot_terms.yaml", PivotTerms).by_language(),
        version=content_version(root),
    )


def _unique(known: dict[Any, Any], name: str, path: Path) -> None:
    if name in known:
        raise ContentError(f"{path}: id: {name!r} is used by another file; choose another id")
