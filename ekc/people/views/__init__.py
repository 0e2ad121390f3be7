"""Pages of signing in and out (`entering.py`), of how one signs in (`account.py`, `factors.py`), of choosing a password
(`invitations.py`), of personal links (`links.py`), of being one of the cast (`demo.py`).

What administrators do with accounts: `ekc/staff/`.
"""

from flask import Blueprint

bp = Blueprint("people", __name__)

from ekc.people.views import account, demo, entering, factors, invitations, links  # noqa: E402, F401 - each adds its routes
