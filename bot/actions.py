"""A call of Rasa's action endpoint in, ``{"events", "responses"}`` out. Pure: no store, no clock, no network.

Rasa decides *which* action; what an action does is ``bot/turn.py``'s business. So each handler answers with one
directive, ``{"custom": {"action", "option", "topic", "value"}}``, and the few events that keep Rasa's form in step
with the app. The open drill is read from the metadata of the message, never from Rasa's slots.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.dialogue import Action
from bot.errors import UnknownAction
from bot.options import meant_option
from knowledge_base.pinpoint import fold

Json = dict[str, Any]
Call = Mapping[str, Any]
FORM = "drill_form"
CHOICE = "drill_choice"
COPIES = ("language", "country", "role")
OFF_WORDS = frozenset(
    "off stop no not don't dont disable cancel unsubscribe desactiva desactivar apaga apagar quita quitar cancela ya deja sin "
    "nao ja desativa desliga desligar tira tirar chega sem deixa".split()
)
_ASKING = re.compile(
    r"(can|may|must|should|is|are|does|do|what|when|who|why|how|where|which"
    r"|puede[ns]?|puedo|podemos|deben?|debo|tienen? que|que|cuando|quien|como|por que|donde|cual"
    r"|pode[ms]?|posso|deve[ms]?|devo|tem (que|de)|o que|quando|quem|porque|onde|qual)\b"
)


def respond(call: Call) -> Json:
    """Answer one call. Raises ``UnknownAction`` for a name without a handler (the route answers 404).

    ``call``: ``{next_action, sender_id, tracker, domain, version}`` as Rasa 3.6 sends it.
    """
    name = str(call.get("next_action") or "")
    handler = HANDLERS.get(name)
    if handler is None:
        raise UnknownAction(f"{name!r}; write it in bot/actions.py or take it out of bot/rasa/domain.yml")
    return handler(call)


def session_start(call: Call) -> Json:
    """Seed a new session from the metadata of its first message; an open drill opens the form again."""
    given = _tracker(call).get("slots", {}).get("session_started_metadata") or {}
    events: list[Json] = [{"event": "session_started"}]
    events += [_slot(name, given[name]) for name in COPIES if given.get(name)]
    drill = given.get("drill")
    if drill:
        events += [
            {"event": "action", "name": FORM}, {"event": "active_loop", "name": FORM},
            _slot("requested_slot", CHOICE), *_drill_slots(drill),
        ]
    return _say(None, *events, {"event": "action", "name": "action_listen"})


def default_fallback(call: Call) -> Json:
    """No rule fits: it is a question. Without the rewind Rasa predicts the fallback again until it gives up."""
    return _say(_directive(Action.ASK), {"event": "rewind"})


def set_value(action: Action, entity: str) -> Callable[[Call], Json]:
    """A handler that passes on the language, country or role named in the message, if one is.

    "May a community stop our trucks" names a role and is a question all the same: it must not change who is asking.
    """

    def handler(call: Call) -> Json:
        if entity != "language" and _ASKING.match(fold(_text(call)).lstrip("¿ ")):
            return _say(_directive(Action.ASK))
        found = _entity(call, entity)
        return _say(_directive(action, value=found), *([_slot(entity, found)] if found else []))

    return handler


def start_drill(call: Call) -> Json:
    """The person's words are the topic; the app finds the scenario. ``drill_choice`` stays unset: it would be validated."""
    text = _text(call)
    return _say(_directive(Action.START_DRILL, topic=None if text.startswith("/") else text or None))


def choose_option(call: Call) -> Json:
    """A choice outside the form; the app knows whether a drill is open."""
    return _say(_directive(Action.DRILL_CHOICE, option=_meant(call)))


def ask_drill_choice(call: Call) -> Json:
    """Rasa's way to come back to the open step: at the start, after a choice and after an interruption."""
    drill = _drill(call)
    return _say(_directive(Action.DRILL_REPEAT), *(_drill_slots(drill) if drill else []))


def validate_drill_form(call: Call) -> Json:
    """Parse a choice typed inside the form and keep the form open; close it when the app says no drill is open.

    Called without candidates while the form opens and after interruptions: then nothing is said.
    """
    candidates = _candidates(call)
    drill = _drill(call)
    closing = [] if drill else [_slot("requested_slot", None)]
    if CHOICE not in candidates:
        return _say(None, *([] if _opening(call) else closing))
    return _say(_directive(Action.DRILL_CHOICE, option=_meant(call)), _slot(CHOICE, None), *closing)


