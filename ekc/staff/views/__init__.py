"""Pages of accounts (`accounts.py`, `account.py`), regions (`regions.py`) and handing over (`handing_over.py`)."""

from flask import Blueprint

bp = Blueprint("staff", __name__)

from ekc.staff.views import account, accounts, handing_over, regions  # noqa: E402, F401 - each adds its routes
