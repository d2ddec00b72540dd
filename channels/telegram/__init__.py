"""Telegram: the only room that knows python-telegram-bot. Updates in, messages out, both through the store."""
