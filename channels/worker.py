"""The worker: the oldest message of a conversation in, one stored turn out.

claim -> load memory -> ``bot.turn`` -> store everything in one transaction. A worker that dies at any moment leaves
either nothing (the lease runs out and the message is tried again) or the whole turn; never half, never twice.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from time import perf_counter

from bot.dialogue import Dialogue
from bot.memory import Memory
from bot.model import Profile, Reply, ReplyKind
from bot.moment import Parts
from bot.outcome import Outcome
from bot.phrases import Phrases
from bot.turn import turn
from channels import drill_memory
from channels.bell import heard
from channels.errors import LeaseLost
from channels.kit import Kit
from channels.logs import where
from channels.model import Claimed, Entry, Hints
from channels.store import erase, feedback, inbox, journal, outbox, profiles
from channels.store.database import Connection
from knowledge_base.model import Language
from retrieval.model import Reason

log = logging.getLogger(__name__)
TURN_SHARE = 0.8
"""Part of the lease a turn may take; the rest is for storing it."""


class Worker:
    """Several tasks may ``run`` one worker, several processes may each have one: the inbox keeps order and leases."""

    def __init__(self, kit: Kit, parts: Parts) -> None:
        self._kit, self._parts = kit, parts

    @property
    def dialogue(self) -> Dialogue:
        return self._parts.dialogue

    @property
    def phrases(self) -> Phrases:
        return self._parts.phrases

    async def run(self) -> None:
        """Works until cancelled; a turn that is under way when cancelled is left to its lease."""
        while True:
            bell = self._kit.inbox_bell.listen()
            try:
                if await self.step():
                    continue
            except Exception as error:  # the store is away: wait, nothing is lost
                log.error("the inbox cannot be worked on (%s); trying again", where(error))
                await asyncio.sleep(1.0)
            await heard(bell, self._kit.settings.poll_s)

    async def step(self) -> bool:
        """One message, if one is due; False when there was nothing to do."""
        kit = self._kit
        if not await kit.store.read(lambda connection: inbox.due(connection, kit.now)):
            return False
        claimed = await kit.store.write(lambda connection: inbox.claim(connection, kit.now, kit.settings.lease_s))
        if claimed is None:
            return False
        try:
            await self._work(claimed)
        except LeaseLost:
            kit.metrics.lease_lost.inc()
            log.warning("a turn took longer than its lease and was thrown away")
        finally:
            kit.inbox_bell.ring()     # the next message of this conversation may be claimed now
            kit.replies_bell.ring()
        return True

    async def _work(self, claimed: Claimed) -> None:
        kit, began = self._kit, perf_counter()
        if claimed.attempt > kit.settings.attempts:
            return await self._give_up(claimed)
        try:
            memory = await kit.store.read(lambda connection: load(connection, claimed))
            async with asyncio.timeout(kit.settings.lease_s * TURN_SHARE):
                outcome = await turn(claimed.message, memory, self._parts)
        except Exception as error:
            kit.metrics.turn_errors.inc()
            log.error("a turn failed (%s), attempt %d", where(error), claimed.attempt)
            if claimed.attempt >= kit.settings.attempts:
                return await self._give_up(claimed)
            again_at = kit.now + 0.2 * 2 ** min(claimed.attempt, 8)
            return await kit.store.write(lambda connection: inbox.release(connection, claimed, again_at))
        took_ms = (perf_counter() - began) * 1000
        await kit.store.write(
            lambda connection: store(connection, claimed, outcome, kit.now, took_ms, kit.keys.evidence))
        kit.metrics.turns.labels(claimed.message.channel.value, outcome.action, str(outcome.degraded).lower()).inc()
        kit.metrics.turn_seconds.observe(perf_counter() - began)
        if outcome.answer is not None:
            kit.metrics.answers.labels(outcome.answer.kind.value, str(outcome.answer.reason or "")).inc()
        if outcome.forget:
            kit.metrics.erased.inc()
            kit.forget_bell.ring()

    async def _give_up(self, claimed: Claimed) -> None:
        """Apologises, so that the conversation can go on; the message is marked as failed."""
        kit, message = self._kit, claimed.message

        def apologise(connection: Connection) -> None:
            profile = profiles.get(connection, message.conversation)
            language = (profile.language if profile else None) or claimed.hints.language or Language.EN
            sorry = Reply(kind=ReplyKind.NOTICE, language=language, text=self._parts.phrases.say(language, "error.sorry"))
            inbox.finish(connection, claimed, kit.now, failed=True)
            outbox.put(connection, [sorry], channel=message.channel, conversation=message.conversation,
                       message_id=message.id, address=claimed.address, now=kit.now)

        await kit.store.write(apologise)
        kit.metrics.given_up.inc()


def load(connection: Connection, claimed: Claimed) -> Memory:
    """What is remembered of the conversation, with what the page knows about the person on top."""
    conversation = claimed.message.conversation
    profile = profiles.get(connection, conversation) or Profile(
        conversation=conversation, channel=claimed.message.channel)
    last = journal.answer(connection, profile.last_answer, conversation) if profile.last_answer else None
    return drill_memory.recall(connection, Memory(profile=told(profile, claimed.hints), last_answer=last))


def told(profile: Profile, hints: Hints) -> Profile:
    """The profile with the hints. A language chosen on the page is a chosen language."""
    changes: dict[str, object] = hints.model_dump(exclude_none=True)
    if hints.language is not None:
        changes["language_chosen"] = True
    return profile.model_copy(update=changes)


def store(connection: Connection, claimed: Claimed, outcome: Outcome, now: float, took_ms: float,
          key: bytes) -> None:
    """The whole turn; ``key`` seals its evidence. Raises ``LeaseLost``, and then nothing of it is stored."""
    message, outcome = claimed.message, without_personal_data(outcome)
    inbox.finish(connection, claimed, now)
    if outcome.forget:
        erase.erase(connection, message.conversation, now, key)
    else:
        profile = outcome.memory.profile
        profiles.put(connection, profile, now, claimed.address)
        drill_memory.keep(connection, message.conversation, outcome, now, key)
        if outcome.feedback is not None:
            feedback.add(connection, message.conversation, outcome.feedback.answer, outcome.feedback.good, now)
        journal.add(connection, Entry(
            at=message.received_at, conversation=message.conversation, channel=message.channel, message_id=message.id,
            action=outcome.action, language=profile.language or Language.EN, country=profile.country, role=profile.role,
            question=outcome.answer.question if outcome.answer is not None else None, answer=outcome.answer,
            confidence=outcome.confidence, degraded=outcome.degraded, turn_ms=took_ms,
        ))
    outbox.put(connection, outcome.replies, channel=message.channel, conversation=message.conversation,
               message_id=message.id, address=claimed.address, now=now, vanish=outcome.forget)


def without_personal_data(outcome: Outcome) -> Outcome:
    """A question that was refused because it holds data about somebody is not kept."""
    answer = outcome.answer
    if answer is None or answer.reason is not Reason.PERSONAL_DATA:
        return outcome
    clean = answer.model_copy(update={"question": ""})
    replies = tuple(reply.model_copy(update={"answer": clean}) if reply.answer == answer else reply
                    for reply in outcome.replies)
    return replace(outcome, answer=clean, replies=replies)
