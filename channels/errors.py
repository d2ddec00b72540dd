"""Errors of the channels: in goes what went wrong, out comes one line that also says what to do about it."""

from __future__ import annotations


class ChannelError(Exception):
    """Something an operator can cure. ``str()`` is one line: the problem, then the cure."""

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(f"{problem} {cure}")
        self.problem = problem
        self.cure = cure


class LeaseLost(Exception):
    """Another worker took the message over while this one was busy; everything this turn did is rolled back."""
