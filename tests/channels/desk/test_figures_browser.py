"""The pages with figures in a real browser: nothing for axe to find on a phone and a desk, light and dark; downloads work."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from channels.desk import overview
from channels.kit import Kit
from channels.store import figures
from channels.store.cohorts import Cohort
from tests.channels.desk import desk, practice
from tests.conftest import free_port
from tests.web.test_widget import violations

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CRM_SHOTS", "")
"""A folder for pictures of every page, to look at."""


@dataclass(frozen=True)
class Running:
    base: str
    kit: Kit
    many: Cohort
    few: Cohort
    scenario: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    kit, many, few = practice.open_desk(tmp_path_factory.mktemp("desk"), decided=1500)
    span = overview.span("12", kit.clock())
    scenario = kit.store.read_now(lambda c: figures.scenarios(c, many.id, span.since, span.until))[0].scenario
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(desk.app(kit), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    yield Running(f"http://127.0.0.1:{port}", kit, many, few, scenario)
    server.should_exit = True
    thread.join(20)
    kit.store.close()


def enter(browser: Browser, running: Running, name: str, width: int = 1280, scheme: str = "light",
          script: bool = True) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme,  # type: ignore[arg-type]
                                  java_script_enabled=script, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{running.base}/desk/sign-in")
    page.locator("#name").fill(name)
    page.locator("#password").fill(desk.PASSWORD)
    page.locator("main button").click()
    expect(page.locator(".who")).to_be_visible()
    return page


@pytest.mark.parametrize(("width", "scheme", "language"), [
    (360, "light", "pt"), (360, "dark", "es"), (1280, "light", "es"), (1280, "dark", "pt"), (360, "light", "en"),
])
def test_every_page_is_accessible(running: Running, browser: Browser, width: int, scheme: str, language: str) -> None:
    page = enter(browser, running, "eva", width, scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    base = f"/desk/cohorts/{running.many.id}"
    for name, path in (("cohort", base), ("scenario", f"{base}/scenarios/{running.scenario}"), ("asked", f"{base}/asked"),
                       ("few", f"/desk/cohorts/{running.few.id}")):
        page.goto(f"{running.base}{path}?lang={language}")
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{scheme}-{language}.png"), full_page=True)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
    assert complaints == [], "e.g. something the policy forbids"
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_trainer_looks_and_takes_along(running: Running, browser: Browser, script: bool) -> None:
    page = enter(browser, running, "ana", script=script)
    page.get_by_role("link", name=running.many.name, exact=True).click()
    page.locator("#weeks").select_option("26")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**weeks=26*")
    assert page.locator("#mastery-table").is_visible()
    for name, ending in (("Report to print", "pdf"), ("Decisions as a table", "csv"), ("xAPI", "json")):
        with page.expect_download() as found:
            page.get_by_role("link", name=name).click()
        assert found.value.suggested_filename == f"nhambiu-marco{'.xapi' if ending == 'json' else ''}.{ending}"
        assert Path(found.value.path()).stat().st_size > 1000
    with page.expect_download() as found:
        page.get_by_role("link", name="(PNG)").first.click()
    assert found.value.suggested_filename == "mastery.png"
    page.locator("section[aria-labelledby=scenarios-heading] table a").first.click()
    expect(page.locator("h1")).to_have_text(running.kit.content.scenarios[running.scenario].title.en)  # type: ignore[index]
    page.get_by_role("link", name="Figures of").click()
    page.get_by_role("link", name="What people ask").click()
    expect(page.locator("h1")).to_have_text("What people ask")
    page.context.close()
