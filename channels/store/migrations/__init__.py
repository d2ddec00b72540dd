"""Numbered, append-only history of the database; run at every start."""
