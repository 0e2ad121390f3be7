"""The WSGI application: `gunicorn wsgi:app`."""

from config import load_settings
from ekc.app import create_app
from ekc.core import logs

logs.configure()
app = create_app(load_settings())
