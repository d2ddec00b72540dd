"""Accounts: made, reset, disabled by admins only, from the page and from the command line."""

from __future__ import annotations

import io
import re

import pytest

from channels.__main__ import main
from channels.desk.accounts import is_name, new_password, problem
from channels.kit import Kit
from channels.store import trainers
from channels.store.trainers import DeskRole
from tests.channels.desk import desk


async def test_an_admin_makes_an_account_whose_password_is_shown_once(kit: Kit) -> None:
    desk.trainer(kit, "root", DeskRole.ADMIN)
    async with desk.browser(kit, "root") as web, desk.browser(kit) as fresh:
        made = await desk.send(web, "/desk/people", "/desk/people", name="Bea.1", shown="Beatriz M.", role="lead", language="pt")
        assert made.status_code == 201
        password = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}", made.text)
        assert password is not None
        again = await web.get("/desk/people")
        assert password[0] not in again.text and "Beatriz M." in again.text
        assert (await desk.sign_in(fresh, "bea.1", password[0])).status_code == 303
        assert "As minhas turmas" in (await fresh.get("/desk")).text
        taken = await desk.send(web, "/desk/people", "/desk/people", name="BEA.1", role="trainer", language="en")
        assert taken.status_code == 409 and "already" in taken.text
        for fields in ({"name": "a b"}, {"name": "x"}, {"name": "good", "role": "king"}, {"name": "good", "language": "fr"}):
            assert (await desk.send(web, "/desk/people", "/desk/people", **fields)).status_code == 422


async def test_a_reset_unlocks_and_signs_out(kit: Kit) -> None:
    desk.trainer(kit, "root", DeskRole.ADMIN)
    ana = desk.trainer(kit, "ana")
    async with desk.browser(kit, "root") as web, desk.browser(kit, "ana") as hers:
        for _ in range(5):
            await kit.store.write(lambda connection: trainers.begin_try(connection, "ana", kit.now, 5, 900, 900))
        assert "locked until" in (await web.get("/desk/people")).text
        shown = await desk.send(web, "/desk/people", f"/desk/people/{ana.id}/password")
        password = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}", shown.text)
        assert password is not None and "locked until" not in shown.text
        assert (await hers.get("/desk")).status_code == 303
        assert (await desk.sign_in(hers, "ana", password[0])).status_code == 303


async def test_roles_change_and_one_admin_always_stays(kit: Kit) -> None:
    root, ana = desk.trainer(kit, "root", DeskRole.ADMIN), desk.trainer(kit, "ana")
    async with desk.browser(kit, "root") as web, desk.browser(kit, "ana") as hers:
        for action, fields in ((f"{root.id}/role", {"role": "lead"}), (f"{root.id}/disabled", {"disabled": "yes"})):
            refused = await desk.send(web, "/desk/people", f"/desk/people/{action}", **fields)
            assert refused.status_code == 409 and "at least one administrator" in refused.text
        assert (await hers.get("/desk/people")).status_code == 404
        assert (await desk.send(web, "/desk/people", f"/desk/people/{ana.id}/role", role="admin")).status_code == 303
        assert (await hers.get("/desk/people")).status_code == 200
        assert (await desk.send(hers, "/desk/people", f"/desk/people/{root.id}/disabled", disabled="yes")).status_code == 303
        assert (await web.get("/desk")).status_code == 303, "out at once"
        assert (await desk.send(hers, "/desk/people", f"/desk/people/{root.id}/disabled", disabled="no")).status_code == 303
        assert (await desk.sign_in(web, "root")).status_code == 303
        assert (await desk.send(hers, "/desk/people", "/desk/people/99/role", role="lead")).status_code == 404
        assert (await desk.send(hers, "/desk/people", f"/desk/people/{root.id}/role", role="king")).status_code == 422


@pytest.mark.parametrize("role", [DeskRole.TRAINER, DeskRole.LEAD])
async def test_only_admins_come_near(kit: Kit, role: DeskRole) -> None:
    root = desk.trainer(kit, "root", DeskRole.ADMIN)
    desk.trainer(kit, "ana", role)
    async with desk.browser(kit, "ana") as web:
        assert (await web.get("/desk/people")).status_code == 404
        assert "/desk/people" not in (await web.get("/desk")).text
        for action in ("", f"/{root.id}/password", f"/{root.id}/role", f"/{root.id}/disabled"):
            assert (await desk.send(web, "/desk", f"/desk/people{action}", name="new", role="admin")).status_code == 404
    found = kit.store.read_now(trainers.accounts)
    assert [(one.trainer.name, one.trainer.role, one.disabled) for one in found] == [
        ("ana", role, False), ("root", DeskRole.ADMIN, False)]


@pytest.mark.parametrize(("password", "why"), [
    ("eleven char", "door.password_short"), ("twelve chars", None), ("x" * 257, "door.password_long"),
    ("abababababab", "door.password_weak"), ("I am Ana really", "door.password_weak"), ("uma frase só minha", None),
])
def test_passwords_that_will_do(password: str, why: str | None) -> None:
    assert problem("ana", password) == why


def test_made_passwords_will_do_and_differ() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50 and all(problem("ana", one) is None for one in made)


@pytest.mark.parametrize(("name", "good"), [
    ("ana", True), ("josé", True), ("a.b-c_d@e", True), ("a", False), ("", False), ("a b", False), ("x" * 65, False), ("a/b", False)])
def test_names_that_will_do(name: str, good: bool) -> None:
    assert is_name(name) is good


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("CRM_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("CRM_SECRET", "a secret for tests, long enough for every key")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    return monkeypatch


def test_the_first_admin_is_made_on_the_command_line(terminal: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str, typed: str = "") -> tuple[int, str]:
        terminal.setattr("sys.stdin", io.StringIO(typed))
        code = main(["trainer", *arguments])
        out = capsys.readouterr()
        return code, out.out + out.err

    assert run("add", "Root", "--role", "admin", "--password-stdin", typed="a good long secret\n") == (
        0, "root can sign in at /desk as admin.\n")
    code, told = run("add", "ROOT", "--password-stdin", typed="a good long secret\n")
    assert code == 1 and "already" in told
    code, told = run("add", "ana", "--password-stdin", typed="short\n")
    assert code == 1 and "at least 12" in told
    code, told = run("add", "a b", "--password-stdin", typed="a good long secret\n")
    assert code == 1 and "cannot be a name" in told
    assert run("list") == (0, "root\tadmin\ten\tactive\tRoot\n")
    assert run("disable", "root")[0] == 0 and "disabled" in run("list")[1]
    assert run("enable", "root")[0] == 0 and "active" in run("list")[1]
    code, told = run("reset", "nobody", "--password-stdin", typed="a good long secret\n")
    assert code == 1 and "no account" in told
    assert run("reset", "root", "--password-stdin", typed="another long secret\n")[0] == 0


def test_a_password_typed_at_the_terminal_is_asked_for_twice(
        terminal: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed = iter(["a good long secret", "a good long sekret", "a good long secret", "a good long secret"])
    terminal.setattr("channels.desk.command.getpass", lambda _: next(typed))
    assert main(["trainer", "add", "root", "--role", "admin"]) == 1
    assert "not the same" in capsys.readouterr().err
    assert main(["trainer", "add", "root", "--role", "admin"]) == 0
