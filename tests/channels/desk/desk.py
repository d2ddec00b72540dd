"""What the desk's tests share: an app with the desk, accounts, browsers that are signed in, learners in cohorts."""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from bot.model import Channel, ConversationId, Profile
from channels.app import create_app
from channels.desk import routes
from channels.desk.accounts import hasher
from channels.kit import Kit
from channels.store import cohorts, profiles, trainers
from channels.store.cohorts import Cohort
from channels.store.trainers import DeskRole, Trainer
from knowledge_base.model import Language
from tests.channels import standin

PASSWORD = "a long password for tests"
HASHED = hasher().hash(PASSWORD)
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def app(kit: Kit) -> FastAPI:
    made = create_app(kit)
    routes.install(made, kit)
    return made


def kit(folder: Path, **settings: Any) -> tuple[Kit, standin.Hands]:
    """A kit whose clock is moved by hand."""
    clock = standin.Hands()
    return standin.kit(folder, clock=clock, **settings), clock


def trainer(kit: Kit, name: str, role: DeskRole = DeskRole.TRAINER, language: Language = Language.EN) -> Trainer:
    """An account with ``PASSWORD``; its shown name is ``Ms Name``."""
    made = kit.store.write_now(lambda connection: trainers.add(
        connection, name, f"Ms {name.title()}", HASHED, role, language, kit.now))
    assert made is not None
    return made


def cohort(kit: Kit, name: str, owner: Trainer, code: str, *others: Trainer) -> Cohort:
    """An open cohort with ``owner``, and ``others`` as trainers who own nothing."""
    made = Cohort(f"id-{name}", name, code, None, kit.now, closed=False, owner=True)
    assert kit.store.write_now(lambda connection: cohorts.add(connection, made, owner.id))
    for one in others:
        kit.store.write_now(partial(cohorts.let_in, cohort=made.id, trainer=one.id))
    return made


def learner(kit: Kit, number: int, cohort: Cohort | None) -> ConversationId:
    """A person on Telegram, in the cohort."""
    conversation = kit.keys.telegram(number)
    kit.store.write_now(lambda connection: profiles.put(connection, Profile(
        conversation=conversation, channel=Channel.TELEGRAM, cohort=cohort.id if cohort else None), kit.now))
    return conversation


@contextlib.asynccontextmanager
async def browser(kit: Kit, name: str = "", base: str = "http://desk") -> AsyncIterator[httpx.AsyncClient]:
    """A browser; with ``name``, signed in. Redirects are not followed."""
    transport = httpx.ASGITransport(app(kit), client=("203.0.113.9", 4242))
    async with httpx.AsyncClient(transport=transport, base_url=base) as made:
        if name:
            found = await sign_in(made, name)
            assert found.status_code == 303, found.text
        yield made


async def sign_in(web: httpx.AsyncClient, name: str, password: str = PASSWORD, onwards: str = "/desk") -> httpx.Response:
    form = await web.get("/desk/sign-in")
    return await web.post("/desk/sign-in", data={
        "csrf": csrf(form), "name": name, "password": password, "next": onwards})


async def send(web: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Opens ``page`` and sends a form to ``action`` with the token that stands on it."""
    return await web.post(action, data={"csrf": csrf(await web.get(page)), **fields})


def csrf(page: httpx.Response) -> str:
    found = _CSRF.search(page.text)
    assert found is not None, f"{page.status_code}: no token on the page"
    return html.unescape(found.group(1))
