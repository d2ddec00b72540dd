"""Paths, ports and tokens in; the command and environment of a Rasa process out. Nothing is started here.

Rasa lives in its own virtual environment and process: no HTTP API, no telemetry, loopback, a token both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.errors import RasaMissing

ISLAND = Path(__file__).resolve().parent / "rasa"
MODEL = "model.tar.gz"

QUIET: Mapping[str, str] = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Never DEBUG: it prints what people typed.
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "MAX_NUMBER_OF_PREDICTIONS": "6",
    "TICKET_LOCK_LIFETIME": "60",
}
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


def rasa_python(python: str | Path) -> Path:
    """The interpreter of the Rasa environment, or ``RasaMissing`` with what to do."""
    found = Path(python)
    if not found.is_file():
        raise RasaMissing(f"{found} is not there; create the Rasa environment (make install) or set RASA_PYTHON")
    return found.absolute()  # not resolved: the link inside the environment is what makes it one


def rasa_environment(
    environ: Mapping[str, str], *, cache: Path, channel_token: str = "", action_token: str = "", action_url: str = "",
    workers: int = 1,
) -> dict[str, str]:
    """The whole environment of a Rasa process: little of ours, all of Rasa's switches, and the addresses and tokens.

    ``environ``: our own environment. ``action_url``: full address of ``/rasa/actions``. ``cache``: folder for Rasa's
    training cache and the files its libraries keep.
    """
    kept = {name: environ[name] for name in _PASSED_ON if name in environ}
    return kept | dict(QUIET) | {
        "PYTHONPATH": str(ISLAND),
        "PYTHONDONTWRITEBYTECODE": "1",
        "RASA_CACHE_DIRECTORY": str(cache / "cache"),
        "MPLCONFIGDIR": str(cache / "matplotlib"),
        "RASA_CHANNEL_TOKEN": channel_token,
        "ACTION_TOKEN": action_token,
        "ACTION_URL": action_url,
        "SANIC_WORKERS": str(workers),
    }


def rasa_command(
    python: Path, model: Path, *, port: int, host: str = "127.0.0.1", endpoints: Path | None = None
) -> list[str]:
    """``rasa run`` with our connector only. ``endpoints``: another file than ``bot/rasa/endpoints.yml`` (cluster)."""
    return [
        str(python), "-m", "rasa", "run",
        "-i", host, "-p", str(port), "-m", str(model.absolute()),
        "--endpoints", str(endpoints or ISLAND / "endpoints.yml"),
        "--credentials", str(ISLAND / "credentials.yml"),
    ]  # fmt: skip


def train_command(python: Path, out: Path, name: str) -> list[str]:
    """``rasa train`` into ``out/<name>.tar.gz``."""
    return [str(python), "-m", "rasa", "train", *_data(), "--out", str(out), "--fixed-model-name", name]


def validate_command(python: Path) -> list[str]:
    """``rasa data validate``; without ``--fail-on-warnings`` it passes whatever is wrong."""
    return [str(python), "-m", "rasa", "data", "validate", *_data(), "--fail-on-warnings"]


def story_test_command(python: Path, model: Path, stories: Path, endpoints: Path, out: Path) -> list[str]:
    """``rasa test core`` on story files named ``test_*.yml``; ``endpoints`` may be an empty file."""
    return [
        str(python), "-m", "rasa", "test", "core", "-m", str(model), "--stories", str(stories), "--no-plot",
        "--fail-on-prediction-errors", "--endpoints", str(endpoints), "--out", str(out),
    ]  # fmt: skip


def _data() -> list[str]:
    return ["-c", str(ISLAND / "config.yml"), "-d", str(ISLAND / "domain.yml"), "--data", str(ISLAND / "data")]
