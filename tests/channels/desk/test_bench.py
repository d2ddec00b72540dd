"""The benchmark of the desk itself, with a small crowd: it asks for every page there is, and says so when one is slow."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

from fastapi.routing import APIRoute
from rich.console import Console

from channels.desk.guard import Guard
from channels.desk.pages import Desk
from channels.desk.routes import routers
from knowledge_base.load import load_content
from tests.channels.desk import bench, desk

LEFT_OUT = {"/desk/sign-in", "/desk/cohorts/new", "/desk/queue/next"}
"""A form of somebody who is not signed in, an empty form, and a redirect."""


async def test_every_page_of_the_desk_is_measured(tmp_path: Path) -> None:
    made, _ = desk.kit(tmp_path)
    kit = replace(made, content=load_content())
    cohort = bench.fill(kit, learners=6, decided=120, asked=40, judged=10, thumbs=10)
    asked = [address.partition("?")[0] for address in bench.pages(kit, cohort).values()]
    found = [one for router in routers(kit, Desk(kit), Guard(kit)) for one in router.routes]
    routes = [one for one in found if isinstance(one, APIRoute) and "GET" in one.methods]
    missed = {one.path for one in routes if not any(one.path_regex.match(address) for address in asked)}
    assert len(routes) > 15 and missed <= LEFT_OUT
    lines = await bench.bench(kit, cohort, times=1)
    assert [line.name for line in lines] == [*bench.pages(kit, cohort), "verify"]
    assert all(line.size > 500 for line in lines[:-1]) and all(0 < line.first <= line.p50 <= line.p95 for line in lines)
    kit.store.close()


def test_what_is_slow_is_marked() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(bench.shown([bench.Line("quick", 1, 2, 999, 10), bench.Line("slow", 1, 2, 1001, 10)]))
    quick, slow = [line for line in console.export_text().splitlines() if re.search("quick|slow", line)]
    assert "over 1 s" not in quick and "over 1 s" in slow
