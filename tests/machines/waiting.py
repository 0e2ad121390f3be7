"""Waiting for another process."""

from collections.abc import Callable
from threading import Event


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds, but not as long as until the next sweep of a worker."""
    assert comes(holds, seconds), "it did not come"


def comes(holds: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Whether something holds within so many seconds."""
    for _ in range(int(seconds / every)):
        if holds():
            return True
        Event().wait(every)
    return False
