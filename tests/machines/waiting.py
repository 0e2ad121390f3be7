"""Waiting for another process."""

from collections.abc import Callable
from threading import Event


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds, but not as long as until the next sweep of a worker."""
    for _ in range(int(seconds / 0.05)):
        if holds():
            return
        Event().wait(0.05)
    raise AssertionError("it did not come")
