"""Errors of the knowledge base: each says which file is wrong and what to do."""

from __future__ import annotations


class ContentError(Exception):
    """Content cannot be read. The message names file, key and cure; retrying does not help."""
