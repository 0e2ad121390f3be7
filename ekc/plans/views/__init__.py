"""Pages of the plan: writing it, answers to it, versions and paper, and with which professional it is shared."""

from flask import Blueprint

bp = Blueprint("plans", __name__, url_prefix="/conferences/<int:conference_id>/plan")

from ekc.plans.views import answers, plan, sharing, versions  # noqa: E402, F401 - each adds its routes
