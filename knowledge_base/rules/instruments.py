"""Rules for instruments and project guidelines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlparse

from knowledge_base.model import Instrument, Language, Provision
from knowledge_base.pinpoint import anchor
from knowledge_base.problem import Problem
from knowledge_base.rules.shelf import Shelf

LONGEST_DIGEST = 900
EARLIEST_YEAR = 1850


def instrument_problems(shelf: Shelf) -> Iterator[Problem]:
    """Ids, addresses, dates, words, vocabulary and sources of every instrument."""
    topics = set(shelf.vocabulary.topics) if shelf.vocabulary else set()
    audiences = set(shelf.vocabulary.audiences) if shelf.vocabulary else set()
    for file, instrument in shelf.instruments:
        if not file.endswith(f"/{instrument.id}.yaml"):
            yield Problem(file, "id", f"{instrument.id!r} is not the file's name", "rename the file or correct the id")
        yield from _dates(file, instrument)
        if instrument.official_url and urlparse(instrument.official_url).scheme not in {"http", "https"}:
            yield Problem(file, "official_url", "not a web address", "write https://… or null")
        if not instrument.provisions:
            yield Problem(file, "provisions", "none", "add the provisions of the fact sheet")
        for name, times in Counter(p.pinpoint for p in instrument.provisions).items():
            if times > 1:
                yield Problem(file, name, f"pinpoint stands {times} times", "make each pinpoint unique")
        for provision in instrument.provisions:
            yield from _provision(file, instrument, provision, shelf)
            for topic in provision.topics:
                if topic not in topics:
                    yield Problem(file, provision.pinpoint, f"unknown topic {topic!r}", "use a topic of vocabulary.yaml")
            for name in provision.audience:
                if name not in audiences:
                    yield Problem(
                        file, provision.pinpoint, f"unknown audience {name!r}", "use an audience of vocabulary.yaml"
                    )


def _dates(file: str, instrument: Instrument) -> Iterator[Problem]:
    if instrument.adopted and not EARLIEST_YEAR <= int(instrument.adopted[:4]) <= 2100:
        yield Problem(file, "adopted", f"year {instrument.adopted[:4]} cannot be right", "correct the date")
    periods = [("in_force", instrument.in_force), *((p.pinpoint, p.in_force) for p in instrument.provisions)]
    for key, period in periods:
        if period.start and period.until and period.until < period.start:
            yield Problem(file, key, "in force until a day before it began", "correct from or until")
        if period.start and period.start.year < EARLIEST_YEAR:
            yield Problem(file, key, f"in force from {period.start} cannot be right", "correct the date")


def _provision(file: str, instrument: Instrument, provision: Provision, shelf: Shelf) -> Iterator[Problem]:
    key = provision.pinpoint
    if provision.anchor != anchor(key):
        yield Problem(file, key, f"anchor {provision.anchor!r} is not that of the pinpoint", f"write {anchor(key)!r}")
    guideline = instrument.kind == "project_guideline"
    words = provision.text if guideline else provision.digest
    if words is None:
        wanted = "text" if guideline else "digest"
        yield Problem(file, key, f"no {wanted}", f"write {wanted} in en, es and pt")
        return
    if guideline and not provision.sources:
        yield Problem(file, key, "no source", "name the provisions this paragraph rests on")
    for language in Language:
        length = len(words.in_(language))
        if length > LONGEST_DIGEST:
            yield Problem(
                file, f"{key}.{language}", f"{length} characters, more than {LONGEST_DIGEST}", "say it shorter"
            )
        if length < 20:
            yield Problem(file, f"{key}.{language}", "too short to say the rule", "write the whole rule")
        if len(provision.label.in_(language)) > 80:
            yield Problem(file, f"{key}.label.{language}", "longer than 80 characters", "shorten the label")
    for name, refs in (("sources", provision.sources), ("stricter_than", provision.stricter_than)):
        for ref in refs:
            if ref not in shelf.provisions:
                yield Problem(file, f"{key}.{name}", f"{ref} does not resolve", "correct instrument id or anchor")
