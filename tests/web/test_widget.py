"""The widget in a real browser: ask, read, open a source, press buttons, on a small phone, in three languages."""

from __future__ import annotations

import gzip
import urllib.request
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
ASKED = [
    ("pt", "posso disparar se estao a roubar minerio e a fugir?", "Fontes", "Princípio"),
    ("es", "puedo revisar la mochila de un trabajador a la salida?", "Fuentes", ""),
    ("en", "my supervisor told me to hit a captured artisanal miner", "Sources", ""),
]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' | ')))")
    return list(found)


def ask(page: Page, text: str) -> None:
    page.locator("crm-assistant textarea").fill(text)
    page.locator("crm-assistant button.send").click()


def test_the_script_is_small_and_needs_nobody_else(address: str) -> None:
    body = urllib.request.urlopen(f"{address}/widget.js", timeout=10).read()
    assert len(gzip.compress(body, 9)) <= 14 * 1024
    assert b"/*WORDS*/" not in body and "Português" in body.decode()


@pytest.mark.parametrize(("language", "question", "sources", "cited"), ASKED)
def test_ask_and_open_a_source(address: str, page: Page, language: str, question: str, sources: str, cited: str) -> None:
    page.goto(f"{address}/?lang={language}")
    ask(page, question)
    answer = page.locator("crm-assistant .it", has=page.locator("details")).first
    expect(answer).to_be_visible(timeout=15000)
    expect(answer.locator("summary")).to_contain_text(sources)
    answer.locator("sup a").first.click()
    link = answer.locator("details li a").first
    expect(link).to_be_focused()
    expect(link).to_contain_text(cited)
    assert page.evaluate("document.documentElement.scrollWidth <= 360"), "the page must not scroll sideways"
    with page.context.expect_page() as opened:
        link.click()
    provision = opened.value
    provision.wait_for_load_state()
    assert provision.locator("html").get_attribute("lang") == language
    assert violations(provision) == []
    assert violations(page) == []


@pytest.mark.parametrize(("language", "own_words", "finished"), [
    ("en", "Write it in your own words", "End of the exercise"), ("es", "Escríbalo con sus propias palabras", "Fin del ejercicio"),
    ("pt", "Escreva com as suas próprias palavras", "Fim do exercício"),
])
def test_a_drill_from_list_to_debrief(address: str, page: Page, language: str, own_words: str, finished: str) -> None:
    page.goto(f"{address}/?lang={language}")
    ask(page, "/drill")
    shown = page.locator("crm-assistant .it")
    start = shown.locator("button").first
    expect(start).to_be_visible(timeout=15000)
    start.click()
    for _ in range(12):
        letter = shown.last.get_by_role("button", name="A", exact=True)
        end, words = shown.filter(has_text=finished), shown.last.filter(has_text=own_words)
        expect(letter.or_(end).or_(words).first).to_be_visible(timeout=15000)
        if end.count():
            break
        before = page.locator("crm-assistant .me").count()
        if words.count():
            ask(page, "please stop, stay calm, I call help")
        else:
            letter.focus()
            page.keyboard.press("Enter")
        expect(page.locator("crm-assistant .me")).to_have_count(before + 1)
        expect(page.locator("crm-assistant [aria-busy=true]")).to_have_count(0, timeout=15000)
    expect(shown.filter(has_text=finished)).to_have_count(1)
    assert page.locator("crm-assistant").evaluate("e => (e.shadowRoot || document).activeElement !== document.body"), "focus was lost"
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= 360"), "the page must not scroll sideways"


def test_dark_mode_has_enough_contrast(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}/?lang=es")
    ask(page, "puedo disparar a los que bloquean la carretera?")
    expect(page.locator("crm-assistant details").first).to_be_visible(timeout=15000)
    assert violations(page) == []
    context.close()


def test_keyboard_alone_is_enough(address: str, page: Page) -> None:
    page.goto(f"{address}/?lang=en")
    page.locator("crm-assistant textarea").focus()
    page.keyboard.type("may I search a woman worker")
    page.keyboard.press("Enter")
    expect(page.locator("crm-assistant details").first).to_be_visible(timeout=15000)


def test_words_from_outside_are_only_words(address: str, page: Page) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda d: (dialogs.append(d.message), d.dismiss()))
    page.goto(f"{address}/?lang=en")
    ask(page, "<img src=x onerror=alert(1)><script>alert(2)</script> may I shoot")
    expect(page.locator("crm-assistant .it").nth(1)).to_be_visible(timeout=15000)
    assert dialogs == [] and page.locator("crm-assistant .me img").count() == 0


def test_the_conversation_goes_on_after_a_reload(address: str, page: Page) -> None:
    page.goto(f"{address}/?lang=en")
    ask(page, "may I search a bag")
    expect(page.locator("crm-assistant details").first).to_be_visible(timeout=15000)
    before = page.evaluate("localStorage.getItem('crm-conversation')")
    page.reload()
    ask(page, "and a car?")
    page.wait_for_function("document.querySelector('crm-assistant').shadowRoot.querySelectorAll('.it').length > 1")
    assert before and page.evaluate("localStorage.getItem('crm-conversation')") == before


def test_offline_says_so_and_sends_again(address: str, page: Page) -> None:
    page.goto(f"{address}/?lang=en")
    page.context.set_offline(True)
    ask(page, "may I search a bag")
    again = page.locator("crm-assistant .error button")
    expect(again).to_be_visible(timeout=15000)
    page.context.set_offline(False)
    again.click()
    expect(page.locator("crm-assistant details").first).to_be_visible(timeout=15000)


def test_a_slow_line_is_enough(address: str, page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 800, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8},
    )
    page.goto(f"{address}/?lang=pt", timeout=60000)
    expect(page.locator("crm-assistant textarea")).to_be_visible(timeout=30000)


def test_without_javascript_a_plain_form_does_it(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="pt-PT")
    page = context.new_page()
    page.goto(f"{address}/?lang=pt")
    page.locator("textarea").fill("posso revistar as mulheres a saida?")
    page.locator("select[name=country]").select_option("MOZ")
    page.locator("button.send").click()
    expect(page.locator("details ol li a").first).to_be_visible(timeout=15000)
    page.locator("details ol li a").first.click()
    expect(page.locator("h1")).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/p/un_bpuff_1990/principle-9?lang=pt", "/p/per_dl_1186/art-8-4?lang=es", "/p/none/none?lang=en", "/?lang=es"])
def test_pages_are_accessible(address: str, page: Page, path: str) -> None:
    page.goto(address + path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= 360")
