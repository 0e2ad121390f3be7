"""The blueprint of all pages of the plan."""

from flask import Blueprint

bp = Blueprint("plans", __name__, url_prefix="/conferences/<int:conference_id>/plan")
