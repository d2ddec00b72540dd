"""Errors of retrieval: each says what to do; refusing a question is an answer, not an error."""

from __future__ import annotations


class IndexMissing(Exception):
    """No usable index. Cure: ``make index``."""


class IndexBroken(Exception):
    """An index does not find its own passages. Cure: delete the data directory's ``index`` folder and ``make index``."""


class EncoderMissing(Exception):
    """The embedding model cannot be loaded. Cure: install the requirements, or name a local folder in EMBEDDING_MODEL."""


class PivotDown(Exception):
    """The translator did not answer in time; the question is searched in its own language instead."""
