"""The HTTP API: one file per thing a client can ask for."""
