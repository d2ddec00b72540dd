"""A strict stand-in for the Bot API over HTTP, with faults on demand. ``Emulator`` is the phone side, ``server`` the API.

It refuses what Telegram refuses (too long, bad markup, stale buttons, second poller, floods), and its update ids keep
rising across restarts, because a client's offset would otherwise swallow everything.
"""
