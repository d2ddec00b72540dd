"""A question in, how sure the evidence gate is that what was found answers it out, 0..1: for measuring, nothing decides by it."""

from __future__ import annotations

from retrieval.gate import Zone, evidence
from retrieval.library import Library
from retrieval.model import Answer, AnswerKind, Question
from retrieval.requests import ANSWERABLE
from retrieval.search import search


def confidence(question: Question, said: Answer, library: Library) -> float:
    """The gate's probability; where a rule decided instead of the gate, 0.0 (refused by rule) or 1.0 (asked by name)."""
    heard = library.listener.hear(question.text, None, question.language)
    own = library.places.whose(question.text, question.country).own
    found = search(heard, library.stock, own[0] if len(own) == 1 else question.country, question.as_of)
    sure = library.gate.probability(evidence(heard, found, library.requests.probabilities(heard)[ANSWERABLE]))
    zone = library.gate.zone(sure)
    if said.kind in (AnswerKind.REFUSAL, AnswerKind.SAFETY) and zone is not Zone.REFUSE:
        return 0.0
    return 1.0 if said.kind is AnswerKind.GROUNDED and zone is not Zone.ANSWER else sure
