"""kill -9 of real worker processes in the middle of turns: nothing is lost and nothing happens twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.model import Channel, ConversationId, Message
from channels.keys import new_id
from channels.kit import Kit
from channels.model import Inbound
from channels.store import inbox, tables
from tests.channels import standin

ROOT = Path(__file__).parents[2]
CONVERSATIONS, EACH = 5, 6


def start(folder: Path, url: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-m", "tests.channels.killable", str(folder), url], cwd=ROOT,
                               stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"working\n"
    return process


def fill(kit: Kit) -> list[Message]:
    messages = []
    for number in range(EACH):
        for conversation in range(CONVERSATIONS):
            choice = "fb:some-answer:good" if number % 2 else None
            messages.append(Message(
                id=new_id(), conversation=ConversationId(f"web:{conversation}"), channel=Channel.WEB,
                text=None if choice else f"can I shoot {number}?", choice=choice, received_at=kit.clock()))
    for message in messages:
        kit.store.write_now(partial(inbox.put, inbound=Inbound(update_id=message.id, message=message)))
    return messages


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_killed_workers_lose_nothing_and_repeat_nothing(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "" if database == "sqlite" else request.getfixturevalue("postgres")
    kit = standin.kit(tmp_path, url=url)
    messages = fill(kit)
    chance = random.Random(7)
    kills, end = 0, time.monotonic() + 120
    while time.monotonic() < end:
        process = start(tmp_path, url)
        time.sleep(chance.uniform(0.05, 0.6))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        kills += 1
        if kit.store.read_now(lambda c: inbox.backlog(c, kit.now))[0] == 0:
            break
    assert kills >= 3, "the work must have been interrupted for this test to mean anything"
    with kit.store.engine.connect() as connection:
        assert connection.execute(select(func.count()).where(tables.inbox.c.state == "done")).scalar() == len(messages)
        entries = connection.execute(select(tables.journal.c.message_id).order_by(tables.journal.c.id)).scalars().all()
        thumbs = connection.execute(select(func.count()).select_from(tables.feedback)).scalar()
        retried = connection.execute(select(func.count()).where(tables.inbox.c.attempts > 1)).scalar()
        answers = connection.execute(select(tables.outbox.c.message_id).where(tables.outbox.c.kind == "answer")).scalars()
        answered = sorted(answers)
    assert sorted(entries) == sorted(message.id for message in messages)
    assert thumbs == sum(message.choice is not None for message in messages)
    assert retried, "some turn must have been killed half-way"
    assert answered == sorted(message.id for message in messages if message.text), "one answer for each question"
    for conversation in {message.conversation for message in messages}:
        own = [message.id for message in messages if message.conversation == conversation]
        assert [entry for entry in entries if entry in own] == own, "in order"
    kit.store.close()
