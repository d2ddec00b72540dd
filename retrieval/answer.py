"""A question in, an answer or an honest refusal out. This is the story of the room.

hear → first look (danger, harm) → whose law → places named → search → evidence gate → compose → ground → receipt.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from knowledge_base.model import CardId, Content, Country, InstrumentId, Ref
from retrieval.compose import Person, from_cards, from_provisions
from retrieval.gate import Zone, evidence
from retrieval.ground import ground
from retrieval.heard import Heard
from retrieval.library import Library
from retrieval.model import Answer, AnswerKind, Question, Reason, Sentence, Source
from retrieval.rank import Ranker, provisions
from retrieval.receipt import receipt
from retrieval.requests import ANSWERABLE
from retrieval.safety import REASONS, Alarm
from retrieval.search import Found, search

SOURCES = 20
LEAD = 3
SURE = 0.75
SURE_ALARM = 0.5
PROVISION_AHEAD = 1.6
"""A provision's own text answers instead of a card when it scores this many times the best card."""


def answer(question: Question, library: Library) -> Answer:
    """Never raises for any text; the same question over the same index gives the same bytes but for ``took_ms``."""
    started = time.perf_counter()
    heard = library.listener.hear(question.text, None, question.language)
    found = _answer(question, heard, library)
    return _finish(found, library, (time.perf_counter() - started) * 1000)


def first_look(question: Question, library: Library) -> Answer | None:
    """Only the safety look: an answer when the message means danger now, harm, or someone's data; else ``None``."""
    heard = library.listener.hear(question.text, None, question.language)
    alarm = library.first_look.look(heard)
    if alarm is None:
        return None
    return _finish(_alarmed(alarm, question, heard, library), library, 0.0)


def _answer(question: Question, heard: Heard, library: Library) -> Answer:
    library.stock.begin(heard)  # every way below needs it; the models look at the question meanwhile
    request = library.requests.probabilities(heard)
    alarm = library.first_look.look(heard)
    if alarm is not None and not _rather_off(alarm, request):
        return _alarmed(alarm, question, heard, library)
    whose = library.places.whose(question.text, question.country)
    if whose.across:
        return _refused(
            Reason.WRONG_COUNTRY, question, heard, _look(heard, library, question, question.country), library
        )
    if whose.foreign and not whose.own:
        reason = Reason.OFF_TOPIC if request.get("off_topic", 0.0) >= SURE else Reason.WRONG_COUNTRY
        return _refused(reason, question, heard, _look(heard, library, question, question.country), library)
    country = whose.own[0] if len(whose.own) == 1 else question.country
    person = Person(question.language or heard.language, country, question.role, question.as_of)
    named = library.named.refs(question.text, country)
    found = _look(heard, library, question, country)
    if _abroad(named, country, library) and not whose.own:
        return _refused(Reason.WRONG_COUNTRY, question, heard, found, library, named)
    named = [ref for ref in named if _begun(ref, question, library)]
    if named:
        sentences = ground(from_provisions(named, library.content, person), library.content, person.language)
        return _grounded(sentences, question, person, found, library, named)
    return _by_evidence(question, heard, library, found, person, request)


def _rather_off(alarm: Alarm, request: dict[str, float]) -> bool:
    """Whether a weak alarm is rather a question that is not for us at all (a song to translate, a recipe)."""
    return alarm.probability < SURE_ALARM and 1.0 - request[ANSWERABLE] >= SURE


def _by_evidence(
    question: Question, heard: Heard, library: Library, found: Found, person: Person, request: dict[str, float]
) -> Answer:
    zone = library.gate.zone(library.gate.probability(evidence(heard, found, request[ANSWERABLE])))
    likely = max(request, key=lambda label: request[label])
    if likely != ANSWERABLE and request[likely] >= SURE:
        return _refused(_reason(likely), question, heard, found, library)
    if zone is Zone.REFUSE:
        return _refused(Reason.NOT_COVERED if likely == ANSWERABLE else _reason(likely), question, heard, found, library)
    sentences = ground(_compose(found, library, person), library.content, person.language)
    if not sentences:
        return _refused(Reason.NOT_COVERED, question, heard, found, library)
    if zone is Zone.CLOSEST:
        return _base(question, person, found, library.content, library.ranker).model_copy(
            update={"kind": AnswerKind.CLARIFY, "reason": Reason.CLOSEST_SOURCE, "sentences": sentences}
        )
    return _grounded(sentences, question, person, found, library, [])


def _look(heard: Heard, library: Library, question: Question, country: Country | None) -> Found:
    return search(heard, library.stock, country, question.as_of)


