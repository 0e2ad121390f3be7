"""The blueprint of these pages."""

from flask import Blueprint

bp = Blueprint("evaluations", __name__)
