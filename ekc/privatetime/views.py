"""Pages of this feature."""

from flask import Blueprint

bp = Blueprint("privatetime", __name__)