def _compose(found: Found, library: Library, person: Person) -> tuple[Sentence, ...]:
    cards = found.cards(person.role)
    own = [
        (p.refs[0], float(found.scores[i]))
        for i in found.order[:20]
        if (p := library.stock.passages[i]).kind == "provision"
    ]
    if own and (not cards or own[0][1] > PROVISION_AHEAD * cards[0][1]):
        return from_provisions([own[0][0]], library.content, person)
    near: dict[tuple[str, str], float] = {}
    for card, _ in cards:
        for position in library.stock.by_card[card]:
            passage = library.stock.passages[position]
            if passage.statement is not None:
                near[card, passage.statement] = float(found.scores[position])
    return from_cards(cards, near, library.content, person)


def _alarmed(alarm: Alarm, question: Question, heard: Heard, library: Library) -> Answer:
    country = question.country
    language = question.language or heard.language
    found = _look(heard, library, question, country)
    person = Person(language, country, question.role, question.as_of)
    sentences = library.first_look.sentences(alarm, person)
    kind = AnswerKind.SAFETY if alarm.sort == "danger_now" else AnswerKind.REFUSAL
    return _base(question, person, found, library.content, library.ranker, _cited(sentences)).model_copy(
        update={
            "kind": kind,
            "reason": REASONS[alarm.sort],
            "sentences": ground(sentences, library.content, language),
        }
    )


def _refused(
    reason: Reason, question: Question, heard: Heard, found: Found, library: Library, named: list[Ref] | None = None
) -> Answer:
    person = Person(question.language or heard.language, question.country, question.role, question.as_of)
    base = _base(question, person, found, library.content, library.ranker, named)
    return base.model_copy(update={"kind": AnswerKind.REFUSAL, "reason": reason})


def _grounded(
    sentences: tuple[Sentence, ...], question: Question, person: Person, found: Found, library: Library, named: list[Ref]
) -> Answer:
    return _base(question, person, found, library.content, library.ranker, named, _cited(sentences[:1])[:2]).model_copy(
        update={"kind": AnswerKind.GROUNDED, "sentences": sentences}
    )


def _cited(sentences: tuple[Sentence, ...]) -> list[Ref]:
    return list(dict.fromkeys(Ref(f"{c.instrument}#{c.anchor}") for s in sentences for c in s.citations))


def _base(
    question: Question, person: Person, found: Found, content: Content, ranker: Ranker, first: list[Ref] | None = None,
    direct: Sequence[Ref] = (),
) -> Answer:
    """Everything but kind and sentences. ``first`` lead the ranked sources; ``direct`` (of the first sentence) come early."""
    ranked = dict(provisions(found, content, person.country, person.role, question.as_of, ranker, SOURCES + 10))
    order = dict.fromkeys([*(first or []), *list(ranked)[:LEAD], *direct, *ranked])
    scores = {ref: 1.0 if ref in (first or ()) else ranked.get(ref, 0.5) for ref in order}
    return Answer(
        id="",
        question=question.text,
        language=person.language,
        country=person.country,
        role=person.role,
        as_of=question.as_of,
        kind=AnswerKind.REFUSAL,
        sources=tuple(
            Source(instrument=ref.partition("#")[0], pinpoint=ref.partition("#")[2], score=round(scores[ref], 4))
            for ref in list(order)[:SOURCES]
        ),
        receipt=question.id,
    )


def _finish(found: Answer, library: Library, took_ms: float) -> Answer:
    """Resolve pinpoints and drills, then sign with a receipt."""
    sources = []
    for source in found.sources:
        _, provision = library.content.place(Ref(f"{source.instrument}#{source.pinpoint}"))
        sources.append(source.model_copy(update={"pinpoint": provision.pinpoint}))
    cards = dict.fromkeys(sentence.card for sentence in found.sentences if sentence.card)
    linked = dict.fromkeys(drill for card in cards for drill in library.content.cards[CardId(card)].drills)
    drills = [d for d in linked if found.country is None or found.country in library.content.scenarios[d].countries]
    whole = found.model_copy(
        update={"sources": tuple(sources), "drills": tuple(drills)[:3], "content_version": library.content.version}
    )
    return receipt(whole, question_id=found.receipt, index_hash=library.manifest.index_hash, took_ms=took_ms)


def _reason(label: str) -> Reason:
    return {
        "off_topic": Reason.OFF_TOPIC,
        "small_talk": Reason.OFF_TOPIC,
        "real_time": Reason.REAL_TIME,
        "personal_legal_strategy": Reason.PERSONAL_LEGAL_STRATEGY,
    }.get(label, Reason.NOT_COVERED)


def _abroad(named: list[Ref], country: Country | None, library: Library) -> bool:
    """Whether all named places are law of a country that is not this person's."""
    if country is None or not named:
        return False
    owners = {library.content.instruments[InstrumentId(ref.partition("#")[0])].country for ref in named}
    return None not in owners and country not in owners


def _begun(ref: Ref, question: Question, library: Library) -> bool:
    """Whether a place asked for by name is not younger than that day. One that has ended says so itself: "do not cite …"."""
    start = library.content.place(ref)[1].in_force.start
    return start is None or start <= question.as_of
