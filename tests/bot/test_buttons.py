"""Every press survives its payload; no payload is too long for Telegram; forged ones are nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import (
    LONGEST,
    Command,
    Press,
    PressCommand,
    PressCountry,
    PressDrillList,
    PressDrillStart,
    PressDrillStop,
    PressFeedback,
    PressForget,
    PressLanguage,
    PressOption,
    PressReminders,
    PressRole,
    PressSources,
    parse,
    payload,
)
from knowledge_base.model import Country, Language, Role

short_id = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
scenario_id = st.from_regex(r"[a-z0-9-]{1,48}", fullmatch=True)
PRESSES: st.SearchStrategy[Press] = st.one_of(
    st.builds(PressCommand, st.sampled_from(Command)),
    st.builds(PressLanguage, st.sampled_from(Language)),
    st.builds(PressCountry, st.sampled_from(Country)),
    st.builds(PressRole, st.sampled_from(Role)),
    st.builds(PressSources, short_id),
    st.builds(PressDrillList, st.integers(0, 999)),
    st.builds(PressDrillStart, scenario_id),
    st.builds(PressDrillStop, short_id),
    st.builds(PressOption, short_id, st.integers(0, 99), st.integers(0, 5)),
    st.builds(PressForget, st.booleans()),
    st.builds(PressFeedback, short_id, st.booleans()),
    st.builds(PressReminders, st.booleans()),
)


@given(PRESSES)
def test_a_press_survives_its_payload(press: Press) -> None:
    made = payload(press)
    assert parse(made) == press
    assert len(made.encode("ascii")) <= LONGEST


@given(st.text(max_size=100))
def test_no_text_breaks_the_parser_and_what_parses_is_canonical(text: str) -> None:
    found = parse(text)
    assert found is None or payload(found) == text


@given(PRESSES, st.text(min_size=1, max_size=5))
def test_a_payload_with_something_added_is_another_or_nothing(press: Press, added: str) -> None:
    assert parse(payload(press) + added) != press


@pytest.mark.parametrize(
    "text",
    ["", "cmd:", "cmd:HELP", "lang:fr", "country:BRA", "role:king", "src:", "src:a b", "drill:start:", "drill:list:-1",
     "drill:list:01", "opt:r:1", "opt:r:1:a", "opt:r:1:2:3", "opt::1:2", "forget:maybe", "fb:x:ugly", "remind:", "/help",
     "src:" + "x" * 70, "src:é"],
)  # fmt: skip
def test_forged_and_broken_payloads_are_nothing(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("identity", ["", "a:b", "é", "x" * 49, "a b"])
def test_ids_that_cannot_travel_are_refused_when_made(identity: str) -> None:
    with pytest.raises(ValueError):
        payload(PressDrillStart(identity))
