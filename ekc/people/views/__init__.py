"""Pages of signing in and out (`entering.py`), of how one signs in (`account.py`, `factors.py`), of personal links
(`links.py`), of being one of the cast (`demo.py`).
"""

from flask import Blueprint

bp = Blueprint("people", __name__)

from ekc.people.views import account, demo, entering, factors, links  # noqa: E402, F401 - each adds its routes
