"""One turn of conversation: a message and what is remembered in, replies and what changed out."""
