"""Signing in: who gets in, who does not, what the cookie is worth, and that nobody learns who has an account."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from channels.desk import routes, session
from channels.desk.accounts import LOCK_S, hasher
from channels.desk.guard import Guard, safe_next
from channels.desk.pages import Desk
from channels.kit import Kit
from channels.store import sessions, trainers
from channels.store.trainers import DeskRole
from knowledge_base.model import Language
from tests.channels.desk import desk

REFUSED = "The name or the password is wrong"


async def test_in_and_out_again(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    async with desk.browser(kit) as web:
        closed = await web.get("/desk?lang=es")
        assert closed.status_code == 303 and closed.headers["location"] == "/desk/sign-in?next=%2Fdesk%3Flang%3Des"
        went = await desk.sign_in(web, " Ana ", onwards="/desk/account")
        assert went.status_code == 303 and went.headers["location"] == "/desk/account"
        home = await web.get("/desk")
        assert home.status_code == 200 and "Ms Ana" in home.text and home.headers["cache-control"] == "no-store"
        assert (await web.get("/desk/sign-in?next=/desk/account")).headers["location"] == "/desk/account"
        out = await desk.send(web, "/desk", "/desk/sign-out")
        assert out.status_code == 303 and (await web.get("/desk")).status_code == 303


async def test_the_cookie_is_worth_nothing_to_others(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    async with desk.browser(kit) as web:
        went = await desk.sign_in(web, "ana")
        given = next(line.lower() for line in went.headers.get_list("set-cookie") if line.startswith(f"{session.COOKIE}="))
        assert "httponly" in given and "samesite=strict" in given and "path=/desk" in given and "secure" not in given
        stored = (kit.settings.data / "crm.sqlite3").read_bytes() + (kit.settings.data / "crm.sqlite3-wal").read_bytes()
        assert web.cookies[session.COOKIE].encode() not in stored, "only its hash is kept"
    async with desk.browser(kit, base="https://desk") as web:
        went = await desk.sign_in(web, "ana")
        assert all("secure" in line.lower() for line in went.headers.get_list("set-cookie"))


async def test_a_session_ends_by_idling_and_by_age(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    desk.trainer(kit, "ana")
    async with desk.browser(kit, "ana") as web:
        clock.forward(session.IDLE_S - 1)
        assert (await web.get("/desk")).status_code == 200
        clock.forward(session.IDLE_S - 1)
        assert (await web.get("/desk")).status_code == 200, "it was used in between"
        clock.forward(session.IDLE_S + 1)
        assert (await web.get("/desk")).status_code == 303
    async with desk.browser(kit, "ana") as web:
        for _ in range(int(session.LONGEST_S / session.IDLE_S) + 1):
            clock.forward(session.IDLE_S - 60)
            last = await web.get("/desk")
        assert last.status_code == 303, "after seven days, however busy"
    kit.store.write_now(lambda connection: sessions.sweep(connection, kit.now, kit.now))
    kit.store.close()


async def test_a_planted_cookie_does_not_become_somebodys_session(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    async with desk.browser(kit) as web:
        web.cookies.set(session.COOKIE, "planted", domain="desk", path="/desk")
        await desk.sign_in(web, "ana")
        assert await session.find(kit, "planted") is None


@pytest.mark.parametrize(("name", "password"), [("ana", "wrong"), ("nobody", desk.PASSWORD), ("ana", ""), ("", "")])
async def test_wrong_is_wrong_in_the_same_words(kit: Kit, name: str, password: str) -> None:
    desk.trainer(kit, "ana")
    async with desk.browser(kit) as web:
        found = await desk.sign_in(web, name, password)
        assert found.status_code == 401 and REFUSED in found.text and session.COOKIE not in web.cookies


async def test_five_wrong_tries_lock_and_the_lock_doubles(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    ana = desk.trainer(kit, "ana")
    async with desk.browser(kit) as web:
        for _ in range(5):
            assert (await desk.sign_in(web, "ana", "wrong")).status_code == 401
        right = await desk.sign_in(web, "ana")
        assert right.status_code == 401 and REFUSED in right.text, "locked looks like wrong"
        clock.forward(LOCK_S + 1)
        assert (await desk.sign_in(web, "ana", "wrong")).status_code == 401
        clock.forward(LOCK_S + 1)
        assert (await desk.sign_in(web, "ana")).status_code == 401, "the sixth locks for twice as long"
        clock.forward(LOCK_S)
        assert (await desk.sign_in(web, "ana")).status_code == 303
    found = kit.store.read_now(lambda connection: trainers.account(connection, ana.id))
    assert found is not None and found.locked_until == 0.0, "the count begins anew"
    kit.store.close()


async def test_many_tries_at_once_do_not_outrun_the_lock(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    tries = await asyncio.gather(*(
        kit.store.write(lambda connection: trainers.begin_try(connection, "ana", kit.now, 5, LOCK_S, LOCK_S))
        for _ in range(20)))
    assert sum(one is not None and one.open for one in tries) == 5


async def test_one_address_cannot_try_for_ever(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    async with desk.browser(kit) as web:
        found = [(await desk.sign_in(web, f"guess-{number}", "x")).status_code for number in range(22)]
        assert found.count(429) == 2
        clock.forward(60)
        assert (await desk.sign_in(web, "guess", "x")).status_code == 401
    kit.store.close()


async def test_the_sign_in_form_needs_its_token(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    async with desk.browser(kit) as web, desk.browser(kit) as other:
        foreign = desk.csrf(await other.get("/desk/sign-in"))
        await web.get("/desk/sign-in")
        for token in ("", foreign):
            found = await web.post("/desk/sign-in", data={"csrf": token, "name": "ana", "password": desk.PASSWORD})
            assert found.status_code == 403 and session.COOKIE not in web.cookies


async def test_every_form_of_every_page_needs_its_token(kit: Kit) -> None:
    ana = desk.trainer(kit, "ana", DeskRole.ADMIN)
    cohort = desk.cohort(kit, "A", ana, "AAAA2222")
    known = {"cohort": cohort.id, "number": str(ana.id), "trainer": str(ana.id), "pseudonym": "000000"}
    routers = routes.routers(kit, Desk(kit), Guard(kit))
    forms = [re.sub(r"{(\w+)(:\w+)?}", lambda name: known.get(name[1], "some"), route.path)
             for router in routers for route in router.routes if isinstance(route, APIRoute) and "POST" in (route.methods or ())]
    forms.remove("/desk/sign-in")
    assert len(forms) >= 14
    async with desk.browser(kit, "ana") as web, desk.browser(kit, "ana") as other, desk.browser(kit) as stranger:
        foreign = desk.csrf(await other.get("/desk"))
        for action in forms:
            for token in ({}, {"csrf": ""}, {"csrf": foreign}):
                found = await web.post(action, data={"name": "new name", "verdict": "right", **token})
                assert found.status_code == 403 and "This form was open too long" in found.text, action
            away = await stranger.post(action, data={"csrf": foreign})
            assert away.status_code == 303 and away.headers["location"].startswith("/desk/sign-in"), action
        assert (await web.get("/desk")).status_code == 200


@pytest.mark.parametrize(("wanted", "goes"), [
    ("/desk/queue?cohort=a&lang=pt", "/desk/queue?cohort=a&lang=pt"), ("/desk", "/desk"), ("/desk?lang=es", "/desk?lang=es"),
    ("https://evil.example/desk", "/desk"), ("//evil.example/desk", "/desk"), ("/deskevil", "/desk"), ("/", "/desk"),
    ("/desk/../admin", "/desk"), ("/desk\\@evil", "/desk"), ("javascript:alert(1)", "/desk"), ("/desk/\nx", "/desk"),
    ("/desk/sign-out", "/desk"), ("", "/desk"),
])
def test_after_signing_in_one_stays_in_the_house(wanted: str, goes: str) -> None:
    assert safe_next(wanted) == goes


async def test_a_disabled_trainer_is_out_at_once(kit: Kit) -> None:
    ana = desk.trainer(kit, "ana")
    async with desk.browser(kit, "ana") as web:
        kit.store.write_now(lambda connection: trainers.set_disabled(connection, ana.id, True))
        assert (await web.get("/desk")).status_code == 303
        assert (await desk.sign_in(web, "ana")).status_code == 401


async def test_the_password_is_changed_and_other_browsers_are_signed_out(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    new = "another long sentence"
    async with desk.browser(kit, "ana") as web, desk.browser(kit, "ana") as other:
        for fields, why in (
            ({"old": "wrong one", "new": new, "again": new}, "is not that one"),
            ({"old": desk.PASSWORD, "new": new, "again": new + "!"}, "not the same"),
            ({"old": desk.PASSWORD, "new": "short", "again": "short"}, "at least 12"),
            ({"old": desk.PASSWORD, "new": "aaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaa"}, "easy to guess"),
            ({"old": desk.PASSWORD, "new": "my name is ANA so", "again": "my name is ANA so"}, "easy to guess"),
        ):
            found = await desk.send(web, "/desk/account", "/desk/account/password", **fields)
            assert found.status_code == 422 and why in found.text
        done = await desk.send(web, "/desk/account", "/desk/account/password", old=desk.PASSWORD, new=new, again=new)
        assert done.status_code == 303 and "The password was changed" in (await web.get(done.headers["location"])).text
        assert (await other.get("/desk")).status_code == 303
        assert (await desk.sign_in(other, "ana")).status_code == 401
        assert (await desk.sign_in(other, "ana", new)).status_code == 303


async def test_an_old_hash_is_renewed_at_the_next_sign_in(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = desk.trainer(kit, "ana")
    cheap = type(hasher())(time_cost=1, memory_cost=8, parallelism=1).hash(desk.PASSWORD)
    kit.store.write_now(lambda connection: trainers.rehash(connection, ana.id, cheap))
    async with desk.browser(kit, "ana"):
        stored = kit.store.read_now(lambda connection: trainers.password_of(connection, ana.id))
        assert stored != cheap and stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(("language", "title"), [("en", "My cohorts"), ("es", "Mis grupos"), ("pt", "As minhas turmas")])
async def test_three_languages_by_account_by_address_and_by_browser(kit: Kit, language: str, title: str) -> None:
    desk.trainer(kit, "ana", language=Language(language))
    desk.trainer(kit, "eve", language=Language.EN)
    async with desk.browser(kit, "ana") as web:
        home = await web.get("/desk")
        assert title in home.text and f'<html lang="{language}"' in home.text
        changed = await desk.send(web, "/desk/account", "/desk/account/language", language="pt")
        assert changed.status_code == 303 and "As minhas turmas" in (await web.get("/desk")).text
    async with desk.browser(kit, "eve") as web:
        assert title in (await web.get(f"/desk?lang={language}")).text
    async with desk.browser(kit) as web:
        door = await web.get("/desk/sign-in", headers={"accept-language": f"{language}-XX,en;q=0.5"})
        assert f'<html lang="{language}"' in door.text


async def test_what_is_not_there_is_a_page_in_the_desk_and_json_elsewhere(kit: Kit) -> None:
    desk.trainer(kit, "ana")
    async with desk.browser(kit, "ana") as web:
        page = await web.get("/desk/nothing/here")
        assert page.status_code == 404 and "There is nothing here" in page.text
        assert (await web.get("/api/v1/nothing")).json()["error"] == "not_found"


async def test_names_are_only_words(kit: Kit) -> None:
    ana = kit.store.write_now(lambda connection: trainers.add(
        connection, "ana", "<b>Ana</b>", desk.HASHED, DeskRole.TRAINER, Language.EN, kit.now))
    assert ana is not None
    desk.cohort(kit, "<script>alert(1)</script>", ana, "AAAA2222")
    async with desk.browser(kit, "ana") as web:
        home = await web.get("/desk")
        assert "<script>alert" not in home.text and "<b>Ana" not in home.text and "&lt;script&gt;alert" in home.text
        assert "script-src 'self'" in home.headers["content-security-policy"]
