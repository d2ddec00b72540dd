"""The desk in a real browser: sign in, open a cohort, let somebody join, on a phone and a desk, with and without JavaScript."""

from __future__ import annotations

import os
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Dialog, Page, expect

from channels.app import create_app
from channels.assemble import working
from channels.desk import routes
from channels.kit import Kit
from channels.store.cohorts import Cohort
from channels.store.trainers import DeskRole
from channels.worker import Worker
from tests.channels import standin
from tests.channels.desk import desk
from tests.conftest import free_port
from tests.web.test_widget import violations

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("CRM_SHOTS", "")
"""A folder for pictures of every page, to look at."""


@dataclass(frozen=True)
class Running:
    base: str
    kit: Kit
    cohort: Cohort


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The app with the desk on loopback: an admin ``root``, a trainer ``ana`` with a cohort of six."""
    kit = standin.kit(tmp_path_factory.mktemp("desk"), rate_burst=1000)
    desk.trainer(kit, "root", DeskRole.ADMIN)
    ana = desk.trainer(kit, "ana")
    cohort = desk.cohort(kit, "Tete, Maio", ana, "7K2Q4MTX")
    for number in range(6):
        desk.learner(kit, number, cohort)
    app = create_app(kit, [working(kit, Worker(kit, standin.parts(kit)), 1)])
    routes.install(app, kit)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    base, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 30
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    urllib.request.urlopen(f"{base}/desk/sign-in", timeout=10)
    yield Running(base, kit, cohort)
    server.should_exit = True
    thread.join(20)
    kit.store.close()


def opened(browser: Browser, width: int = 1280, scheme: str = "light", script: bool = True) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme,  # type: ignore[arg-type]
                                  java_script_enabled=script, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def enter(page: Page, running: Running, name: str, path: str = "/desk") -> None:
    page.goto(f"{running.base}{path}")
    page.locator("#name").fill(name)
    page.locator("#password").fill(desk.PASSWORD)
    page.locator("main button").click()
    expect(page.locator(".who")).to_have_text(f"Ms {name.title()}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible(running: Running, browser: Browser, width: int, scheme: str) -> None:
    page = opened(browser, width, scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    members = f"/desk/cohorts/{running.cohort.id}/members"
    visits = [("sign-in", "/desk/sign-in"), ("home", "/desk"), ("new", "/desk/cohorts/new"), ("members", members),
              ("people", "/desk/people"), ("account", "/desk/account?lang=es"), ("home-pt", "/desk?lang=pt")]
    for name, path in visits:
        page.goto(running.base + path)
        if name == "sign-in":
            page.locator("main button").click()      # empty: the browser itself says what is missing
            assert page.url.endswith("/desk/sign-in")
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{scheme}.png"), full_page=True)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
        if name == "sign-in":
            enter(page, running, "root", path)
    missing = page.goto(f"{running.base}/desk/nothing")
    assert missing is not None and missing.status == 404 and violations(page) == []
    assert [one for one in complaints if "404" not in one] == [], "e.g. something the policy forbids"
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_cohort_is_opened_and_changed(running: Running, browser: Browser, script: bool) -> None:
    page = opened(browser, 360, script=script)
    enter(page, running, "ana", "/desk/cohorts/new")
    page.locator("#name").fill(f"Puno {script}")
    page.get_by_role("button", name="Open the cohort").click()
    code = page.locator(".code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", accept)
    page.get_by_role("button", name="Make another code").click()
    expect(page.locator("[role=status]")).to_have_text("Changed.")
    assert page.locator(".code").inner_text() != code and len(asked) == (1 if script else 0)
    if script:
        expect(page.locator("[role=status]")).to_be_focused()
    page.locator("#name").fill("Puno, changed")
    page.locator("section[aria-labelledby=settings-title] button").click()
    expect(page.locator("h1")).to_have_text("Puno, changed")
    page.get_by_role("button", name="Close: nobody").click()
    expect(page.locator("h1")).to_contain_text("closed")
    page.reload()
    expect(page.locator("h1")).to_contain_text("Puno, changed")
    page.context.close()


def test_the_keyboard_alone_is_enough(running: Running, browser: Browser) -> None:
    page = opened(browser)
    page.goto(f"{running.base}/desk")
    page.locator("#name").focus()
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type(desk.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_have_text("Ms Ana")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_learner_joins_from_the_link(running: Running, browser: Browser, script: bool) -> None:
    page = opened(browser, 360, script=script)
    page.goto(f"{running.base}/?lang=pt&join=7K2Q4MTX")
    button = page.get_by_role("button", name="Entrar na turma")
    expect(button).to_be_visible()
    if script:
        assert violations(page) == []
    button.click()
    expect(page.get_by_text("Entrou na turma “Tete, Maio”")).to_be_visible()
    page.context.close()
