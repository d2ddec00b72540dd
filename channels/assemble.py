"""The composition root: settings in, everything that runs out. The only place where the real parts are chosen."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from fastapi import FastAPI

from bot import actions
from bot.dialogue import Dialogue, Directive
from bot.errors import DialogueDown
from bot.model import Cohort, ConversationId
from bot.moment import Parts
from bot.phrases import load_phrases
from bot.rasa_client import RasaDialogue
from channels.app import create_app
from channels.background import running
from channels.desk import routes as desk
from channels.keys import Keys, load_secret
from channels.kit import Check, Kit, channel_token, utc_now
from channels.remind import remind
from channels.settings import Settings
from channels.store import cohorts, journal
from channels.store.database import Store
from channels.store.migrate import migrate
from channels.telegram import connect, webhook
from channels.upkeep import upkeep
from channels.verify import begin
from channels.worker import Worker
from retrieval.answer import answer, first_look
from retrieval.library import Library, open_library
from retrieval.model import Answer

log = logging.getLogger(__name__)


class NoDialogue:
    """Stands for Rasa where it is switched off: every typed word is a question, buttons work."""

    async def turn(
        self, conversation: ConversationId, text: str, *, payload: bool, metadata: Mapping[str, object]
    ) -> Directive:
        raise DialogueDown("the dialogue engine is switched off (CRM_DIALOGUE=none)")

    async def forget(self, conversation: ConversationId) -> None:
        """It remembers nothing."""


@dataclass(frozen=True)
class Assembled:
    """What ``serve`` and ``worker`` run. ``library`` must be closed at the end."""

    kit: Kit
    worker: Worker
    library: Library
    dialogue: RasaDialogue | NoDialogue

    async def close(self) -> None:
        if isinstance(self.dialogue, RasaDialogue):
            await self.dialogue.aclose()
        self.library.close()
        self.kit.store.close()


def open_store(settings: Settings) -> Store:
    """The database, brought to the newest migration."""
    store = Store(settings.url)
    migrate(store.engine)
    return store


def open_keys(settings: Settings) -> Keys:
    return Keys(load_secret(settings.secret.get_secret_value(), settings.data))


def assemble(settings: Settings) -> Assembled:
    """Opens everything. Raises ``ChannelError``, ``IndexMissing``, ``IndexBroken``, ``EncoderMissing``."""
    keys = open_keys(settings)
    library = open_library(settings.index, settings.models, settings.embedding_model or None,
                           settings.chroma_server or None)
    dialogue = (RasaDialogue(settings.rasa_url, channel_token(settings, keys), total_s=settings.rasa_timeout_s)
                if settings.dialogue == "rasa" else NoDialogue())
    store = open_store(settings)
    begin(store, keys.evidence, settings.data, utc_now().timestamp())
    kit = Kit(settings=settings, store=store, keys=keys, content=library.content, actions=actions.respond)
    return Assembled(replace(kit, checks=checks(library, dialogue)), Worker(kit, parts(kit, library, dialogue)), library,
                     dialogue)


def parts(kit: Kit, library: Library, dialogue: Dialogue) -> Parts:
    """The bot's ports, connected."""

    async def recall(conversation: ConversationId, answer_id: str) -> Answer | None:
        return await kit.store.read(lambda connection: journal.answer(connection, answer_id, conversation))

    return Parts(
        content=library.content, phrases=load_phrases(), answer=lambda question: answer(question, library),
        look=lambda question: first_look(question, library), detect=library.listener.languages.detect,
        dialogue=dialogue, recall=recall, clock=kit.clock, cohort=lambda code: cohort_of(kit, code),
    )


async def cohort_of(kit: Kit, code: str) -> Cohort | None:
    """The open cohort with this code, as a learner is told of it."""
    found = await kit.store.read(lambda connection: cohorts.by_code(connection, code))
    return None if found is None else Cohort(id=found.id, name=found.name)


def checks(library: Library, dialogue: RasaDialogue | NoDialogue) -> dict[str, Check]:
    """Name of a part → its state, for ``/healthz``."""

    async def index() -> str:
        return "exact search stands in for Chroma; delete the index folder and run make index" if library.exact else "ok"

    async def translator() -> str:
        return "ok" if library.translated else "missing: Spanish and Portuguese questions are searched untranslated"

    async def engine() -> str:
        if isinstance(dialogue, NoDialogue):
            return "switched off"
        return "ok" if await dialogue.up() else "down: questions and buttons work, typed commands do not"

    return {"index": index, "translator": translator, "dialogue": engine}


def build_app(assembled: Assembled) -> FastAPI:
    """The app with its workers, housekeeping, the trainers' desk and, with a token, Telegram."""
    kit = assembled.kit
    background: list[contextlib.AbstractAsyncContextManager[None]] = [_closing(assembled)]
    routers = []
    if kit.settings.telegram_token.get_secret_value():
        bot, line = connect.make_bot(kit.settings), connect.line_of(kit.settings)
        kit = replace(kit, checks={**kit.checks, "telegram": line.check}, bot_name=lambda: line.name)
        if kit.settings.telegram_mode == "webhook":
            routers.append(webhook.router(kit, bot))
        background.append(connect.connected(kit, bot, line))
    background.append(working(kit, assembled.worker, kit.settings.workers))
    app = create_app(kit, background, routers)
    desk.install(app, kit)
    return app


@contextlib.asynccontextmanager
async def working(kit: Kit, worker: Worker, tasks: int) -> AsyncIterator[None]:
    """Workers, housekeeping and reminders while entered."""
    async with running(*(worker.run() for _ in range(tasks)), upkeep(kit, worker.dialogue), remind(kit, worker.phrases)):
        yield


async def work_only(assembled: Assembled) -> None:
    """A worker process of its own: until cancelled."""
    async with _closing(assembled), working(assembled.kit, assembled.worker, max(1, assembled.kit.settings.workers)):
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def _closing(assembled: Assembled) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await assembled.close()
