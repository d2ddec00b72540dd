"""How long the desk takes for a large cohort: every page and export asked for through the real app, a table of times out.

``python -m tests.channels.desk.bench``; with ``--url postgresql+psycopg://…`` on an empty database there. 500 learners with
50,000 decisions, 20,000 questions, a fifth of them refused, 2,000 verdicts and 1,000 thumbs. Not a test: times vary with the
machine. It stands here because only tests may make a crowd out of nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert, select

from channels.kit import Kit
from channels.store import chain, figures
from channels.store.database import Connection
from channels.store.tables import feedback, journal, reviews
from channels.store.trainers import DeskRole
from channels.verify import verify
from knowledge_base.load import load_content
from tests.channels.desk import crowd, desk

LEARNERS, DECIDED, ASKED, JUDGED, THUMBS = 500, 50_000, 20_000, 2_000, 1_000
SLOW_MS = 1000.0
TIMES = 9


class Got(NamedTuple):
    """One request: its first byte and its last after so many milliseconds, and how many bytes there were."""

    first_ms: float
    total_ms: float
    size: int


class Line(NamedTuple):
    """Medians, and the time that 95 of 100 requests keep, in milliseconds."""

    name: str
    first: float
    p50: float
    p95: float
    size: int

    @property
    def slow(self) -> bool:
        return self.p95 > SLOW_MS


def fill(kit: Kit, *, learners: int = LEARNERS, decided: int = DECIDED, asked: int = ASKED, judged: int = JUDGED,
         thumbs: int = THUMBS) -> str:
    """``ana`` with a large cohort, whose id is returned, one small cohort beside it, and an admin ``boss``."""
    ana = desk.trainer(kit, "ana")
    desk.trainer(kit, "boss", DeskRole.ADMIN)
    large, small = desk.cohort(kit, "large", ana, "AAAA1111"), desk.cohort(kit, "small", ana, "BBBB2222")
    kit.store.write_now(lambda c: crowd.fill(
        c, kit.content, large.id, kit.clock(), learners=learners, decided=decided, asked=asked))
    kit.store.write_now(lambda c: crowd.fill(c, kit.content, small.id, kit.clock(), learners=20, decided=1000, seed=2, prefix="tg:"))

    def judge(connection: Connection) -> None:
        chance = Random(3)
        rows = connection.execute(select(journal.c.answer_id, journal.c.conversation).order_by(journal.c.id)).all()
        connection.execute(insert(reviews), [
            {"at": kit.now, "conversation": row.conversation, "answer_id": row.answer_id, "trainer": trainer,
             "verdict": chance.choice(("right", "fix")), "note": ""}
            for row in chance.sample(rows, min(judged // 2, len(rows))) for trainer in (1, 2)])
        connection.execute(insert(feedback), [
            {"at": kit.now, "conversation": row.conversation, "answer_id": row.answer_id, "good": chance.random() < 0.5}
            for row in chance.sample(rows, min(thumbs, len(rows)))])
        chain.adopt(connection, kit.keys.evidence, kit.now)

    kit.store.write_now(judge)
    if not kit.store.sqlite:  # PostgreSQL does so itself, a minute later
        kit.store.write_now(lambda connection: connection.exec_driver_sql("ANALYZE"))
    return large.id


def pages(kit: Kit, cohort: str) -> dict[str, str]:
    """Name → address of everything the desk shows or gives out about a cohort."""
    base = f"/desk/cohorts/{cohort}"
    drill = kit.store.read_now(lambda c: figures.scenarios(c, cohort, 0.0, 1e12))[0].scenario
    learner = kit.keys.pseudonym(crowd.learner(3))
    return {
        "cohorts": "/desk", "queue": "/desk/queue", "queue, all": "/desk/queue?show=all", "answer": "/desk/answers/a000007",
        "cohort": base, "cohort, 52 weeks": f"{base}?weeks=52", "scenario": f"{base}/scenarios/{drill}", "topics": f"{base}/asked",
        "members": f"{base}/members", "people": "/desk/people", "account": "/desk/account",
        "chart mastery.svg": f"{base}/charts/mastery.svg", "chart mastery.png": f"{base}/charts/mastery.png",
        "chart scenarios.png": f"{base}/charts/scenarios.png", "chart asked.png": f"{base}/charts/asked.png",
        "chart scenario.png": f"{base}/scenarios/{drill}/chart.png",
        "CSV": f"{base}/export.csv", "xAPI": f"{base}/export.xapi.json", "report": f"{base}/report.pdf",
        "certificate": f"{base}/learners/{learner}/certificate.pdf",
    }


async def get(app: FastAPI, address: str, cookie: str) -> Got:
    """One request straight to the app: nothing between it and the clock. Raises ``RuntimeError`` unless it is a 200."""
    path, _, query = address.partition("?")
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
             "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "client": ("203.0.113.9", 4242),
             "server": ("desk", 80), "headers": [(b"host", b"desk"), (b"cookie", cookie.encode())]}
    began, first, size, status = time.perf_counter(), 0.0, 0, 0
    done = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not done.is_set():
            done.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        nonlocal first, size, status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message.get("body"):
            first = first or time.perf_counter()
            size += len(message["body"])

    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{address}: {status}")
    return Got((first - began) * 1000, (time.perf_counter() - began) * 1000, size)


async def timed(name: str, work: Callable[[], Awaitable[Got]], times: int) -> Line:
    """The first request warms up and is not counted."""
    await work()
    found = [await work() for _ in range(times)]
    totals = sorted(one.total_ms for one in found)
    return Line(name, statistics.median(one.first_ms for one in found), statistics.median(totals),
                totals[min(len(totals) - 1, int(len(totals) * 0.95))], found[0].size)


async def bench(kit: Kit, cohort: str, times: int = TIMES, only: Sequence[str] = ()) -> list[Line]:
    """A line for every page and export, and one for ``verify`` over all links."""
    app, lines = desk.app(kit), []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as web:
        await desk.sign_in(web, "boss")
        cookie = "; ".join(f"{name}={value}" for name, value in web.cookies.items())
    for name, address in pages(kit, cohort).items():
        if not only or name in only:
            lines.append(await timed(name, lambda address=address: get(app, address, cookie), times))  # type: ignore[misc]

    async def check() -> Got:
        began = time.perf_counter()
        assert not verify(kit.store, kit.keys.evidence, []).problems
        took = (time.perf_counter() - began) * 1000
        return Got(took, took, 0)

    if not only or "verify" in only:
        lines.append(await timed("verify", check, min(times, 3)))
    return lines


def shown(lines: Sequence[Line]) -> Table:
    table = Table("page or export", "first byte ms", "p50 ms", "p95 ms", "kB", "")
    for line in lines:
        table.add_row(line.name, f"{line.first:.0f}", f"{line.p50:.0f}", f"{line.p95:.0f}", f"{line.size / 1000:.0f}",
                      "over 1 s" if line.slow else "")
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Times of every page and export of the trainers' desk.")
    parser.add_argument("--url", default="", help="an empty database; SQLite in a temporary folder if left out")
    parser.add_argument("--times", type=int, default=TIMES, help="requests counted for each page")
    parser.add_argument("--only", nargs="*", default=(), help="names from the table")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        made, _ = desk.kit(Path(folder), url=given.url)
        kit = replace(made, content=load_content())
        cohort = fill(kit)
        lines = asyncio.run(bench(kit, cohort, given.times, given.only))
        kit.store.close()
    Console().print(shown(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
