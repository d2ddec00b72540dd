"""``Dialogue`` over HTTP: a message to our connector inside Rasa, its directive back. The only door to httpx in ``bot``.

Refused, timed out, 502 or garbage are all ``DialogueDown``; after one, nobody waits for Rasa again for five seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import ValidationError

from bot.dialogue import Action, Directive
from bot.errors import DialogueDown
from bot.model import ConversationId

CONNECT_S = 1.0
TOTAL_S = 20.0
REST_S = 5.0


class RasaDialogue:
    """One client for one Rasa; keeps its connections. ``tick`` is a monotonic clock in seconds."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        connect_s: float = CONNECT_S,
        total_s: float = TOTAL_S,
        rest_s: float = REST_S,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/webhooks/crm/",
            headers={"x-crm-token": token},
            timeout=httpx.Timeout(total_s, connect=connect_s),
            trust_env=False,
        )
        self._total_s = total_s
        self._rest_s = rest_s
        self._tick = tick
        self._closed_until = 0.0

    async def turn(
        self, conversation: ConversationId, text: str, *, payload: bool, metadata: Mapping[str, object]
    ) -> Directive:
        if self._tick() < self._closed_until:
            raise DialogueDown("rasa failed a moment ago; not asked again yet")
        body = {"sender": conversation, "text": text, "payload": payload, "metadata": dict(metadata)}
        try:
            return read_turn(await self._post("turn", body))
        except DialogueDown:
            self._closed_until = self._tick() + self._rest_s
            raise

    async def forget(self, conversation: ConversationId) -> None:
        await self._post("forget", {"sender": conversation})

    async def up(self) -> bool:
        """Whether Rasa answers at all (for ``/healthz``); never raises."""
        try:
            return (await self._http.get("", timeout=2.0)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _post(self, route: str, body: Mapping[str, object]) -> Any:
        """The JSON of a 200; everything else is ``DialogueDown``. Messages name the fault, never the text."""
        try:
            # httpx counts per read; a Rasa that drips would hold the conversation for ever.
            async with asyncio.timeout(self._total_s):
                response = await self._http.post(route, json=body)
        except (httpx.HTTPError, TimeoutError) as error:
            raise DialogueDown(f"rasa did not answer ({type(error).__name__})") from error
        if response.status_code != httpx.codes.OK:
            raise DialogueDown(f"rasa answered {response.status_code}")
        try:
            return response.json()
        except ValueError as error:
            raise DialogueDown("rasa answered something that is not JSON") from error


def read_turn(answer: Any) -> Directive:
    """The directive in a connector's answer. Raises ``DialogueDown`` when there is none."""
    if not isinstance(answer, Mapping):
        raise DialogueDown("rasa answered without a directive")
    messages = answer.get("messages")
    found = _chosen(m.get("custom") for m in messages if isinstance(m, Mapping)) if isinstance(messages, list) else None
    if found is None:
        raise DialogueDown("rasa answered without a directive")
    try:
        return Directive.model_validate(found | {"confidence": float(answer.get("confidence") or 0.0)})
    except (ValidationError, TypeError, ValueError) as error:
        raise DialogueDown("rasa answered a directive nobody knows") from error


def _chosen(found: Iterable[Any]) -> dict[str, Any] | None:
    """The first directive that is not Rasa's own return to the open step: the app shows that step anyway."""
    directives = [dict(d) for d in found if isinstance(d, Mapping) and "action" in d]
    meant = [d for d in directives if d["action"] != Action.DRILL_REPEAT]
    return next(iter(meant or directives), None)
