"""The blueprint to which each module of pages adds its routes."""

from flask import Blueprint

bp = Blueprint("plans", __name__, url_prefix="/conferences/<int:conference_id>/plan")