def stop_drill(call: Call) -> Json:
    """Rasa's copies of the drill are cleared; the app closes the run."""
    return _say(_directive(Action.STOP_DRILL), *(_slot(name, None) for name in ("drill_run", "drill_scene", CHOICE)))


def reminders(call: Call) -> Json:
    """``on``, ``off``, or nothing when only the word was said (the app asks)."""
    words = fold(_text(call)).split()
    value = "off" if OFF_WORDS & set(words) else ("on" if len(words) > 1 else None)
    return _say(_directive(Action.REMINDERS, value=value))


def plain(action: Action) -> Callable[[Call], Json]:
    """A handler that only names the action."""
    return lambda call: _say(_directive(action))


HANDLERS: Mapping[str, Callable[[Call], Json]] = {
    "action_session_start": session_start,
    "action_default_fallback": default_fallback,
    "action_ask": plain(Action.ASK),
    "action_greet": plain(Action.GREET),
    "action_help": plain(Action.HELP),
    "action_about": plain(Action.ABOUT),
    "action_thanks": plain(Action.THANKS),
    "action_goodbye": plain(Action.GOODBYE),
    "action_set_language": set_value(Action.SET_LANGUAGE, "language"),
    "action_set_country": set_value(Action.SET_COUNTRY, "country"),
    "action_set_role": set_value(Action.SET_ROLE, "role"),
    "action_list_drills": plain(Action.LIST_DRILLS),
    "action_start_drill": start_drill,
    "action_choose_option": choose_option,
    "action_stop_drill": stop_drill,
    "action_repeat_step": plain(Action.DRILL_REPEAT),
    "action_ask_drill_choice": ask_drill_choice,
    "validate_drill_form": validate_drill_form,
    "action_sources": plain(Action.SOURCES),
    "action_privacy": plain(Action.PRIVACY),
    "action_forget": plain(Action.FORGET),
    "action_feedback_good": plain(Action.FEEDBACK_GOOD),
    "action_feedback_bad": plain(Action.FEEDBACK_BAD),
    "action_contacts": plain(Action.CONTACTS),
    "action_due_today": plain(Action.DUE_TODAY),
    "action_reminders": reminders,
}


def _tracker(call: Call) -> Mapping[str, Any]:
    return call.get("tracker") or {}


def _message(call: Call) -> Mapping[str, Any]:
    return _tracker(call).get("latest_message") or {}


def _text(call: Call) -> str:
    return str(_message(call).get("text") or "").strip()


def _drill(call: Call) -> Mapping[str, Any] | None:
    """The open drill as the app sees it: ``{"run", "scene", "options"}``."""
    found = (_message(call).get("metadata") or {}).get("drill")
    return found if isinstance(found, Mapping) else None


def _drill_slots(drill: Mapping[str, Any]) -> list[Json]:
    return [_slot("drill_run", drill.get("run")), _slot("drill_scene", drill.get("scene"))]


def _meant(call: Call) -> str | None:
    """The option meant by the message: among those shown, or among six when nothing is open (the app will say so)."""
    drill = _drill(call)
    return meant_option(_text(call), int(drill.get("options") or 0) if drill else 6)


def _entity(call: Call, name: str) -> str | None:
    """The last value found: in "not Peru, Mozambique" the last one is meant."""
    found = [str(e["value"]) for e in _message(call).get("entities") or [] if e.get("entity") == name]
    return found[-1] if found else None


def _candidates(call: Call) -> Json:
    """What the form wants validated: the slot events at the very end of the tracker's events."""
    found: Json = {}
    for event in reversed(_tracker(call).get("events") or []):
        if event.get("event") != "slot":
            break
        found.setdefault(event["name"], event.get("value"))
    return found


def _opening(call: Call) -> bool:
    """The form is being opened by this very message, so the app's metadata cannot know the drill yet."""
    return str((_message(call).get("intent") or {}).get("name")) == "start_drill"


def _directive(
    action: Action, *, option: str | None = None, topic: str | None = None, value: str | None = None
) -> Json:
    return {"action": action.value, "option": option, "topic": topic, "value": value}


def _slot(name: str, value: object) -> Json:
    return {"event": "slot", "name": name, "value": value}


def _say(directive: Json | None, *events: Json) -> Json:
    """Rasa wants every field of a response, even the empty ones."""
    empty: Json = {
        "text": None, "buttons": [], "elements": [], "template": None, "response": None, "image": None, "attachment": None,
    }
    return {"events": list(events), "responses": [] if directive is None else [empty | {"custom": directive}]}
