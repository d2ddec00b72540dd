"""``GET /api/v1/provisions/{instrument}/{anchor}``: the address of a provision in, our digest of it and its links out."""

from __future__ import annotations

from fastapi import APIRouter, Response

from channels.api.errors import Problem, Refused
from channels.kit import Kit
from channels.sources import provision_path
from knowledge_base.model import Content, Instrument, Language, Provision, Ref, Text, Value, Verification


class WireProvision(Value):
    """One provision. ``text_kind``: ``digest`` = our own words about it, ``guideline`` = the project's own text."""

    instrument: str
    anchor: str
    pinpoint: str
    label: Text
    title: Text
    short: Text
    issuer: str
    status: Text
    words: Text
    text_kind: str
    verification: Verification
    official_url: str | None
    topics: tuple[str, ...]
    stricter_than: tuple[str, ...]
    sources: tuple[str, ...]
    page: str
    content_version: str


def find(content: Content, instrument: str, anchor: str) -> tuple[Instrument, Provision] | None:
    """The provision at this address, or ``None``."""
    try:
        return content.place(Ref(f"{instrument}#{anchor}"))
    except KeyError:
        return None


def router(kit: Kit) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/provisions", tags=["provisions"])

    @routes.get("/{instrument}/{anchor}", response_model=WireProvision, responses={
        404: {"model": Problem, "description": "No such provision."}})
    async def provision(instrument: str, anchor: str, response: Response) -> WireProvision:
        """A provision in three languages, with the link to its official text."""
        found = find(kit.content, instrument, anchor)
        if found is None:
            raise Refused(404, "no_provision", "There is no provision at this address.",
                          "Take instrument and anchor from the citation of an answer.")
        response.headers["Cache-Control"] = "public, max-age=300"
        return wire(kit.content, *found)

    return routes


def wire(content: Content, instrument: Instrument, provision: Provision) -> WireProvision:
    return WireProvision(
        instrument=instrument.id, anchor=provision.anchor, pinpoint=provision.pinpoint, label=provision.label,
        title=instrument.title, short=instrument.short, issuer=instrument.issuer, status=instrument.status,
        words=provision.words, text_kind="guideline" if provision.text is not None else "digest",
        verification=provision.verification, official_url=instrument.official_url, topics=provision.topics,
        stricter_than=provision.stricter_than, sources=provision.sources,
        page=provision_path(instrument.id, provision.anchor, Language.EN).partition("?")[0],
        content_version=content.version,
    )
