"""From a question to a sourced answer or an honest refusal."""
