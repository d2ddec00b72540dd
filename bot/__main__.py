"""``python -m bot train`` makes the Rasa model where it is stale; ``python -m bot serve`` runs Rasa on loopback.

Tokens come from the environment: ``RASA_CHANNEL_TOKEN`` (app to Rasa) and ``ACTION_TOKEN`` (Rasa to app).
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.errors import RasaMissing
from bot.rasa_model import sound_model, train
from bot.rasa_process import rasa_command, rasa_environment, rasa_python
from bot.rasa_serve import START_S, running

PYTHON = ".venv-rasa/bin/python"
FOLDER = Path("var/rasa")
SHORTEST_TOKEN = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """0 = done; 2 = something is missing, named on one line."""
    asked = _parser().parse_args(arguments)
    try:
        python = rasa_python(asked.python)
        return _train(python, asked.out) if asked.verb == "train" else _serve(python, asked)
    except RasaMissing as missing:
        print(f"bot: {missing}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _train(python: Path, out: Path) -> int:
    trained = train(python, out, os.environ)
    print(f"rasa model {'trained' if trained else 'is fresh'}: {out / 'model.tar.gz'}")
    return 0


def _serve(python: Path, asked: argparse.Namespace) -> int:
    channel, action = os.environ.get("RASA_CHANNEL_TOKEN", ""), os.environ.get("ACTION_TOKEN", "")
    if min(len(channel), len(action)) < SHORTEST_TOKEN:
        raise RasaMissing(f"set RASA_CHANNEL_TOKEN and ACTION_TOKEN to {SHORTEST_TOKEN} characters or more")
    environment = rasa_environment(
        os.environ, cache=asked.out, channel_token=channel, action_token=action, action_url=asked.actions
    )
    # SIGTERM must also stop Rasa, which is a process of its own.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    command = rasa_command(python, sound_model(asked.out), port=asked.port, host=asked.host)
    with running(command, environment, host=asked.host, port=asked.port, start_s=asked.deadline) as process:
        print(f"rasa answers on http://{asked.host}:{asked.port}", flush=True)
        return process.wait()


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--python", default=os.environ.get("RASA_PYTHON", PYTHON), help="interpreter of the Rasa environment")
    common.add_argument("--out", type=Path, default=FOLDER, help="folder of the model and its note")
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("train", parents=[common], help="train where configuration, domain or data changed")
    serve = verbs.add_parser("serve", parents=[common], help="run Rasa until it is stopped")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=5005)
    serve.add_argument("--actions", default="http://127.0.0.1:8000/rasa/actions", help="address of the app's action endpoint")
    serve.add_argument("--deadline", type=float, default=START_S, help="seconds until Rasa must answer")
    return parser


if __name__ == "__main__":
    sys.exit(main())
