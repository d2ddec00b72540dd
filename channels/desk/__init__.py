"""The trainers' desk: pages under ``/desk`` where trainers see what happened, judge answers and take figures away."""
