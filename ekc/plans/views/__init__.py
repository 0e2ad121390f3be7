"""Pages of the plan: writing it (`writing.py`), answers to it (`answers.py`), versions and paper (`versions.py`)."""

from flask import Blueprint

bp = Blueprint("plans", __name__, url_prefix="/conferences/<int:conference_id>/plan")

from ekc.plans.views import answers, versions, writing  # noqa: E402, F401 - each adds its routes
