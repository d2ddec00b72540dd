"""Ranked sources and acceptable ones in, recall@k, reciprocal rank and nDCG out (binary relevance)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log2


def rank(found: Sequence[str], accept: Collection[str]) -> int | None:
    """1-based rank of the first acceptable source, or ``None``."""
    return next((number for number, ref in enumerate(found, 1) if ref in accept), None)


def recall_at(found: Sequence[str], accept: Collection[str], k: int) -> float:
    """1.0 when an acceptable source stands among the first ``k``, else 0.0."""
    return float(any(ref in accept for ref in found[:k]))


def reciprocal_rank(found: Sequence[str], accept: Collection[str]) -> float:
    at = rank(found, accept)
    return 1.0 / at if at else 0.0


def ndcg(found: Sequence[str], accept: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain at ``k``."""
    gain = sum(1.0 / log2(number + 1) for number, ref in enumerate(found[:k], 1) if ref in accept)
    best = sum(1.0 / log2(number + 1) for number in range(1, min(k, len(set(accept))) + 1))
    return gain / best if best else 0.0
