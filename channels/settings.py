"""Settings: the environment (and a ``.env`` file) in, one frozen value out. This list is the only place they are named.

Read once, at the edge, by ``channels/__main__.py``; every other module gets values as arguments.
``python -m channels settings`` prints this list in the form of ``.env.example``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Name, default and help of everything that can be set. Times are in seconds unless the name says days."""

    model_config = SettingsConfigDict(
        env_prefix="CRM_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True
    )

    # where things are
    data: Path = Field(default=Path("var"), description="Folder for everything that is not code: index, database, models.")
    database_url: str = Field(
        default="", description="SQLAlchemy address of the database. Empty: SQLite file crm.sqlite3 in the data folder. "
        "PostgreSQL: postgresql+psycopg://user:password@host/name")
    secret: SecretStr = Field(
        default=SecretStr(""), description="At least 32 random characters; all keys and tokens derive from it. "
        "Empty: made once and kept in secret.key in the data folder.")

    # the web
    host: str = Field(default="127.0.0.1", description="Address the app listens on.")
    port: int = Field(default=8000, description="Port the app listens on.", ge=1, le=65535)
    public_url: str = Field(default="", description="How people reach the app, e.g. https://assistant.example.org; "
                            "used for links to provisions in Telegram and for its webhook.")
    embed_origins: str = Field(default="*", description="Web origins that may embed the widget, separated by commas; * = all.")
    internal_networks: str = Field(default="127.0.0.0/8,::1/128", description="Networks from which /metrics and "
                                   "/rasa/actions may be called, separated by commas.")
    body_limit: int = Field(default=65_536, description="Largest request body in bytes; more is answered with 413.", ge=1024)
    wait_s: float = Field(default=20.0, description="How long POST /api/v1/messages waits for the replies before it answers "
                          "202 with an address to poll.", gt=0)
    rate_per_minute: float = Field(default=20.0, description="Messages per minute for one conversation.", gt=0)
    rate_burst: int = Field(default=10, description="Messages one conversation may send at once.", ge=1)
    address_rate_per_minute: float = Field(default=600.0, description="Messages per minute from one network address; "
                                           "generous, because a whole mine may share one.", gt=0)

    # turns
    workers: int = Field(default=4, description="Turns worked on at the same time inside the app; 0 = only by separate "
                         "`python -m channels worker` processes.", ge=0, le=64)
    lease_s: float = Field(default=60.0, description="How long a worker may hold a message before another takes over.", gt=0)
    attempts: int = Field(default=5, description="How often a message is tried before its sender gets an apology.", ge=1)
    poll_s: float = Field(default=0.5, description="How often idle workers look for messages of other processes.", gt=0)

    # dialogue engine
    rasa_python: Path = Field(default=Path(".venv-rasa/bin/python"), validation_alias="RASA_PYTHON",
                              description="Python of the environment that holds Rasa.")
    rasa_host: str = Field(default="127.0.0.1", description="Where Rasa listens.")
    rasa_port: int = Field(default=5005, description="Port Rasa listens on.", ge=1, le=65535)
    rasa_channel_token: SecretStr = Field(default=SecretStr(""), validation_alias="RASA_CHANNEL_TOKEN",
                                          description="Token from the app to Rasa, 8 characters or more. "
                                          "Empty: derived from CRM_SECRET.")
    action_token: SecretStr = Field(default=SecretStr(""), validation_alias="ACTION_TOKEN",
                                    description="Token from Rasa to the app. Empty: derived from CRM_SECRET.")
    rasa_timeout_s: float = Field(default=8.0, description="How long a turn waits for Rasa before it goes on without.", gt=0)
    dialogue: Literal["rasa", "none"] = Field(default="rasa", description="none = run without Rasa: questions and buttons only.")

    # retrieval
    embedding_model: str = Field(default="", validation_alias="EMBEDDING_MODEL",
                                 description="Name or folder of another sentence-transformers model. "
                                 "Empty: the packaged English MiniLM.")
    chroma_server: str = Field(default="", description="host:port of a Chroma server. Empty: Chroma on disk, for one process.")

    # Telegram
    telegram_token: SecretStr = Field(default=SecretStr(""), validation_alias="TELEGRAM_TOKEN",
                                      description="Token of the bot from @BotFather. Empty: no Telegram.")
    telegram_mode: Literal["polling", "webhook"] = Field(
        default="polling", description="polling works behind any router; webhook needs CRM_PUBLIC_URL with https.")
    telegram_api: str = Field(default="https://api.telegram.org", description="Address of the Bot API.")
    telegram_poll_s: int = Field(default=25, description="Length of one long poll.", ge=0, le=50)
    telegram_timeout_s: float = Field(default=10.0, description="How long one call of the Bot API may take.", gt=0)
    telegram_chat_rate: float = Field(default=1.0, description="Messages per second to one chat.", gt=0)
    telegram_rate: float = Field(default=25.0, description="Messages per second to all chats together.", gt=0)

    # how long things are kept
    journal_days: int = Field(default=90, description="Days until questions and answers are deleted.", ge=1)
    profile_days: int = Field(default=365, description="Days after the last message until a profile is deleted.", ge=1)
    drill_days: int = Field(default=730, description="Days until drill decisions and trainers' reviews are deleted.", ge=1)
    delivered_days: int = Field(default=2, description="Days until delivered messages are deleted.", ge=1)

    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is logged. "
                                                                     "What people write is never logged.")

    @property
    def url(self) -> str:
        """The database address, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data / 'crm.sqlite3'}"

    @property
    def index(self) -> Path:
        return self.data / "index"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def rasa_url(self) -> str:
        return f"http://{self.rasa_host}:{self.rasa_port}"


def names() -> list[tuple[str, str, str]]:
    """(environment name, default, help) of every setting, in the order above."""
    rows = []
    for field_name, field in Settings.model_fields.items():
        name = str(field.validation_alias) if field.validation_alias else f"CRM_{field_name.upper()}"
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        rows.append((name, "" if default is None else str(default), field.description or ""))
    return rows


def env_example() -> str:
    """The text of ``.env.example``: every setting commented out at its default."""
    blocks = [f"# {text}\n#{name}={default}\n" for name, default, text in names()]
    return "# Every setting, its default and what it does. Copy to .env and change what you need.\n\n" + "\n".join(blocks)
