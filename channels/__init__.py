"""Where people reach the assistant (web, Telegram, desk) and where it remembers (the store)."""
