"""Cohorts: who may see and change which, joining codes, and what is shown of learners."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from bot.buttons import join_code
from channels.desk import codes
from channels.kit import Kit
from channels.store import cohorts, profiles
from channels.store.trainers import DeskRole
from tests.channels.desk import desk


async def test_a_trainer_opens_a_cohort_and_owns_it(kit: Kit) -> None:
    ana = desk.trainer(kit, "ana")
    async with desk.browser(kit, "ana") as web:
        assert "Open one and give its code" in (await web.get("/desk")).text
        empty = await desk.send(web, "/desk/cohorts/new", "/desk/cohorts/new", name="   ")
        assert empty.status_code == 422 and "Give the cohort a name" in empty.text
        made = await desk.send(web, "/desk/cohorts/new?lang=pt", "/desk/cohorts/new?lang=pt", name=" Tete  Maio ", country="MOZ")
        assert made.status_code == 303 and made.headers["location"].endswith("/members?lang=pt")
        (found,) = kit.store.read_now(lambda connection: cohorts.seen_by(connection, ana))
        assert (found.name, found.country, found.owner, found.learners) == ("Tete Maio", "MOZ", True, 0)
        page = (await web.get(made.headers["location"])).text
        assert codes.shown(found.code) in page and f"http://desk/?join={found.code}" in page
        assert join_code(codes.shown(found.code).lower()) == found.code
        assert "Tete Maio" in (await web.get("/desk")).text


async def test_the_link_for_telegram_is_shown_once_the_bots_name_is_known(kit: Kit) -> None:
    cohort = desk.cohort(kit, "A", desk.trainer(kit, "ana"), "AAAA2222")
    named: list[str | None] = [None]
    async with desk.browser(replace(kit, bot_name=lambda: named[0]), "ana") as web:
        for name, shown in ((None, False), ("our_bot", True)):
            named[0] = name
            page = (await web.get(f"/desk/cohorts/{cohort.id}/members")).text
            assert ("https://t.me/our_bot?start=AAAA2222" in page) is shown


async def test_what_is_changed_stays_changed(kit: Kit) -> None:
    ana, eve = desk.trainer(kit, "ana"), desk.trainer(kit, "eve")
    cohort = desk.cohort(kit, "A", ana, "AAAA2222")
    page, at = f"/desk/cohorts/{cohort.id}/members", f"/desk/cohorts/{cohort.id}"
    async with desk.browser(kit, "ana") as web, desk.browser(kit, "eve") as hers:
        assert (await desk.send(web, page, f"{at}/settings", name="", country="PER")).status_code == 422
        done = await desk.send(web, page, f"{at}/settings", name="New name", country="PER")
        assert done.status_code == 303 and "Changed." in (await web.get(done.headers["location"])).text
        await desk.send(web, page, f"{at}/code")
        await desk.send(web, page, f"{at}/closed", closed="yes")
        found = kit.store.read_now(lambda connection: cohorts.see(connection, ana, cohort.id))
        assert found is not None and found.name == "New name" and found.country == "PER" and found.closed
        assert found.code != "AAAA2222" and kit.store.read_now(lambda c: cohorts.by_code(c, found.code)) is None, "closed"
        assert "nobody can join" in (await web.get(page)).text
        await desk.send(web, page, f"{at}/closed", closed="no")
        assert kit.store.read_now(lambda connection: cohorts.by_code(connection, found.code)) is not None
        assert kit.store.read_now(lambda connection: cohorts.by_code(connection, "AAAA2222")) is None, "the old code is dead"

        assert (await hers.get(page)).status_code == 404
        await desk.send(web, page, f"{at}/trainers", trainer=str(eve.id))
        assert (await hers.get(page)).status_code == 200
        last = await desk.send(web, page, f"{at}/trainers/{ana.id}/out")
        assert last.status_code == 409 and "at least one owner" in last.text
        await desk.send(web, page, f"{at}/trainers/{eve.id}/out")
        assert (await hers.get(page)).status_code == 404
        await desk.send(web, page, f"{at}/trainers", trainer=str(eve.id), owner="yes")
        left = await desk.send(web, page, f"{at}/trainers/{ana.id}/out")
        assert left.headers["location"] == "/desk" and (await web.get(page)).status_code == 404
        assert (await desk.send(hers, page, f"{at}/code")).status_code == 303


CHANGES = ("settings", "code", "closed", "trainers", "trainers/1/out", "learners/XXXXXX/out")


@pytest.mark.parametrize("role", [DeskRole.TRAINER])
async def test_trainer_a_cannot_see_or_change_cohort_b(kit: Kit, role: DeskRole) -> None:
    ana, eve = desk.trainer(kit, "ana", role), desk.trainer(kit, "eve")
    desk.cohort(kit, "A", ana, "AAAA2222")
    hers = desk.cohort(kit, "B", eve, "BBBB2222")
    person = desk.learner(kit, 7, hers)
    async with desk.browser(kit, "ana") as web:
        home = (await web.get("/desk")).text
        assert "id-A" in home and "id-B" not in home
        real, none = await web.get(f"/desk/cohorts/{hers.id}/members"), await web.get("/desk/cohorts/none/members")
        assert real.status_code == none.status_code == 404
        assert real.text.replace(hers.id, "none") == none.text, "existence is not told"
        for change in CHANGES:
            change = change.replace("XXXXXX", kit.keys.pseudonym(person))
            found = await desk.send(web, "/desk", f"/desk/cohorts/{hers.id}/{change}", name="mine", closed="yes", trainer=str(ana.id))
            assert found.status_code == 404, change
    after = kit.store.read_now(lambda connection: cohorts.see(connection, eve, hers.id))
    assert after is not None and (after.name, after.code, after.closed, after.learners) == ("B", "BBBB2222", False, 1)
    assert [one.name for one in kit.store.read_now(lambda c: cohorts.trainers_of(c, hers.id))] == ["eve"]


async def test_a_trainer_who_owns_nothing_may_look_but_not_change(kit: Kit) -> None:
    ana, eve = desk.trainer(kit, "ana"), desk.trainer(kit, "eve")
    cohort = desk.cohort(kit, "A", ana, "AAAA2222", eve)
    desk.learner(kit, 7, cohort)
    async with desk.browser(kit, "eve") as web:
        page = await web.get(f"/desk/cohorts/{cohort.id}/members")
        assert page.status_code == 200 and "AAAA-2222" in page.text and f"/desk/cohorts/{cohort.id}/code" not in page.text
        assert "only an owner sees" in page.text and "Last practice" not in page.text, "fewer than five"
        for change in CHANGES:
            refused = await desk.send(web, "/desk", f"/desk/cohorts/{cohort.id}/{change}", name="mine")
            assert refused.status_code == 403 and "Only an owner" in refused.text, change
        for number in range(8, 12):
            desk.learner(kit, number, cohort)
        assert "Last practice" in (await web.get(f"/desk/cohorts/{cohort.id}/members")).text, "five"


@pytest.mark.parametrize("role", [DeskRole.LEAD, DeskRole.ADMIN])
async def test_leads_and_admins_see_and_change_all(kit: Kit, role: DeskRole) -> None:
    ana = desk.trainer(kit, "ana")
    desk.trainer(kit, "zoe", role)
    cohort = desk.cohort(kit, "A", ana, "AAAA2222")
    async with desk.browser(kit, "zoe") as web:
        assert "id-A" in (await web.get("/desk")).text
        done = await desk.send(web, f"/desk/cohorts/{cohort.id}/members", f"/desk/cohorts/{cohort.id}/settings", name="Renamed")
        assert done.status_code == 303
        assert kit.store.read_now(lambda c: cohorts.seen_by(c, ana))[0].name == "Renamed"


async def test_learners_have_stable_pseudonyms_and_can_be_taken_out(kit: Kit) -> None:
    ana = desk.trainer(kit, "ana")
    cohort = desk.cohort(kit, "A", ana, "AAAA2222")
    people = [desk.learner(kit, number, cohort) for number in range(3)]
    outside = desk.learner(kit, 99, None)
    page = f"/desk/cohorts/{cohort.id}/members"
    async with desk.browser(kit, "ana") as web:
        text = html.unescape((await web.get(page)).text)
        names = set(re.findall(r"Learner ([0-9A-Z]{6})", text))
        assert names == {kit.keys.pseudonym(one) for one in people} and len(names) == 3
        assert not any(one in text for one in (*people, outside)), "not even the hash of the chat"
        for gone in (people[0], outside):
            done = await desk.send(web, page, f"/desk/cohorts/{cohort.id}/learners/{kit.keys.pseudonym(gone)}/out")
            assert done.status_code == 303
    assert [one.conversation for one in kit.store.read_now(lambda c: cohorts.learners(c, cohort.id))] == sorted(people[1:])
    profile = kit.store.read_now(lambda connection: profiles.get(connection, people[0]))
    assert profile is not None and profile.cohort is None


def test_pseudonyms_differ_between_people_and_secrets(kit: Kit) -> None:
    made = [kit.keys.pseudonym(kit.keys.telegram(number)) for number in range(500)]
    assert len(set(made)) == 500 and all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{6}", one) for one in made)
    assert made == [kit.keys.pseudonym(kit.keys.telegram(number)) for number in range(500)]
    other = type(kit.keys)("another secret, just as long as it has to be")
    assert other.pseudonym(kit.keys.telegram(1)) != made[1]


def test_codes_can_be_read_out_and_typed_any_way() -> None:
    made = [codes.new_code() for _ in range(200)]
    assert len(set(made)) == 200
    for code in made:
        assert join_code(code) == join_code(codes.shown(code).lower()) == join_code(f" {code[:3]} {code[3:]} ") == code
    assert join_code("7koq-4mtx") == "7K0Q4MTX" and join_code("il") is None and join_code("7K2Q4MTU") is None
    assert join_code("7K2Q4MTX9") is None and join_code("") is None
