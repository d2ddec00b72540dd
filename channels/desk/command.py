"""``python -m channels trainer …``: accounts from the command line; the first administrator can only be made here."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from getpass import getpass

from channels.desk import accounts
from channels.desk.accounts import hasher
from channels.desk.words import say
from channels.errors import ChannelError
from channels.store import trainers
from channels.store.database import Store
from channels.store.trainers import Account, DeskRole
from knowledge_base.model import Language

Told = Callable[[str], None]
"""Takes one line for the person at the terminal."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds ``add``, ``list``, ``disable``, ``enable`` and ``reset``."""
    actions = parser.add_subparsers(dest="action", required=True)

    def action(name: str, text: str, work: Callable[..., None]) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=text, description=text)
        made.set_defaults(on_trainers=work)
        return made

    adding = action("add", "Make an account; the password is asked for twice.", add)
    adding.add_argument("name", help="to sign in with: 2 to 64 letters, digits, or . - _ @")
    adding.add_argument("--role", choices=[role.value for role in DeskRole], default=DeskRole.TRAINER.value)
    adding.add_argument("--shown", default="", help="the name people read; the name itself if left out")
    adding.add_argument("--language", choices=[one.value for one in Language], default=Language.EN.value)
    resetting = action("reset", "Set a new password; unlocks the account and signs it out everywhere.", reset)
    resetting.add_argument("name")
    for made in (adding, resetting):
        made.add_argument("--password-stdin", action="store_true", help="read the password from standard input, once")
    action("list", "Show every account.", show)
    for name, text in (("disable", "Nobody can sign in to the account any more."), ("enable", "Undo disable.")):
        action(name, text, disable).add_argument("name")


def run(store: Store, given: argparse.Namespace, tell: Told, now: dt.datetime) -> None:
    """Does what was asked. Raises ``ChannelError``."""
    given.on_trainers(store, given, tell, now)


def add(store: Store, given: argparse.Namespace, tell: Told, now: dt.datetime) -> None:
    if not accounts.is_name(given.name):
        raise ChannelError(f"{given.name!r} cannot be a name.", "Use 2 to 64 letters, digits, or . - _ @ and no spaces.")
    if store.read_now(lambda connection: trainers.named(connection, given.name)) is not None:
        raise _taken(given.name)
    password = hasher().hash(_password(given.name, stdin=given.password_stdin))
    made = store.write_now(lambda connection: trainers.add(
        connection, given.name, given.shown or given.name, password, DeskRole(given.role), Language(given.language),
        now.timestamp()))
    if made is None:
        raise _taken(given.name)
    tell(f"{made.name} can sign in at /desk as {made.role}.")


def reset(store: Store, given: argparse.Namespace, tell: Told, _: dt.datetime) -> None:
    found = _named(store, given.name)
    password = hasher().hash(_password(found.trainer.name, stdin=given.password_stdin))
    store.write_now(lambda connection: trainers.set_password(connection, found.trainer.id, password))
    tell(f"{found.trainer.name} has a new password and was signed out everywhere.")


def show(store: Store, _: argparse.Namespace, tell: Told, now: dt.datetime) -> None:
    for one in store.read_now(trainers.accounts):
        state = "disabled" if one.disabled else "locked" if one.locked_until > now.timestamp() else "active"
        tell(f"{one.trainer.name}\t{one.trainer.role}\t{one.trainer.language}\t{state}\t{one.trainer.shown}")


def disable(store: Store, given: argparse.Namespace, tell: Told, _: dt.datetime) -> None:
    found, off = _named(store, given.name), given.action == "disable"
    store.write_now(lambda connection: trainers.set_disabled(connection, found.trainer.id, off))
    tell(f"{found.trainer.name} is {'disabled and signed out' if off else 'enabled'}.")


def _named(store: Store, name: str) -> Account:
    found = store.read_now(lambda connection: trainers.named(connection, name))
    if found is None:
        raise ChannelError(f"There is no account {name!r}.", "See them with: python -m channels trainer list")
    return found


def _taken(name: str) -> ChannelError:
    return ChannelError(f"There is an account {name!r} already.", "Choose another name, or: trainer reset NAME")


def _password(name: str, *, stdin: bool) -> str:
    """From standard input, or asked for twice without showing it. Raises ``ChannelError`` for one that will not do."""
    password = sys.stdin.readline().rstrip("\n") if stdin else getpass("Password: ")
    if not stdin and getpass("Once more: ") != password:
        raise ChannelError("The two are not the same.", "Try again.")
    problem = accounts.problem(name, password)
    if problem is not None:
        raise ChannelError(say(problem, Language.EN, shortest=accounts.SHORTEST), "Nothing was changed.")
    return password
