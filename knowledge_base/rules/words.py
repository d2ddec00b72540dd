"""Rules for glossary, triggers and contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold
from knowledge_base.problem import Problem
from knowledge_base.rules.shelf import Shelf


def word_problems(shelf: Shelf) -> Iterator[Problem]:
    """Double words, triggers without card or near misses, contacts that must not be shown."""
    if shelf.glossary:
        for language in Language:
            entries = getattr(shelf.glossary, language.value)
            for word, times in Counter(fold(entry.word) for entry in entries).items():
                if times > 1:
                    yield Problem("glossary.yaml", f"{language}.{word}", f"stands {times} times", "keep one entry")
            for entry in entries:
                if not entry.word.strip() or not entry.to.strip():
                    yield Problem("glossary.yaml", f"{language}.{entry.word}", "word or to is empty", "fill both")
    if shelf.triggers:
        for name in ("danger_now", "harmful", "personal_data"):
            for trigger in getattr(shelf.triggers, name):
                if trigger.card not in shelf.card_ids:
                    yield Problem("triggers.yaml", trigger.id, f"no card {trigger.card!r}", "name an existing card")
                for language in Language:
                    if not trigger.phrases.in_(language):
                        yield Problem("triggers.yaml", f"{trigger.id}.{language}", "no phrases", "add them")
                    both = {fold(p) for p in trigger.phrases.in_(language)} & {
                        fold(p) for p in trigger.not_when.in_(language)
                    }
                    for phrase in sorted(both):
                        yield Problem(
                            "triggers.yaml", f"{trigger.id}.{language}", f"{phrase!r} both triggers and must not",
                            "keep it on one side",
                        )
    situations = set(shelf.vocabulary.situations) if shelf.vocabulary else set()
    for file, book in shelf.contacts:
        for contact in book.contacts:
            for situation in contact.situations:
                if situation not in situations:
                    yield Problem(file, contact.id, f"unknown situation {situation!r}", "use one of vocabulary.yaml")
            if contact.kind == "instruction" and contact.instruction is None:
                yield Problem(file, contact.id, "an instruction without words", "write instruction in en, es, pt")
            if contact.kind != "instruction" and contact.checked and not (contact.value and contact.seen_at):
                yield Problem(
                    file, contact.id, "checked without value or seen_at", "say where the value was seen, or uncheck it"
                )
