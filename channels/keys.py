"""Keys and pseudonyms: one secret in, conversation ids, tokens and sealed addresses out.

Telegram chat ids never become plain in the database: a conversation id is a keyed hash of the chat id. Sending
needs the real chat id, so it is kept *sealed* (encrypted and authenticated, Fernet) in the inbox row until the
message is answered, in the outbox row until the reply is sent, and nowhere else; a person who asked for reminders
also has it sealed in the profile. Whoever copies the database without the secret learns no chat id.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from bot.model import ConversationId
from channels.errors import ChannelError

SECRET_BYTES = 32
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 signs that cannot be taken for each other when read aloud or copied by hand (Crockford)."""


class Keys:
    """Everything derived from the one secret. Two instances with the same secret give the same values."""

    def __init__(self, secret: str) -> None:
        """``secret``: at least 32 characters; raises ``ChannelError`` for less."""
        if len(secret) < SECRET_BYTES:
            raise ChannelError("CRM_SECRET is too short.", "Give at least 32 random characters, or leave it empty.")
        self._secret = secret.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derive("address")))

    def telegram(self, chat_id: int) -> ConversationId:
        """``tg:`` and 26 characters (156 bits) of the keyed hash of the chat id."""
        return ConversationId("tg:" + self._digest("telegram", str(chat_id)))

    def web(self, token: str) -> ConversationId:
        """``web:`` and the keyed hash of the browser's token, so the database does not hold what opens a conversation."""
        return ConversationId("web:" + self._digest("web", token))

    def token(self, purpose: str) -> str:
        """A secret shared with one other part, e.g. ``rasa-actions``: 32 hexadecimal characters."""
        return self._derive("token:" + purpose).hex()[:32]

    @property
    def evidence(self) -> bytes:
        """What the chain of evidence is sealed with: 32 bytes."""
        return self._derive("evidence")

    def pseudonym(self, conversation: ConversationId) -> str:
        """What trainers see instead of a name, always the same: six signs like ``7K2Q4M`` (30 bits), none of them look-alikes."""
        found = int.from_bytes(hmac.new(self._derive("pseudonym"), conversation.encode(), hashlib.sha256).digest()[:4])
        return "".join(SIGNS[found >> shift & 31] for shift in range(0, 30, 5))

    def seal(self, address: int) -> str:
        """Encrypts a chat id; the result differs each time."""
        return self._fernet.encrypt(str(address).encode()).decode()

    def unseal(self, sealed: str) -> int | None:
        """The chat id, or ``None`` when it was sealed with another secret or altered."""
        try:
            return int(self._fernet.decrypt(sealed.encode()).decode())
        except (InvalidToken, ValueError):
            return None

    def _derive(self, label: str) -> bytes:
        return hmac.new(self._secret, label.encode(), hashlib.sha256).digest()

    def _digest(self, label: str, value: str) -> str:
        found = hmac.new(self._derive("id:" + label), value.encode(), hashlib.sha256).digest()
        return base64.b32encode(found).decode().lower()[:26]


def load_secret(configured: str, data_dir: Path) -> str:
    """The configured secret, or the one kept in ``data_dir/secret.key``, made on first use with mode 0600.

    Two processes that start together agree: the file is created exclusively and the loser reads the winner's.
    """
    if configured:
        return configured
    path = data_dir / "secret.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        if not path.exists():
            fresh.touch(0o600, exist_ok=False)
            fresh.write_text(secrets.token_urlsafe(SECRET_BYTES))
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(fresh)  # atomic and exclusive, unlike rename
    finally:
        fresh.unlink(missing_ok=True)
    return path.read_text().strip()


def new_id() -> str:
    """A message id: 16 characters of the URL alphabet, 96 random bits, so nobody can guess another's answer."""
    return secrets.token_urlsafe(12)
