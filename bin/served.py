"""The app as `bin/run` serves it: the database is brought up to date first, in the same process, which saves a start.

A real service migrates before it starts (`ekc migrate`, docs/operations.md) and serves `wsgi:app`.
"""

from config import load_settings
from ekc import schema
from ekc.app import create_app
from ekc.core import logs
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine

logs.configure()
settings = load_settings()
_engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
schema.upgrade(_engine)
_engine.dispose()

app = create_app(settings)
