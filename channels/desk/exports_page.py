"""What leaves the desk: ``export.csv``, ``export.xapi.json``, ``report.pdf`` and each learner's ``certificate.pdf``.

Tables and statements are made a few learners at a time, so that a large cohort needs no more memory than a small one.
Who may see the figures may take them along; for everybody else the addresses do not exist.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from bot.model import ConversationId
from channels.desk import csv, overview
from channels.desk.certificate import Record, certificate
from channels.desk.guard import Guard, SignedIn
from channels.desk.naming import Naming
from channels.desk.overview import Span
from channels.desk.pages import Desk
from channels.desk.report import Told, report
from channels.desk.xapi import Statements
from channels.kit import Kit
from channels.store import figures
from channels.store.cohorts import Cohort
from channels.store.database import Connection

AT_ONCE = 25
"""Learners read in one go."""
EVER = (0.0, 1e12)


def router(kit: Kit, desk: Desk, guard: Guard) -> APIRouter:
    routes = APIRouter(prefix="/desk/cohorts/{cohort}", include_in_schema=False)

    async def allowed(request: Request, cohort: str) -> tuple[SignedIn, Cohort, Naming]:
        signed = await guard.page(request)
        found = await guard.cohort(signed, cohort)
        if not overview.shown(found):
            raise guard.missing(signed)
        return signed, found, Naming(kit.content, desk.language(request, signed))

    def span(request: Request) -> Span:
        return overview.span(request.query_params.get("weeks", ""), kit.clock())

    @routes.get("/export.csv")
    async def table(request: Request, cohort: str) -> Response:
        _, found, naming = await allowed(request, cohort)
        return _file(_table(kit, found.id, span(request), naming), "text/csv; charset=utf-8", f"{slug(found)}.csv")

    @routes.get("/export.xapi.json")
    async def statements(request: Request, cohort: str) -> Response:
        _, found, _ = await allowed(request, cohort)
        home = kit.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        made = Statements(home, found.id, kit.content, kit.keys.pseudonym)
        return _file(_statements(kit, found.id, span(request), made), "application/json", f"{slug(found)}.xapi.json")

    @routes.get("/report.pdf")
    async def printed(request: Request, cohort: str) -> Response:
        signed, found, naming = await allowed(request, cohort)
        within = span(request)

        def read(connection: Connection) -> tuple[overview.Overview, overview.Questions]:
            return (overview.overview(connection, found.id, within, kit.now),
                    overview.questions(connection, found.id, within, naming))

        all_figures, asked = await kit.store.read(read)
        made = await asyncio.to_thread(report, found, all_figures, asked, naming, Told(signed.trainer.shown, kit.clock()))
        return _pdf(made, f"{slug(found)}.pdf")

    @routes.get("/learners/{pseudonym}/certificate.pdf")
    async def practised(request: Request, cohort: str, pseudonym: str) -> Response:
        signed, found, naming = await allowed(request, cohort)
        record = await kit.store.read(lambda connection: _record(kit, connection, found.id, pseudonym))
        if record is None:
            raise guard.missing(signed)
        made = await asyncio.to_thread(certificate, found.name, signed.trainer.shown, record, naming, kit.clock())
        return _pdf(made, f"{record.code}.pdf")

    return routes


def slug(cohort: Cohort) -> str:
    """A name for files that every system can keep: ``Turma de Março`` → ``turma-de-marco``."""
    plain = unicodedata.normalize("NFKD", cohort.name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "cohort"


async def _table(kit: Kit, cohort: str, within: Span, naming: Naming) -> AsyncIterator[str]:
    yield csv.header()
    lines = csv.Lines(kit.keys.pseudonym, naming)
    async for some in _learners(kit, cohort):
        rows = await _rows(kit, cohort, some, within)
        yield await asyncio.to_thread(lines, rows)


async def _statements(kit: Kit, cohort: str, within: Span, made: Statements) -> AsyncIterator[str]:
    yield "["
    before = ""
    async for some in _learners(kit, cohort):
        rows = await _rows(kit, cohort, some, within)
        runs = await _finished(kit, cohort, some, within)
        if found := await asyncio.to_thread(_written, made, rows, runs):
            yield before + found
            before = ",\n"
    yield "]\n"


def _written(made: Statements, rows: Sequence[figures.Row], runs: Sequence[figures.Finished]) -> str:
    """Statements of some learners as JSON, one per line; not in the event loop: there may be thousands."""
    return ",\n".join([*(made.decided_text(row) for row in rows), *(made.completed_text(run) for run in runs)])


async def _learners(kit: Kit, cohort: str) -> AsyncIterator[Sequence[ConversationId]]:
    everybody = await kit.store.read(lambda connection: figures.members(connection, cohort))
    for start in range(0, len(everybody), AT_ONCE):
        yield everybody[start:start + AT_ONCE]


async def _rows(kit: Kit, cohort: str, some: Sequence[ConversationId], within: Span) -> tuple[figures.Row, ...]:
    return await kit.store.read(
        lambda connection: tuple(figures.rows(connection, cohort, some, within.since, within.until)))


async def _finished(kit: Kit, cohort: str, some: Sequence[ConversationId], within: Span) -> tuple[figures.Finished, ...]:
    return await kit.store.read(
        lambda connection: figures.finished(connection, cohort, some, within.since, within.until))


def _record(kit: Kit, connection: Connection, cohort: str, pseudonym: str) -> Record | None:
    """What the learner with this code did, or ``None`` when nobody in the cohort has it or nothing was decided."""
    for learner in figures.members(connection, cohort):
        if kit.keys.pseudonym(learner) == pseudonym:
            rows = tuple(figures.rows(connection, cohort, [learner], *EVER))
            if not rows:
                return None
            return Record(pseudonym, len(figures.finished(connection, cohort, [learner], *EVER)), len(rows),
                          min(row.at for row in rows), max(row.at for row in rows),
                          figures.practised(connection, cohort, learner))
    return None


def _file(parts: AsyncIterator[str], kind: str, name: str) -> Response:
    return StreamingResponse(parts, media_type=kind, headers=_named(name))


def _pdf(made: bytes, name: str) -> Response:
    return Response(made, media_type="application/pdf", headers=_named(name))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
