"""The app for `bin/run`. What it needs is made first where it is missing: keys, tables, and the demonstration.

In this process, because a command of its own would load the whole program again each time. A real service runs the
commands before it starts (docs/operations.md) and serves `wsgi:app`.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout

gc.disable()  # all that is loaded is kept: to look for what is not would be a seventh of the start

from config import key_file, load_settings
from ekc import cli, schema
from ekc.app import create_app
from ekc.core import logs
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.demo_clock import is_set


def _missing() -> Iterator[str]:
    """The commands that make what is missing, each asked for when the one before it has run."""
    if not key_file().exists():
        yield "init-keys"
    settings = load_settings()
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key), create=True)
    try:
        if schema.revision_of(engine) != schema.newest_revision():
            yield "migrate"
        with make_sessions(engine)() as session:
            made = not settings.demo or is_set(session)
        if not made:  # refused in a database that holds anything: in the demonstration anybody can sign in
            yield "demo"
    finally:
        engine.dispose()


os.umask(0o077)  # what the program makes is for its own user
logs.configure()
for command in _missing():
    with redirect_stdout(sys.stderr):  # standard output is for the address alone
        if status := cli.main([command]):
            sys.exit(status)
app = create_app(load_settings())
gc.freeze()
gc.enable()
