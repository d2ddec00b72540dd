"""The clock of a drill in a real browser: off until it is turned on, seen and never heard, and nothing happens when it is late."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.buttons import PressDrillStart, payload
from channels.words import say
from knowledge_base.load import load_content
from knowledge_base.model import Language
from tests.web.test_widget import violations

pytestmark = pytest.mark.browser
DRILL = "ore-theft-at-night"


def given_s() -> int:
    drill = load_content().scenarios[DRILL]  # type: ignore[index]
    found = drill.scenes[drill.start].timer_s
    assert found is not None
    return found


def begin(page: Page, address: str, language: str = "en") -> Locator:
    """The drill at its first step; the time stands still from then on and is moved by hand. Returns what shows it."""
    page.clock.install()
    page.goto(f"{address}/?lang={language}")
    page.evaluate("choice => document.querySelector('crm-assistant').send({ choice })", payload(PressDrillStart(DRILL)))
    expect(page.locator("crm-assistant .it button", has_text=re.compile("^A$"))).to_be_visible(timeout=15000)
    return page.locator("crm-assistant .clock span")


def switch(page: Page) -> Locator:
    return page.locator("crm-assistant .clock input")


def seconds(shown: Locator) -> int:
    found = re.fullmatch(r"(\d+):(\d\d) / 0:(\d\d)", shown.text_content() or "")
    assert found is not None and int(found.group(3)) == given_s()
    return int(found.group(1)) * 60 + int(found.group(2))


@pytest.mark.parametrize("language", list(Language))
def test_it_is_off_until_it_is_turned_on(address: str, page: Page, language: Language) -> None:
    page.goto(f"{address}/?lang={language}")
    expect(page.locator("crm-assistant .clock")).to_be_hidden()
    shown = begin(page, address, language.value)
    expect(page.get_by_role("checkbox", name=say("widget_clock", language))).to_be_visible()
    assert not switch(page).is_checked()
    page.clock.run_for(90_000)
    assert shown.text_content() == "" and violations(page) == []
    switch(page).focus()
    page.keyboard.press("Space")
    assert 90 <= seconds(shown) < 120, "it tells the time since the step was shown"
    assert page.evaluate("document.documentElement.scrollWidth <= 360") and violations(page) == []
    page.keyboard.press("Space")
    page.clock.run_for(5_000)
    assert shown.text_content() == ""


def test_it_is_never_read_out(address: str, page: Page) -> None:
    shown = begin(page, address)
    switch(page).check()
    page.clock.run_for(3_000)
    assert seconds(shown) >= 3
    assert shown.evaluate("e => !e.closest('[aria-live], [role=log], [role=status], [role=alert], [role=timer]')")
    assert shown.get_attribute("aria-hidden") == "true"
    tree = page.locator("crm-assistant").aria_snapshot()
    assert "checkbox" in tree and not re.search(r"\d:\d\d / ", tree)


def test_nothing_happens_when_the_time_is_up(address: str, page: Page) -> None:
    shown = begin(page, address)
    switch(page).check()
    before = page.locator("crm-assistant .log").inner_html()
    colour = shown.evaluate("e => getComputedStyle(e).color + getComputedStyle(e).animationName")
    page.clock.run_for(given_s() * 1000 + 60_000)
    assert seconds(shown) >= given_s() + 60
    assert page.locator("crm-assistant .log").inner_html() == before, "nothing was said and nothing was sent"
    assert shown.evaluate("e => getComputedStyle(e).color + getComputedStyle(e).animationName") == colour
    page.locator("crm-assistant .it button", has_text=re.compile("^A$")).click()
    expect(page.locator("crm-assistant .it", has_text="Why:")).to_be_visible(timeout=15000)


def test_it_begins_anew_with_each_step_and_is_gone_after_the_drill(address: str, page: Page) -> None:
    shown = begin(page, address)
    switch(page).check()
    page.clock.run_for(30_000)
    assert seconds(shown) >= 30
    page.reload()
    assert page.evaluate("localStorage.getItem('crm-clock')") == "on"
    page.evaluate("choice => document.querySelector('crm-assistant').send({ choice })", payload(PressDrillStart(DRILL)))
    letter = page.locator("crm-assistant .it button", has_text=re.compile("^A$"))
    expect(letter).to_be_visible(timeout=15000)
    assert switch(page).is_checked() and seconds(shown) < 30
    page.locator("crm-assistant .it button", has_text="Stop").last.click()
    expect(page.locator("crm-assistant .clock")).to_be_hidden(timeout=15000)


def test_who_wants_less_motion_sees_it_move_every_ten_seconds(address: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page = context.new_page()
    shown = begin(page, address)
    switch(page).check()
    seen = set()
    for _ in range(13):
        page.clock.run_for(2_000)
        seen.add(seconds(shown))
    assert seen >= {10, 20} and all(one % 10 == 0 for one in seen)
    context.close()
