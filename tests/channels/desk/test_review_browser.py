"""The review pages in a real Chromium: without violations of axe at 360 and 1280 px, light and dark, and by keyboard alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import axe_playwright_python
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, expect

from channels.app import create_app
from channels.desk import session
from channels.desk.routes import install
from channels.kit import Kit
from channels.store import trainers
from tests.channels import standin
from tests.channels.desk.test_review_pages import NOW, fill
from tests.conftest import free_port

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
VIOLATIONS = "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' | ')))"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    made = standin.kit(tmp_path_factory.mktemp("desk"), clock=standin.Hands(NOW))
    made.store.write_now(partial(fill, made))
    return made


@pytest.fixture(scope="module")
def address(kit: Kit) -> Iterator[str]:
    app, port = create_app(kit), free_port()
    if not any(getattr(route, "path", "") == "/desk/queue" for route in app.routes):
        install(app, kit)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def sign_in(context: BrowserContext, kit: Kit, address: str, name: str) -> None:
    account = kit.store.read_now(lambda c: trainers.named(c, name))
    assert account is not None
    number, found = account.trainer.id, list[str]()
    thread = threading.Thread(target=lambda: found.append(asyncio.run(session.begin(kit, number, ""))))
    thread.start()  # Playwright has an event loop of its own in this thread
    thread.join()
    context.add_cookies([{"name": session.COOKIE, "value": found[0], "url": f"{address}/desk"}])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(kit: Kit, address: str, browser: Browser, width: int, scheme: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(context, kit, address, "lead")
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    for language in ("en", "es", "pt"):
        for path in ("/desk/queue", "/desk/answers/a-shoot", "/desk/answers/a-refused", "/desk/queue?week=2020-W01"):
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
            page.screenshot(path=tmp_path / f"{path.replace('/', '_')}-{language}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than the screen"
            page.evaluate(AXE.read_text("utf-8"))
            assert page.evaluate(VIOLATIONS) == [], f"{path} {language}"
    assert refused == [], "the page keeps to its own policy"
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_answer_is_judged_by_keyboard_with_and_without_scripts(kit: Kit, address: str, browser: Browser,
                                                                  scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    sign_in(context, kit, address, "both" if scripts else "ana")
    page = context.new_page()
    page.goto(f"{address}/desk/queue?cohort=c1")
    page.get_by_role("link", name="can I shoot").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/answers/a-shoot*")
    page.get_by_role("radio", name="right").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Say when it is lawful.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Your verdict was saved.").wait_for()
    assert page.get_by_text("You said: fix.").is_visible()
    page.get_by_role("button", name="Make a test question").focus()
    assert page.get_by_role("radio", name="answered from one").is_checked()
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_whole_queue_by_keyboard_with_and_without_scripts(kit: Kit, address: str, browser: Browser, scripts: bool) -> None:
    """Verdict, Enter, verdict, Enter: after a verdict the link to the next answer has the focus."""
    context = browser.new_context(java_script_enabled=scripts)
    sign_in(context, kit, address, "lead" if scripts else "rosa")
    page = context.new_page()
    page.goto(f"{address}/desk/queue")
    left = page.locator("tbody a").count()
    assert left >= 1
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    for _ in range(left):
        page.wait_for_url("**/desk/answers/*")
        page.get_by_role("radio", name="right").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Your verdict was saved.").wait_for()
        expect(page.get_by_role("link", name="Next in the queue")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/**", wait_until="load")
        page.get_by_text("Your verdict was saved.").wait_for(state="detached")
    page.get_by_text("You are at the end of this list.").wait_for()
    assert page.locator("tbody a").count() == 0
    context.close()
