"""Errors of the bot; each message says what is wrong and what to do."""

from __future__ import annotations


class PhraseError(Exception):
    """The bot's own words are incomplete. Retrying does not help: correct the file named in the message."""


class DialogueDown(Exception):
    """The dialogue engine did not answer this turn. The next turn may work; this one is answered without it."""


class UnknownAction(Exception):
    """Rasa asked for an action nobody wrote. Retrying does not help: domain and ``bot/actions.py`` disagree."""


class RasaMissing(Exception):
    """Rasa cannot be trained or started: interpreter, model or time is missing. The message says which."""
