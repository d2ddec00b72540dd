"""The main job for real: ``python -m channels run`` with Rasa, index and Telegram (the emulator), then a clean stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import free_port
from tests.telegram_emulator.phone import Emulator
from tests.telegram_emulator.server import Server

ROOT = Path(__file__).parents[2]
RASA = Path(os.environ.get("RASA_PYTHON", str(ROOT / ".venv-rasa" / "bin" / "python")))
QUESTIONS = {
    "en": "may I shoot at people who steal ore and run away?",
    "es": "puedo disparar a los que roban mineral y huyen?",
    "pt": "posso disparar se estao a roubar minerio e a fugir?",
}


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.rasa
@pytest.mark.slow
@pytest.mark.skipif(not RASA.exists(), reason="the Rasa environment is not here")
async def test_the_main_job_answers_everywhere_and_stops_cleanly(data: Path, tmp_path: Path) -> None:
    emulator, port, rasa_port = Emulator(chat_limit=100), free_port(), free_port()
    async with Server(emulator).running() as server:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "channels", "run", cwd=ROOT, stderr=asyncio.subprocess.PIPE,
            env=kept | {
                "CRM_DATA": str(data), "CRM_PORT": str(port), "CRM_RASA_PORT": str(rasa_port), "RASA_PYTHON": str(RASA),
                "CRM_DATABASE_URL": f"sqlite:///{tmp_path / 'run.sqlite3'}", "TELEGRAM_TOKEN": emulator.token,
                "CRM_TELEGRAM_API": server.address, "CRM_TELEGRAM_POLL_S": "1",
            })
        assert process.stderr is not None
        told = ""
        try:
            async with asyncio.timeout(300):
                while "Telegram:" not in told:
                    line = (await process.stderr.readline()).decode()
                    assert line, f"it ended: {told}"
                    told += line
            assert f"http://127.0.0.1:{port}/" in told
            drain = asyncio.create_task(process.stderr.read())
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as web:
                async with asyncio.timeout(30):
                    while not listens(port):
                        await asyncio.sleep(0.1)
                assert (await web.get("/readyz")).status_code == 200
                assert (await web.get("/healthz")).json()["parts"]["dialogue"] == "ok"
                for language, question in QUESTIONS.items():
                    said = (await web.post("/api/v1/messages", json={
                        "text": question, "language": language, "country": "MOZ", "role": "guard"})).json()
                    (answer,) = [reply["answer"] for reply in said["replies"] if reply["answer"]]
                    assert answer["kind"] == "grounded" and answer["sources"], (language, said)
                    page = await web.get(answer["sources"][0]["path"])
                    assert page.status_code == 200
            emulator.say(5, QUESTIONS["pt"])
            async with asyncio.timeout(60):
                while not any("Fontes" in shown.text for shown in emulator.chats[5].seen):
                    await asyncio.sleep(0.1)
            assert emulator.refusals == []
        finally:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 40)
        log = (await drain).decode()
        assert process.returncode == 0
        assert not listens(port) and not listens(rasa_port), "Rasa is stopped too"
        assert not any(question in log for question in QUESTIONS.values()), "what people write is not in the log"
        assert emulator.token not in log
