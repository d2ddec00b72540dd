"""Training only when stale, serving only what was made here; over a stand-in for the interpreter that counts its calls."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.errors import RasaMissing
from bot.rasa_model import NOTE, inputs_hash, is_fresh, sound_model, train
from bot.rasa_process import ISLAND, MODEL, rasa_command, rasa_environment, rasa_python
from bot.rasa_serve import running

TRAINER = """#!{python}
import pathlib, sys
words = sys.argv
pathlib.Path({count!r}).open("a").write("x")
if {fails}: sys.exit("Invalid YAML in domain.yml")
out = pathlib.Path(words[words.index("--out") + 1]); out.mkdir(exist_ok=True)
(out / "model.tar.gz").write_bytes(b"model")
"""


def interpreter(folder: Path, fails: bool = False) -> tuple[Path, Path]:
    """A program that trains like Rasa, and the file it counts its runs in."""
    count, program = folder / "count", folder / "python"
    count.touch()
    program.write_text(TRAINER.format(python=sys.executable, count=str(count), fails=fails))
    program.chmod(0o755)
    return program, count


def test_training_happens_once_and_again_after_damage(tmp_path: Path) -> None:
    program, count = interpreter(tmp_path)
    out = tmp_path / "var" / "rasa"
    assert train(program, out, os.environ) is True
    assert train(program, out, os.environ) is False
    assert sound_model(out) == out / MODEL
    (out / MODEL).write_bytes(b"other")
    assert not is_fresh(out, inputs_hash())
    with pytest.raises(RasaMissing, match="does not match"):
        sound_model(out)
    assert train(program, out, os.environ) is True
    assert count.read_text() == "xx"
    assert sorted(p.name for p in out.iterdir()) == [NOTE, MODEL]


def test_a_failed_training_keeps_the_old_model_and_says_why(tmp_path: Path) -> None:
    out = tmp_path / "rasa"
    train(interpreter(tmp_path)[0], out, os.environ)
    (out / NOTE).write_text('{"inputs": "older", "sha256": "x"}')
    broken = tmp_path / "broken"
    broken.mkdir()
    with pytest.raises(RasaMissing, match="Invalid YAML"):
        train(interpreter(broken, fails=True)[0], out, os.environ)
    assert (out / MODEL).read_bytes() == b"model"


def test_every_input_changes_the_hash(tmp_path: Path) -> None:
    island = tmp_path / "rasa"
    shutil.copytree(ISLAND, island)
    before = inputs_hash(island)
    for name in ("config.yml", "domain.yml", "data/rules.yml", "data/nlu/pt.yml", "components/lexicon.py"):
        text = (island / name).read_text("utf-8")
        (island / name).write_text(text + "\n# changed\n", "utf-8")
        assert inputs_hash(island) != before, name
        (island / name).write_text(text, "utf-8")
    assert inputs_hash(island) == before


def test_the_environment_is_ours_alone_and_silent(tmp_path: Path) -> None:
    ours = {"PATH": "/bin", "HOME": "/home/x", "TELEGRAM_TOKEN": "secret", "CRM_SECRET": "secret", "PYTHONPATH": "/elsewhere"}
    made = rasa_environment(ours, cache=tmp_path, channel_token="c" * 8, action_token="a" * 8, action_url="http://127.0.0.1:1/x")
    assert "secret" not in made.values()
    assert made["PYTHONPATH"] == str(ISLAND)
    assert made["RASA_TELEMETRY_ENABLED"] == "false" and made["LOG_LEVEL"] == "WARNING"
    assert (made["RASA_CHANNEL_TOKEN"], made["ACTION_TOKEN"]) == ("c" * 8, "a" * 8)


def test_the_command_opens_no_api_and_only_loopback(tmp_path: Path) -> None:
    command = rasa_command(tmp_path / "python", tmp_path / "m.tar.gz", port=5005)
    assert "--enable-api" not in command and "--cors" not in command
    assert command[command.index("-i") + 1] == "127.0.0.1"


def test_a_missing_interpreter_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RasaMissing, match="RASA_PYTHON"):
        rasa_python(tmp_path / "none")
    assert main(["train", "--python", str(tmp_path / "none"), "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_serving_needs_tokens_and_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    program, _ = interpreter(tmp_path)
    asked = ["serve", "--python", str(program), "--out", str(tmp_path)]
    monkeypatch.delenv("RASA_CHANNEL_TOKEN", raising=False)
    assert main(asked) == 2
    assert "RASA_CHANNEL_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("RASA_CHANNEL_TOKEN", "c" * 8)
    monkeypatch.setenv("ACTION_TOKEN", "a" * 8)
    assert main(asked) == 2
    assert "python -m bot train" in capsys.readouterr().err


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_process_that_dies_or_never_answers_is_named_and_gone(tmp_path: Path) -> None:
    port = _free_port()
    with pytest.raises(RasaMissing, match="ended with 3"), running(_python("raise SystemExit(3)"), os.environ, host="127.0.0.1", port=port):
        pass
    pid = tmp_path / "pid"
    code = f"import os,time,pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); time.sleep(60)"
    with (
        pytest.raises(RasaMissing, match="within 1 s"),
        running(_python(code), os.environ, host="127.0.0.1", port=port, start_s=1.0),
    ):
        pass
    assert subprocess.run(["kill", "-0", pid.read_text()], capture_output=True).returncode != 0


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RasaMissing, match=f"port {port} is taken"), running(_python(""), {}, host="127.0.0.1", port=port):
            pass


def test_a_process_that_answers_is_stopped_at_the_end() -> None:
    port = _free_port()
    code = f"import socket,time; s=socket.socket(); s.bind(('127.0.0.1',{port})); s.listen(); time.sleep(60)"
    with running(_python(code), os.environ, host="127.0.0.1", port=port) as process:
        assert process.poll() is None
    assert process.poll() is not None
