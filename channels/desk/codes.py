"""Codes with which learners join a cohort: chance in, a code out; what was typed in, the code meant out."""

from __future__ import annotations

import secrets

from bot.buttons import JOIN_CODE
from channels.keys import SIGNS

LENGTH = 8


def new_code() -> str:
    """Eight signs (40 random bits) that survive being read out over the radio."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    assert JOIN_CODE.fullmatch(code)
    return code


def shown(code: str) -> str:
    """``7K2Q4MTX`` as people read it: ``7K2Q-4MTX``."""
    return f"{code[:4]}-{code[4:]}"


def telegram_link(bot: str, code: str) -> str:
    """Opens the bot and joins; ``bot``: its name without ``@``."""
    return f"https://t.me/{bot}?start={code}"


def web_link(base: str, code: str) -> str:
    """Opens the page and offers to join; ``base``: how people reach us, without a slash at the end."""
    return f"{base}/?join={code}"
