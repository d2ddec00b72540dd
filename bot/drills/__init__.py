"""Drills: pure engine, free-text comparison and spaced repetition. A run can be replayed from its record."""
