"""Handlers of Rasa's action endpoint on calls recorded from Rasa 3.6.21 (``action_calls.jsonl``)."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bot.actions import HANDLERS, respond
from bot.dialogue import Action, Directive
from bot.errors import UnknownAction

RECORDED: dict[str, dict[str, Any]] = {
    line["case"]: line["call"] for line in map(json.loads, (Path(__file__).parent / "action_calls.jsonl").open(encoding="utf-8"))
}


def said(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The directive without its empty fields."""
    responses = answer["responses"]
    assert len(responses) <= 1
    return {k: v for k, v in responses[0]["custom"].items() if v is not None} if responses else None


def slots(answer: dict[str, Any]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in answer["events"] if event["event"] == "slot"}


def names(answer: dict[str, Any]) -> list[str]:
    return [event["event"] for event in answer["events"]]


@pytest.mark.parametrize(
    ("case", "directive", "slot_events"),
    [
        ("start drill", {"action": "start_drill", "topic": "quiero practicar protestas"}, {}),
        ("form opening, nothing to validate", None, {}),
        ("step asked for", {"action": "drill_repeat"}, {}),
        ("choice inside the form", {"action": "drill_choice", "option": "b"}, {"drill_choice": None}),
        ("question inside the form", None, {}),
        ("back to the form after a question", {"action": "ask"}, {}),
        ("country named twice", None, {}),
    ],
)
def test_recorded_calls(case: str, directive: dict[str, Any] | None, slot_events: dict[str, Any]) -> None:
    answer = respond(RECORDED[case])
    assert said(answer) == directive
    assert slots(answer) == slot_events


def test_recorded_call_count() -> None:
    assert len(RECORDED) == 10


def test_session_start_seeds_the_slots_in_rasas_order() -> None:
    answer = respond(RECORDED["session start, no drill"])
    assert names(answer) == ["session_started", "slot", "slot", "slot", "action"]
    assert slots(answer) == {"language": "es", "country": "PER", "role": "guard"}
    assert answer["events"][-1] == {"event": "action", "name": "action_listen"}
    assert answer["responses"] == []


def test_session_start_opens_the_form_again_when_a_drill_is_open() -> None:
    answer = respond(RECORDED["session start in an open drill"])
    assert {"event": "active_loop", "name": "drill_form"} in answer["events"]
    assert slots(answer)["requested_slot"] == "drill_choice"
    assert slots(answer)["drill_run"] == "r1"
    assert "drill_choice" not in slots(answer)


def _with(case: str, *, name: str | None = None, text: str | None = None, entities: Any = None, drill: Any = "keep") -> dict[str, Any]:
    call = copy.deepcopy(RECORDED[case])
    if name:
        call["next_action"] = name
    latest = call["tracker"]["latest_message"]
    if text is not None:
        latest["text"] = text
    if entities is not None:
        latest["entities"] = entities
    if drill != "keep":
        latest["metadata"]["drill"] = drill
    return call


def test_the_form_is_closed_when_the_app_has_no_drill() -> None:
    answer = respond(_with("choice inside the form", drill=None))
    assert slots(answer) == {"drill_choice": None, "requested_slot": None}
    assert said(answer) == {"action": "drill_choice", "option": "b"}


def test_the_form_is_not_closed_while_it_opens() -> None:
    assert respond(RECORDED["form opening, nothing to validate"])["events"] == []


def test_an_option_that_is_not_shown_is_no_option() -> None:
    call = _with("choice inside the form", text="la tercera", drill={"run": "r1", "scene": "gate", "options": 2})
    assert said(respond(call)) == {"action": "drill_choice"}


@pytest.mark.parametrize(
    ("action", "text", "entities", "directive"),
    [
        ("action_set_country", "no estoy en peru, estoy en mozambique", ["PER", "MOZ"], {"action": "set_country", "value": "MOZ"}),
        ("action_set_country", "cambiar país", [], {"action": "set_country"}),
        ("action_set_role", "soy vigilante", ["guard"], {"action": "set_role", "value": "guard"}),
        ("action_set_role", "may a community stop our trucks", ["community"], {"action": "ask"}),
        ("action_set_role", "¿puede un policía entrar?", ["police"], {"action": "ask"}),
        ("action_set_language", "can we talk in portuguese", ["pt"], {"action": "set_language", "value": "pt"}),
        ("action_reminders", "apaga los recordatorios", [], {"action": "reminders", "value": "off"}),
        ("action_reminders", "lembra-me de treinar", [], {"action": "reminders", "value": "on"}),
        ("action_reminders", "reminders", [], {"action": "reminders"}),
        ("action_start_drill", "/start_drill", [], {"action": "start_drill"}),
        ("action_choose_option", "opción f", [], {"action": "drill_choice", "option": "f"}),
        ("action_default_fallback", "asdf", [], {"action": "ask"}),
    ],
)
def test_values_in_the_message(action: str, text: str, entities: list[str], directive: dict[str, Any]) -> None:
    kind = action.removeprefix("action_set_")
    found = [{"entity": kind, "value": value} for value in entities]
    answer = respond(_with("question inside the form", name=action, text=text, entities=found, drill=None))
    assert said(answer) == directive
    assert slots(answer).get(kind) == directive.get("value") or action == "action_reminders"


def test_the_fallback_rewinds_or_rasa_would_predict_it_for_ever() -> None:
    assert names(respond(_with("question inside the form", name="action_default_fallback"))) == ["rewind"]


def test_stopping_clears_rasas_copies() -> None:
    answer = respond(_with("question inside the form", name="action_stop_drill"))
    assert slots(answer) == {"drill_run": None, "drill_scene": None, "drill_choice": None}


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_every_handler_says_a_directive_the_app_knows_and_survives_an_empty_call(name: str) -> None:
    for call in ({"next_action": name}, _with("question inside the form", name=name)):
        answer = respond(call)
        directive = said(answer)
        assert directive is None or Directive.model_validate(directive).action in Action
        assert set(answer) == {"events", "responses"}


def test_an_unknown_action_is_named() -> None:
    with pytest.raises(UnknownAction, match="action_fly"):
        respond({"next_action": "action_fly"})
