"""A real Chroma on disk: it finds its own vectors, and a store that does not is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.dense import CARRIED, Exact, carry_chroma, open_chroma, write_chroma
from retrieval.errors import IndexBroken


def vectors(n: int = 300, seed: int = 1) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=(n, 32)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def test_chroma_agrees_with_exact_search(tmp_path: Path) -> None:
    stored = vectors()
    write_chroma(stored, "crm-test", tmp_path)
    chroma = open_chroma(stored, "crm-test", tmp_path)
    for query in vectors(20, seed=2):
        ours, cosines = chroma.nearest(query, 10)
        exact, exact_cosines = Exact(stored).nearest(query, 10)
        assert len(set(ours) & set(exact)) >= 9
        assert cosines[0] == pytest.approx(exact_cosines[0], abs=1e-3)
    chroma.close()


def test_a_store_with_other_vectors_is_refused(tmp_path: Path) -> None:
    write_chroma(vectors(), "crm-test", tmp_path)
    with pytest.raises(IndexBroken, match="make index"):
        open_chroma(vectors(seed=9), "crm-test", tmp_path)


def test_a_missing_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="make index"):
        open_chroma(vectors(), "crm-none", tmp_path)


def test_exact_search_of_fewer_than_asked() -> None:
    found, cosines = Exact(vectors(3)).nearest(vectors(1, seed=5)[0], 10)
    assert len(found) == 3 and list(cosines) == sorted(cosines, reverse=True)


def test_a_store_is_carried_over_with_what_changed_came_and_went(tmp_path: Path) -> None:
    before = vectors()
    write_chroma(before, "crm-old", tmp_path / "old")
    changed, came = vectors(3, seed=8), vectors(4, seed=9)
    after = np.insert(np.delete(before, [10, 11], axis=0), 100, came, axis=0)
    after[[7, 42, 299]] = changed
    numbers = carry_chroma(after, "crm-new", tmp_path / "new", before, np.arange(len(before)), "crm-old", tmp_path / "old")
    assert numbers is not None and len(set(numbers.tolist())) == len(after)
    chroma = open_chroma(after, "crm-new", tmp_path / "new", probes=len(after), numbers=numbers)
    for query in (*after, *before):
        ours, cosines = chroma.nearest(query, 1)
        exact, best = Exact(after).nearest(query, 1)
        assert ours.tolist() == exact.tolist() and cosines[0] == pytest.approx(best[0], abs=1e-3)
    chroma.close()
    open_chroma(before, "crm-old", tmp_path / "old", probes=len(before)).close()


def test_a_store_that_was_carried_can_be_carried_again(tmp_path: Path) -> None:
    stored, numbers, name = vectors(), np.arange(300), "crm-0"
    write_chroma(stored, name, tmp_path / "0")
    for turn in range(1, 4):
        after = np.insert(stored[:-1], turn, vectors(2, seed=20 + turn), axis=0)
        found = carry_chroma(after, f"crm-{turn}", tmp_path / str(turn), stored, numbers, name, tmp_path / str(turn - 1))
        assert found is not None
        stored, numbers, name = after, found, f"crm-{turn}"
    open_chroma(stored, name, tmp_path / "3", probes=len(stored), numbers=numbers).close()


def test_a_store_that_changed_much_is_written_anew(tmp_path: Path) -> None:
    before = vectors(CARRIED + 100)
    write_chroma(before, "crm-old", tmp_path / "old")
    after = vectors(CARRIED + 100, seed=3)
    assert carry_chroma(after, "crm-new", tmp_path / "new", before, np.arange(len(before)), "crm-old", tmp_path / "old") is None
    assert not (tmp_path / "new").exists()
