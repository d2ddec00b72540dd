"""Housekeeping beside the workers: deletes what is too old, finishes interrupted deletions, notes the evidence's head."""

from __future__ import annotations

import asyncio
import logging

from bot.dialogue import Dialogue
from bot.errors import DialogueDown
from bot.model import ConversationId
from channels import anchors
from channels.bell import heard
from channels.kit import Kit
from channels.logs import where
from channels.settings import Settings
from channels.store import chain, erase
from channels.store.purge import Retention, purge

log = logging.getLogger(__name__)
EVERY_S = 60.0
PURGE_EVERY_S = 3600.0
SCRUBS = 20
"""Tries to empty SQLite's log: a reader in the middle of its snapshot is in the way for milliseconds."""


def retention(settings: Settings) -> Retention:
    return Retention(journal=settings.journal_days, profile=settings.profile_days, drill=settings.drill_days,
                     delivered=settings.delivered_days)


async def upkeep(kit: Kit, dialogue: Dialogue) -> None:
    """Runs until cancelled."""
    purge_at, scrubbed = 0.0, set[ConversationId]()
    while True:
        bell = kit.forget_bell.listen()
        try:
            for conversation in await kit.store.read(erase.to_forget):
                await forget(kit, dialogue, conversation, scrubbed)
            if kit.now >= purge_at:
                deleted = await purge_now(kit)
                purge_at = kit.now + PURGE_EVERY_S
                log.info("purged %d old rows", deleted)
                await note_head(kit)
        except Exception as error:
            log.error("housekeeping failed (%s); trying again", where(error))
        await heard(bell, EVERY_S)


async def forget(kit: Kit, dialogue: Dialogue, conversation: ConversationId, scrubbed: set[ConversationId]) -> None:
    """Goes on with a deletion: the dialogue engine forgets, the files are scrubbed, the note of it goes.

    Comes twice for each: once after the rows went, once after the confirmation was delivered (``scrubbed`` knows).
    """
    try:
        await dialogue.forget(conversation)
    except DialogueDown:
        log.warning("the dialogue engine is down; it will be asked again to forget a conversation")
        return
    done = await kit.store.write(lambda connection: erase.forgotten(connection, conversation))
    if done or conversation not in scrubbed:
        for _ in range(SCRUBS):
            if await asyncio.to_thread(erase.scrub, kit.store):
                break
            await asyncio.sleep(0.2)
    if done:
        scrubbed.discard(conversation)
    else:
        scrubbed.add(conversation)


async def purge_now(kit: Kit) -> int:
    """Deletes by age once; returns how many rows went."""
    keep = retention(kit.settings)
    deleted = await kit.store.write(lambda connection: purge(connection, kit.clock(), keep, kit.keys.evidence))
    kit.metrics.purged.inc(deleted)
    return deleted


async def note_head(kit: Kit) -> bool:
    """Notes the head of the chain of evidence outside of the database; False when nothing was added since."""
    head = await kit.store.read(chain.head)
    return await asyncio.to_thread(anchors.note, kit.settings.data / anchors.NAME, head, kit.clock())
