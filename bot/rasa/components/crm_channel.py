"""The app's only door into Rasa: a message in, what the actions said out; 502 when they said nothing.

Runs inside Rasa's own environment. The app's store is the truth about language, country, role and the open drill; each
turn's metadata carries it, and the tracker is brought into line before Rasa reads the message.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

log = logging.getLogger(__name__)

FORM = "drill_form"
CHOICE = "drill_choice"
COPIES = ("language", "country", "role")
# An action call carries the whole session, +2.6 KB a turn: 20 turns keep it under 65 KB. Nothing is lost by starting
# again, the next turn's metadata says it all.
LONGEST = 20


class CrmInput(InputChannel):
    """``POST /webhooks/crm/turn`` and ``/forget``, both with the token in ``x-crm-token``."""

    def __init__(self, token: str) -> None:
        if len(token) < 8 or "${" in token:
            raise RasaException("crm channel: set RASA_CHANNEL_TOKEN to at least 8 characters")
        self.token = token

    @classmethod
    def name(cls) -> str:
        return "crm"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> CrmInput:
        return cls(str((credentials or {}).get("token") or ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("crm_channel")

        def allowed(request: Request) -> bool:
            return hmac.compare_digest(request.headers.get("x-crm-token", "").encode(), self.token.encode())

        @routes.get("/")
        async def up(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not allowed(request):
                return response.json({"error": "token"}, status=401)
            body = request.json if isinstance(request.json, dict) else {}
            sender, text = body.get("sender"), body.get("text")
            if not (isinstance(sender, str) and sender and isinstance(text, str) and text):
                return response.json({"error": "sender and text are needed"}, status=400)
            if not body.get("payload"):
                text = typed(text)
            metadata = body.get("metadata") if isinstance(body.get("metadata"), dict) else {}
            agent = request.app.ctx.agent
            agent.processor.on_circuit_break = repair
            out = CollectingOutputChannel()
            try:
                await align(agent.tracker_store, sender, metadata)
                await on_new_message(UserMessage(text, out, sender, input_channel="crm", metadata=metadata))
            except Exception as error:
                # The text never goes into a log: only what broke.
                log.error("turn failed: %s", type(error).__name__)
                return response.json({"error": "turn_failed"}, status=502)
            tracker = await agent.tracker_store.retrieve(sender)
            if not out.messages:
                await unset_choice(agent.tracker_store, tracker)
                return response.json({"error": "empty"}, status=502)
            return response.json({"messages": out.messages, **state(tracker)})

        @routes.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            if not allowed(request):
                return response.json({"error": "token"}, status=401)
            body = request.json if isinstance(request.json, dict) else {}
            sender = body.get("sender")
            if not (isinstance(sender, str) and sender):
                return response.json({"error": "sender is needed"}, status=400)
            deleted = delete(request.app.ctx.agent.tracker_store, sender)
            if deleted is None:
                return response.json({"error": "this tracker store cannot forget"}, status=501)
            return response.json({"deleted": deleted})

        return routes


def typed(text: str) -> str:
    """``/restart`` typed by a person is words, not an intent payload."""
    return text.lstrip("/ \t\r\n") or "?"


def state(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Intent, confidence, open form and slots after the turn; ``latest_message`` is stale inside a form."""
    last = next((event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None)
    slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None}
    return {
        "intent": last.intent_name if last else None,
        "confidence": float((last.intent or {}).get("confidence") or 0.0) if last else 0.0,
        "loop": tracker.active_loop_name,
        "slots": slots,
    }


async def align(store: TrackerStore, sender: str, metadata: dict[str, Any]) -> None:
    """Form open exactly when the app has an open drill; slots equal to the app's profile."""
    tracker = await store.retrieve(sender)
    if tracker is None or not tracker.applied_events():
        return  # action_session_start seeds a new session from the same metadata
    if sum(isinstance(event, UserUttered) for event in tracker.events) >= LONGEST:
        delete(store, sender)
        return
    events = wanted(tracker, metadata)
    for event in events:
        tracker.update(event)
    if events:
        await store.save(tracker)


def wanted(tracker: DialogueStateTracker, metadata: dict[str, Any]) -> list[Event]:
    events: list[Event] = [
        SlotSet(name, metadata[name])
        for name in COPIES
        if name in metadata and metadata[name] != tracker.get_slot(name)
    ]
    is_open, should_be = tracker.active_loop_name == FORM, bool(metadata.get("drill"))
    if should_be and not is_open:
        events += [ActionExecuted(FORM), ActiveLoop(FORM), SlotSet("requested_slot", CHOICE), SlotSet(CHOICE, None)]
        events.append(ActionExecuted("action_listen"))
    if is_open and not should_be:
        events += [ActionExecuted("action_deactivate_loop"), ActiveLoop(None), SlotSet("requested_slot", None)]
        events += [SlotSet(CHOICE, None), ActionExecuted("action_listen")]
    return events


def repair(tracker: DialogueStateTracker, *_: Any) -> None:
    """After an outage of the action endpoint: without this the sender gets nothing for ever."""
    if any(isinstance(event, SessionStarted) for event in tracker.events):
        tracker.update(UserUtteranceReverted())
        tracker.update(ActionExecuted("action_listen"))
    else:
        tracker.update(Restarted())


async def unset_choice(store: TrackerStore, tracker: DialogueStateTracker | None) -> None:
    """A choice nobody validated would look like a filled form to the next turn and close the drill."""
    if tracker is not None and tracker.active_loop_name == FORM:
        tracker.update(SlotSet(CHOICE, None))
        await store.save(tracker)


def delete(store: Any, sender: str) -> int | None:
    """Number of deleted conversations or rows; ``None`` for a store we do not know how to empty."""
    for _ in range(2):
        store = getattr(store, "_tracker_store", store)
    if hasattr(store, "session_scope") and hasattr(store, "SQLEvent"):
        with store.session_scope() as session:
            deleted = int(session.query(store.SQLEvent).filter_by(sender_id=sender).delete())
            session.commit()
            return deleted
    if isinstance(getattr(store, "store", None), dict):
        return 0 if store.store.pop(sender, None) is None else 1
    return None
