"""The door to Chroma: vectors in a directory or on a server; a question vector in, nearest passages out.

The directory is a rebuildable cache: a new one per build, tested before use, replaced by moving a pointer. When Chroma
does not find its own vectors, exact search over the side copy ``vectors.npy`` answers (0.13 ms at 10,000 passages).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings
from numpy.typing import NDArray

from retrieval.encode import Vectors
from retrieval.errors import IndexBroken

CARRIED = 500  # vectors that may come or go while the rest of the graph is kept
BATCH = 5000  # Chroma refuses more than 5,461 at once
EXACT_ENOUGH = {"ef_search": 800, "ef_construction": 128, "max_neighbors": 24}
"""Of the 400 nearest of 19,468 it finds 0.9994; twice the width finds 0.9997 and takes 1.4 times as long to build."""


Numbers = NDArray[np.int64]
"""The id in the store of the vector at each position."""


class Dense(Protocol):
    """Nearest passages by cosine."""

    def nearest(self, vector: Vectors, most: int) -> tuple[NDArray[np.int64], Vectors]:
        """Positions and cosines of at most ``most`` passages, best first."""
        ...

    def close(self) -> None: ...


class Exact:
    """Exact cosine over all vectors, in memory."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def nearest(self, vector: Vectors, most: int) -> tuple[NDArray[np.int64], Vectors]:
        cosines = self._vectors @ vector
        most = min(most, len(cosines))
        top = np.argpartition(-cosines, most - 1)[:most] if most else np.zeros(0, dtype=np.int64)
        order = top[np.argsort(-cosines[top], kind="stable")].astype(np.int64)
        return order, cosines[order].astype(np.float32)

    def close(self) -> None:
        return None


class Chroma:
    """One collection, embedded or on a server; ids are numbers, vectors are always ours."""

    def __init__(self, client: ClientAPI, name: str, numbers: Numbers) -> None:
        self._client = client
        self._positions = np.full(int(numbers.max(initial=-1)) + 1, -1, dtype=np.int64)
        self._positions[numbers] = np.arange(len(numbers))
        self._collection = client.get_collection(name, embedding_function=None)

    def nearest(self, vector: Vectors, most: int) -> tuple[NDArray[np.int64], Vectors]:
        found = self._collection.query(query_embeddings=[vector], n_results=most, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return (
            self._positions[np.array([int(i) for i in found["ids"][0]], dtype=np.int64)],
            1.0 - np.array(distances, dtype=np.float32),
        )

    def count(self) -> int:
        return int(self._collection.count())

    def close(self) -> None:
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def _client(folder: Path | None, server: str | None) -> ClientAPI:
    settings = Settings(anonymized_telemetry=False)
    if server:
        host, _, port = server.removeprefix("http://").partition(":")
        return chromadb.HttpClient(host=host, port=int(port or 8000), settings=settings)
    return chromadb.PersistentClient(path=str(folder), settings=settings)


def write_chroma(vectors: Vectors, name: str, folder: Path | None = None, server: str | None = None) -> None:
    """Store ``vectors`` (n, d) under ids ``0 … n-1`` in the collection ``name``."""
    client = _client(folder, server)
    if name in [collection.name for collection in client.list_collections()]:
        client.delete_collection(name)
    # The graph is written once, when the last vector is in: opening then takes 0.2 s instead of building it again. A build
    # killed while it is written is never pointed to.
    size = max(3, len(vectors))
    collection = client.create_collection(
        name,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "sync_threshold": size, "batch_size": min(100, size), **EXACT_ENOUGH}},
    )
    for start in range(0, len(vectors), BATCH):
        part = vectors[start : start + BATCH]
        collection.add(ids=[str(start + i) for i in range(len(part))], embeddings=part)
    close = getattr(client, "close", None)
    if close is not None:
        close()


def carry_chroma(vectors: Vectors, name: str, folder: Path, before: Vectors, numbers: Numbers, old_name: str,
                 old_folder: Path) -> Numbers | None:
    """Copy the store of the build before and exchange the vectors that changed, came or went.

    ``before`` (m, d) and ``numbers`` (m) are what it holds and under which ids. The ids of ``vectors`` (n), or ``None``
    when writing anew is better.
    """
    known: dict[bytes, list[int]] = {}
    for row, number in zip(before, numbers.tolist(), strict=True):
        known.setdefault(row.tobytes(), []).append(number)
    fresh = int(numbers.max(initial=-1)) + 1
    found = np.full(len(vectors), -1, dtype=np.int64)
    for position, row in enumerate(vectors):
        kept = known.get(row.tobytes())
        if kept:
            found[position] = kept.pop()
    new = np.flatnonzero(found < 0)
    gone = [number for left in known.values() for number in left]
    if len(new) + len(gone) > CARRIED or not old_folder.exists():
        return None
    found[new] = fresh + np.arange(len(new))
    shutil.copytree(old_folder, folder)
    client = _client(folder, None)
    collection = client.get_collection(old_name, embedding_function=None)
    if gone:
        collection.delete(ids=[str(number) for number in gone])
    if len(new):
        collection.add(ids=[str(number) for number in found[new]], embeddings=vectors[new])
    if name != old_name:
        collection.modify(name=name)
    client.close()
    return found


def open_chroma(
    vectors: Vectors, name: str, folder: Path | None = None, server: str | None = None, probes: int = 50,
    numbers: Numbers | None = None,
) -> Chroma:
    """Open and test: the count is right and ``probes`` known vectors find themselves; raises ``IndexBroken``.

    ``numbers``: as ``carry_chroma`` returned them; ``None``: every vector has its position as id.
    """
    try:
        chroma = Chroma(_client(folder, server), name, np.arange(len(vectors)) if numbers is None else numbers)
    except Exception as error:
        raise IndexBroken(f"the vector store cannot be opened ({type(error).__name__}); run make index") from error
    if chroma.count() != len(vectors):
        raise IndexBroken(f"{chroma.count()} vectors stored, {len(vectors)} expected; run make index")
    for position in np.linspace(0, len(vectors) - 1, min(probes, len(vectors)), dtype=np.int64):
        _, cosines = chroma.nearest(vectors[position], 1)
        if not len(cosines) or cosines[0] < 0.999:
            raise IndexBroken(f"vector {position} does not find itself; run make index")
    return chroma
