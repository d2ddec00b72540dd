"""An answer in, the reply that shows it out: sentences with numbered sources, what is missing, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from bot.buttons import Command, PressDrillStart, PressFeedback, PressSources
from bot.model import Reply, ReplyKind
from bot.moment import Moment, Row
from knowledge_base.model import Contact, Country, InstrumentId, ScenarioId
from retrieval.model import Answer, AnswerKind, Citation, Reason

MOST_SOURCES = 8
MOST_DRILLS = 2
MOST_CALLS = 4
UNSAFE = frozenset({Reason.EMERGENCY, Reason.HARMFUL, Reason.PERSONAL_DATA})


def answer_reply(moment: Moment, answer: Answer) -> Reply:
    """The whole answer as plain text; ``[n]`` points to the n-th of its sources. Channels may render ``answer`` anew."""
    lines = [*_opening(moment, answer), *marked_sentences(answer), *_closing(moment, answer)]
    return Reply(
        kind=ReplyKind.ANSWER, language=moment.language, text="\n".join(lines), answer=answer, buttons=_buttons(moment, answer)
    )


def citations(answer: Answer) -> list[Citation]:
    """The sources in the order of their first use, each provision once."""
    found: dict[tuple[str, str], Citation] = {}
    for sentence in answer.sentences:
        for citation in sentence.citations:
            found.setdefault((citation.instrument, citation.anchor), citation)
    return list(found.values())


def marked_sentences(answer: Answer) -> Iterator[str]:
    """Each sentence followed by the numbers of its sources: ``"… only to save a life. [1][3]"``."""
    number = {(c.instrument, c.anchor): n for n, c in enumerate(citations(answer), start=1)}
    for sentence in answer.sentences:
        marks = dict.fromkeys(f"[{number[c.instrument, c.anchor]}]" for c in sentence.citations)
        yield f"{sentence.text} {''.join(marks)}".rstrip()


def sources_reply(moment: Moment, answer: Answer) -> Reply:
    """The sources of an answer with their words, how far they were checked, and the link to the official text."""
    found = citations(answer)
    if not found:
        return moment.told("sources.no_source")
    blocks = [moment.say("sources.header")]
    blocks += [_source(moment, number, citation) for number, citation in enumerate(found[:MOST_SOURCES], start=1)]
    if len(found) > MOST_SOURCES:
        blocks.append(moment.say("sources.more", count=len(found) - MOST_SOURCES))
    return Reply(kind=ReplyKind.SOURCES, language=moment.language, text="\n\n".join(blocks), answer=answer)


def source_name(moment: Moment, citation: Citation) -> str:
    """``"UN Basic Principles, Principle 9"`` in the person's language."""
    instrument = moment.parts.content.instruments.get(InstrumentId(citation.instrument))
    short = instrument.short.in_(moment.language) if instrument else citation.instrument
    return f"{short}, {citation.label}"


def contact_lines(moment: Moment, country: Country) -> list[str]:
    """Everyone with a checked value, or an instruction that needs none: ``"• Police: 105"``."""
    contacts = moment.parts.content.contacts.get(country)
    return [f"• {_contact(moment, c)}" for c in contacts.contacts if _shown(c)] if contacts else []


def _source(moment: Moment, number: int, citation: Citation) -> str:
    words = {"digest": "sources.your_words", "official": "sources.official_words", "guideline": "sources.guideline_words"}
    lines = [f"[{number}] {source_name(moment, citation)}", moment.say(words[citation.text_kind], quote=citation.quote)]
    if citation.verdict == "inexact":
        lines.append(moment.say("sources.not_exact"))
    if citation.text_kind != "guideline":
        lines.append(f"({moment.say(f'verification.{citation.verification}')})")
    if citation.url:
        lines.append(moment.say("sources.link", url=citation.url))
    return "\n".join(lines)


def _opening(moment: Moment, answer: Answer) -> list[str]:
    if answer.kind is AnswerKind.GROUNDED or answer.reason is None:
        return []
    # The card of an emergency opens with what to do; our own words come first only where it has none.
    if answer.reason is Reason.EMERGENCY and answer.sentences:
        return []
    return [moment.say(f"refusal.{answer.reason}")]


def _closing(moment: Moment, answer: Answer) -> list[str]:
    if answer.reason is Reason.EMERGENCY:
        return _calls(moment)
    lines: list[str] = []
    if any(c.verification == "unverified" for c in citations(answer)):
        lines.append(moment.say("answer.not_checked"))
    if answer.kind is AnswerKind.GROUNDED and moment.profile.country is None and moment.profile.greeted:
        lines.append(moment.say("answer.no_country"))
    return ["", *lines] if lines else []


def _calls(moment: Moment) -> list[str]:
    """Checked phone numbers of the person's country; of every country, named, while it is not known."""
    known = moment.profile.country
    lines: list[str] = []
    for country in (known,) if known else tuple(Country):
        found = moment.parts.content.contacts.get(country)
        phones = [c for c in found.contacts if c.kind == "phone" and _shown(c)] if found else []
        if phones and known is None:
            lines.append(f"{moment.parts.content.vocabulary.countries[country].in_(moment.language)}:")
        lines += [f"• {_contact(moment, phone)}" for phone in _urgent_first(phones)[:MOST_CALLS]]
    return ["", moment.say("safety.call"), *lines] if lines else ["", moment.say("safety.no_number")]


def _urgent_first(phones: list[Contact]) -> list[Contact]:
    urgent = ("wounded", "crime_in_progress", "fire_or_spill")
    return sorted(phones, key=lambda c: not any(situation in urgent for situation in c.situations))


def _shown(contact: Contact) -> bool:
    return contact.checked and bool(contact.value or contact.instruction)


def _contact(moment: Moment, contact: Contact) -> str:
    language = moment.language
    how = contact.value or (contact.instruction.in_(language) if contact.instruction else "")
    name = contact.name.in_(language)
    call = name if how and how in name else f"{name}: {how}"
    return f"{call} ({contact.use.in_(language)})"


def _buttons(moment: Moment, answer: Answer) -> tuple[Row, ...]:
    judged: Row = (
        moment.button("button.good", PressFeedback(answer.id, good=True)),
        moment.button("button.bad", PressFeedback(answer.id, good=False)),
    )
    sources: Row = (moment.button("button.sources", PressSources(answer.id)),) if citations(answer) else ()
    if answer.reason in UNSAFE:
        return tuple(row for row in (sources, (moment.command(Command.CONTACTS),)) if row)
    if answer.kind is AnswerKind.GROUNDED or answer.reason is Reason.CLOSEST_SOURCE:
        return (sources + judged, *_drill_rows(moment, answer))
    return ((moment.command(Command.DRILL), moment.command(Command.HELP)), judged[1:])


def _drill_rows(moment: Moment, answer: Answer) -> Iterator[Row]:
    """The drills that practise this, unless one is open already."""
    if moment.memory.drill is not None:
        return
    scenarios = moment.parts.content.scenarios
    known = [scenarios[ScenarioId(name)] for name in answer.drills if ScenarioId(name) in scenarios]
    for scenario in known[:MOST_DRILLS]:
        title = scenario.title.in_(moment.language)
        yield (moment.button("button.practise", PressDrillStart(scenario.id), title=title),)
