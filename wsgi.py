"""The WSGI application: `gunicorn wsgi:app`."""

import gc
import os

gc.disable()  # all that is loaded is kept: to look for what is not would be a seventh of the start

from config import load_settings
from ekc.app import create_app
from ekc.core import logs, metrics

os.umask(0o077)  # what the program makes is for its own user
logs.configure()
settings = load_settings()
metrics.begin(settings, "web", os.getppid())  # gunicorn, whose processes come and go
app = create_app(settings)
gc.freeze()
gc.enable()
