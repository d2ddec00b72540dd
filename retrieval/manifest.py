"""What an index was made of and how to find the newest one: a directory per build, and a pointer moved when it is good."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from knowledge_base.model import Value
from retrieval.errors import IndexBroken, IndexMissing
from retrieval.gate import Gate

POINTER = "CURRENT"
FORMAT = "24"  # raise when the files of an index change their meaning


class Manifest(Value):
    """``index_hash`` names the directory; ``files`` are SHA-256 of everything in it; ``signature`` is keyed if a key is set."""

    format: str
    index_hash: str
    content_version: str
    encoder: str
    pivot: str | None
    collection: str
    passages: int
    gate: Gate
    fitted_on: str
    files: dict[str, str]
    signature: str = ""


def index_hash(content_version: str, encoder: str, pivot: str | None, fitted_on: str) -> str:
    """16 hex digits that change when content, model, translator, format or the examples of the small models change."""
    return hashlib.sha256(f"{FORMAT}|{content_version}|{encoder}|{pivot}|{fitted_on}".encode()).hexdigest()[:16]


def sign(manifest: Manifest, key: str) -> Manifest:
    """With an HMAC-SHA256 over all other fields; an empty key gives a plain digest (finds damage, not forgery)."""
    body = manifest.model_copy(update={"signature": ""}).model_dump_json().encode()
    return manifest.model_copy(update={"signature": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()})


def write_manifest(folder: Path, manifest: Manifest) -> None:
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1), encoding="utf-8")


def read_manifest(folder: Path, key: str = "") -> Manifest:
    """Read and verify signature and file sizes; raises ``IndexBroken``."""
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        raise IndexBroken(f"{folder.name}: manifest cannot be read; delete the index and run make index") from error
    if not hmac.compare_digest(sign(manifest, key).signature, manifest.signature):
        raise IndexBroken(f"{folder.name}: the manifest was changed; delete the index and run make index")
    for name, digest in manifest.files.items():
        if file_hash(folder / name) != digest:
            raise IndexBroken(f"{folder.name}: {name} was changed; delete the index and run make index")
    return manifest


def file_hash(path: Path) -> str:
    """SHA-256 of a file, empty when it does not exist."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def current(index: Path) -> Path | None:
    """The directory the pointer names, or ``None``."""
    try:
        folder = index / (index / POINTER).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return folder if (folder / "manifest.json").exists() else None


def point(index: Path, name: str) -> None:
    """Move the pointer to ``name`` in one step."""
    waiting = index / f"{POINTER}.tmp"
    waiting.write_text(name, encoding="utf-8")
    waiting.replace(index / POINTER)


def current_manifest(index: Path) -> Manifest:
    """The manifest of the index in use, unverified files. Raises ``IndexMissing`` or ``IndexBroken``."""
    folder = current(index)
    if folder is None:
        raise IndexMissing(f"no index under {index}; run make index")
    try:
        return Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    except ValueError as error:
        raise IndexBroken(f"{folder.name}: manifest cannot be read; run make index") from error
