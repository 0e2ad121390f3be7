"""The app for `bin/run`: migrates the database first, in the same process, which is faster than a separate command.

A real service runs `ekc migrate` before it starts (docs/operations.md) and serves `wsgi:app`.
"""

import os

from config import load_settings
from ekc import schema
from ekc.app import create_app
from ekc.core import logs
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine

os.umask(0o077)  # what the program makes is for its own user
logs.configure()
settings = load_settings()
_engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key), create=True)
schema.upgrade(_engine)
_engine.dispose()

app = create_app(settings)
