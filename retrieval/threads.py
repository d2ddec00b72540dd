"""The door to threadpoolctl: linear algebra on one thread, because many answers are wanted at once and each product is small.

Two OpenBLAS threads wait for each other busily. With other work on the machine that made a product with 7,000 examples
cost 14 ms instead of 0.4 ms, and a whole answer 80 ms instead of 18 ms (measured in November 2026).
"""

from __future__ import annotations

from threadpoolctl import threadpool_limits


def one_thread() -> None:
    """For the whole process, until it ends; results stay the same but for the last digits."""
    threadpool_limits(limits=1, user_api="blas")
