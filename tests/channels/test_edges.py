"""The small parts at the edge: settings, keys, buckets, words, commands, preflight, export, command line."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import Command
from bot.model import Channel, ConversationId
from channels import preflight
from channels.bell import Bell, heard
from channels.bucket import Buckets
from channels.errors import ChannelError
from channels.export import export
from channels.keys import Keys, load_secret, new_id
from channels.kit import Kit
from channels.model import Entry
from channels.settings import Settings, env_example, names
from channels.store import journal
from channels.telegram import connect
from channels.telegram.commands import menu
from channels.words import phrases, say
from knowledge_base.model import Language
from tests.channels import standin

ROOT = Path(__file__).parents[2]


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]


# settings

def test_every_setting_has_a_name_a_default_and_a_help() -> None:
    found = names()
    assert len(found) > 25
    assert len({name for name, _, _ in found}) == len(found)
    assert all((text.endswith(".") and len(text) > 15) or "://" in text for _, _, text in found)
    assert {"TELEGRAM_TOKEN", "EMBEDDING_MODEL", "RASA_PYTHON", "CRM_DATA", "CRM_PORT"} <= {name for name, _, _ in found}


def test_the_example_file_sets_nothing_but_names_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CRM_") or name in ("TELEGRAM_TOKEN", "EMBEDDING_MODEL", "RASA_PYTHON", "ACTION_TOKEN"):
            monkeypatch.delenv(name)
    example = tmp_path / ".env"
    example.write_text(env_example())
    assert Settings(_env_file=example) == settings()  # type: ignore[call-arg]
    example.write_text(env_example().replace("#CRM_PORT=8000", "CRM_PORT=8123").replace("#TELEGRAM_TOKEN=", "TELEGRAM_TOKEN=1:a"))
    changed = Settings(_env_file=example)  # type: ignore[call-arg]
    assert changed.port == 8123 and changed.telegram_token.get_secret_value() == "1:a"


def test_secrets_do_not_show() -> None:
    shown = repr(settings(secret="very-secret", telegram_token="1:very-secret"))
    assert "very-secret" not in shown


# keys

def test_the_same_secret_gives_the_same_pseudonyms_and_another_does_not() -> None:
    one, same, other = Keys("s" * 32), Keys("s" * 32), Keys("t" * 32)
    assert one.telegram(5) == same.telegram(5) != other.telegram(5)
    assert one.telegram(5) != one.telegram(6) and one.web("5") != one.telegram(5)
    assert one.telegram(5).startswith("tg:") and len(one.telegram(5)) == 29
    assert one.token("a") != one.token("b")


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_sealed_address_opens_only_with_its_secret(chat: int) -> None:
    one, other = Keys("s" * 32), Keys("t" * 32)
    sealed = one.seal(chat)
    assert one.unseal(sealed) == chat
    assert other.unseal(sealed) is None and one.unseal(sealed[:-2]) is None
    assert str(chat) not in sealed or len(str(chat)) < 4


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = load_secret("", tmp_path / "data")
    assert load_secret("", tmp_path / "data") == first and len(first) >= 32
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert load_secret("given", tmp_path) == "given"
    with pytest.raises(ChannelError, match="too short"):
        Keys("short")


def test_ids_are_short_and_do_not_repeat() -> None:
    made = {new_id() for _ in range(2000)}
    assert len(made) == 2000 and all(len(one) <= 20 for one in made)


# buckets and bells

@given(st.lists(st.floats(0, 5), min_size=1, max_size=200), st.floats(0.1, 10), st.integers(1, 10))
def test_a_bucket_never_gives_more_than_its_rate(pauses: list[float], rate: float, burst: int) -> None:
    buckets, now, given_out = Buckets(rate, burst), 0.0, 0
    for pause in pauses:
        now += pause
        given_out += buckets.take("k", now) == 0.0
        assert given_out <= burst + rate * now + 1e-6


def test_waiting_as_told_is_enough_and_reserving_queues() -> None:
    buckets = Buckets(2.0, 1)
    assert buckets.take("k", 0.0) == 0.0
    wait = buckets.take("k", 0.0)
    assert wait == pytest.approx(0.5) and buckets.take("other", 0.0) == 0.0
    assert buckets.take("k", wait) == 0.0
    queue = Buckets(2.0, 1)
    assert [queue.reserve("k", 0.0) for _ in range(3)] == pytest.approx([0.0, 0.5, 1.0])


def test_buckets_forget_the_least_used() -> None:
    buckets = Buckets(1.0, 1, limit=10)
    for key in range(1000):
        buckets.take(str(key), 0.0)
    assert len(buckets._kept) == 10


async def test_a_ring_between_looking_and_waiting_is_heard() -> None:
    bell = Bell()
    event = bell.listen()
    bell.ring()
    assert await heard(event, 0.01)
    assert not await heard(bell.listen(), 0.01)


async def test_a_listener_can_be_cancelled_at_the_very_ring() -> None:
    bell = Bell()
    for _ in range(200):
        task = asyncio.create_task(heard(bell.listen(), 5))
        await asyncio.sleep(0)
        bell.ring()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# words

def test_words_and_commands_have_equal_keys_in_three_languages() -> None:
    english = phrases(Language.EN)
    assert len(english) > 10
    for language in Language:
        own = phrases(language)
        assert own.keys() == english.keys()
        assert all(text.strip() for text in own.values())
    found = menu()
    assert [c.command for c in found[Language.EN]] == [c.command for c in found[Language.PT]] == [
        c.command for c in found[Language.ES]]
    assert {c.command for commands in found.values() for c in commands} <= set(Command)
    assert all(len(c.description) < 60 for commands in found.values() for c in commands)
    assert say("too_fast", Language.PT, seconds=3) == "Demasiadas mensagens. Espere 3 segundos e tente de novo."


# preflight and connection

def test_a_taken_port_is_told_with_its_cure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ChannelError, match=r"Port \d+ .* choose another port: CRM_PORT"):
            preflight.check_port("127.0.0.1", taken.getsockname()[1], "CRM_PORT")


def test_no_disk_and_no_rasa_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ChannelError, match="CRM_DATA"):
        preflight.check_disk(settings(data=tmp_path / "file" / "data"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1})())
    with pytest.raises(ChannelError, match="Only 0 MB"):
        preflight.check_disk(settings(data=tmp_path))
    monkeypatch.undo()
    with pytest.raises(ChannelError, match="make install"):
        preflight.check(settings(data=tmp_path, port=1 + 2**15, rasa_python=tmp_path / "none"), with_rasa=True)


@pytest.mark.parametrize(("values", "says"), [
    ({"telegram_token": "not a token"}, "BotFather"),
    ({"telegram_token": "1:a", "telegram_mode": "webhook"}, "CRM_PUBLIC_URL"),
    ({"telegram_token": "1:a", "telegram_mode": "webhook", "public_url": "http://x.org"}, "https"),
])
def test_a_wrong_telegram_setting_is_told(values: dict[str, str], says: str) -> None:
    with pytest.raises(ChannelError, match=says):
        connect.make_bot(settings(**values))


# export and command line

def test_the_journal_is_exported_without_formulas(kit: Kit) -> None:
    for number, words in enumerate(("=SUM(A1)", 'say "hello", twice\nor more', "-1", "plain")):
        kit.store.write_now(lambda c, number=number, words=words: journal.add(c, Entry(  # type: ignore[misc]
            at=standin.Hands()(), conversation=ConversationId("web:x"), channel=Channel.WEB, message_id=f"m{number}",
            action="ask", language=Language.EN, question=words)))
    out = io.StringIO(newline="")
    assert export(kit.store, out) == 4
    assert out.getvalue().startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(out.getvalue()[1:], newline="")))
    assert [row["question"] for row in rows] == ["'=SUM(A1)", 'say "hello", twice\nor more', "'-1", "plain"]
    assert rows[0]["at"] == "2026-11-24T12:00:00+00:00"


def channels(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    return subprocess.run([sys.executable, "-m", "channels", *arguments], cwd=ROOT, env=kept | environment,
                          capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("arguments", "environment", "says"), [
    (("serve",), {"CRM_PORT": "high"}, "CRM_PORT"),
    (("purge",), {"CRM_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}, "CRM_DATABASE_URL"),
    (("serve",), {"CRM_PORT": "18999"}, "make index"),
    (("purge",), {"CRM_DATA": "/proc/none"}, "Check disk and permissions"),
])
def test_a_problem_is_one_line_that_says_what_to_do(
    arguments: tuple[str, ...], environment: dict[str, str], says: str, tmp_path: Path
) -> None:
    found = channels(*arguments, **{"CRM_DATA": str(tmp_path), **environment})
    assert found.returncode == 1
    assert says in found.stderr and len(found.stderr.strip().splitlines()) == 1, found.stderr


def test_purge_and_export_work_from_the_command_line(tmp_path: Path) -> None:
    kit = standin.kit(tmp_path)
    kit.store.write_now(lambda c: journal.add(c, Entry(
        at=standin.Hands()(), conversation=ConversationId("web:x"), channel=Channel.WEB, message_id="m", action="ask",
        language=Language.EN, question="can I?")))
    kit.store.close()
    out = tmp_path / "journal.csv"
    assert "1 turns exported" in channels("export", "--out", str(out), CRM_DATA=str(tmp_path)).stderr
    assert "can I?" in out.read_text("utf-8")
    assert "0 old rows deleted" in channels("purge", CRM_DATA=str(tmp_path), CRM_JOURNAL_DAYS="100000").stderr
    assert channels("settings").stdout == env_example()
