"""Pages of signing in and out (`entering.py`, `passkeys.py`, `providers.py`), personal links, the cast of the demo."""

from flask import Blueprint

bp = Blueprint("people", __name__)

from ekc.people.views import demo, entering, links, passkeys, providers  # noqa: E402, F401 - each adds its routes
