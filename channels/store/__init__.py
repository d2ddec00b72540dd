"""What the channels remember: the only room that speaks SQL. One file per noun; every function works inside a
transaction that its caller opened with ``Store.write`` or ``Store.read``."""
