"""One fault of the content: file, key, what is wrong and the cure, printed as one line."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Frozen and sortable; ``file`` is relative to the content folder."""

    file: str
    key: str
    fault: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.fault}; {self.cure}"
