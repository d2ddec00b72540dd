"""The command menu: ``commands.yaml`` in, Telegram's menu in three languages out (English for all others)."""

from __future__ import annotations

from pathlib import Path

import yaml
from telegram import Bot, BotCommand

from knowledge_base.model import Language


def menu() -> dict[Language, tuple[BotCommand, ...]]:
    """Commands per language, in menu order."""
    loaded = yaml.safe_load((Path(__file__).parent / "commands.yaml").read_text("utf-8"))
    return {language: tuple(BotCommand(name, text) for name, text in loaded[language.value].items())
            for language in Language}


async def publish(bot: Bot) -> None:
    """Tells Telegram; raises ``TelegramError``."""
    for language, commands in menu().items():
        await bot.set_my_commands(commands, language_code=language.value)
    await bot.set_my_commands(menu()[Language.EN])
