"""What the tests of every form share."""

import pytest
from flask import Flask

from tests.clock import START, FrozenClock
from tests.database import Database


@pytest.fixture(scope="module")
def shared_app(database: Database, _worker_app: Flask, _worker_clock: FrozenClock) -> Flask:
    """The app on a database shared by the tests that roll back their writes."""
    database.reset()
    _worker_clock.set(START)
    return _worker_app
