"""The WSGI application: `gunicorn wsgi:app`."""

import os

from config import load_settings
from ekc.app import create_app
from ekc.core import logs

os.umask(0o077)  # what the program makes is for its own user
logs.configure()
app = create_app(load_settings())
