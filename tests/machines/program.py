"""The program of a machine, with a clock that the test moves: its pages, for gunicorn, and its worker.

It is the program as it is, except that `Settings.clock` reads the file that CLOCK names, so that a story of four months
walks over it, and that hashing a password costs nothing.
"""

import os
from dataclasses import replace
from pathlib import Path

from flask import Flask

from config import Settings, load_settings
from ekc.app import create_app
from ekc.core import logs
from ekc.worker import prepare_queue, run_worker
from tests.cast import COST
from tests.machines.clock import SharedClock


def web() -> Flask:
    """The pages."""
    logs.configure()
    app = create_app(_settings())
    app.extensions["ekc"].sessions.kw["bind"].dispose()  # gunicorn forks: processes must not share a connection
    return app


def main() -> None:
    """The worker."""
    logs.configure()
    prepare_queue(_settings())
    run_worker(_settings(), 1)


def _settings() -> Settings:
    return replace(load_settings(), clock=SharedClock(Path(os.environ["CLOCK"])), password_cost=COST)


if __name__ == "__main__":
    main()
