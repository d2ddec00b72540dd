"""Token buckets: a key and the time in, how long to wait out. Nothing else is remembered about anybody."""

from __future__ import annotations

from collections import OrderedDict


class Buckets:
    """One bucket per key: ``per_second`` tokens flow in, at most ``burst`` are kept; the least used keys are forgotten.

    ``limit`` bounds the memory: a forgotten key starts again with a full bucket.
    """

    def __init__(self, per_second: float, burst: float, limit: int = 20_000) -> None:
        self._rate, self._burst, self._limit = per_second, max(burst, 1.0), limit
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """Takes a token if there is one and returns 0.0, else takes nothing and returns the seconds to wait."""
        tokens = self._tokens(key, now)
        wait = 0.0 if tokens >= 1.0 else (1.0 - tokens) / self._rate
        self._keep(key, tokens - 1.0 if not wait else tokens, now)
        return wait

    def reserve(self, key: str, now: float) -> float:
        """Takes the next token even if it is not there yet; returns in how many seconds it may be used."""
        tokens = self._tokens(key, now) - 1.0
        self._keep(key, tokens, now)
        return 0.0 if tokens >= 0.0 else -tokens / self._rate

    def _tokens(self, key: str, now: float) -> float:
        tokens, at = self._kept.get(key, (self._burst, now))
        return min(self._burst, tokens + max(0.0, now - at) * self._rate)

    def _keep(self, key: str, tokens: float, now: float) -> None:
        self._kept[key] = (tokens, now)
        self._kept.move_to_end(key)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
