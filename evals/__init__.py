"""How good the answers are: golden questions in, measured figures with intervals out."""
