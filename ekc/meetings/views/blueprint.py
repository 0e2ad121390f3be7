"""The blueprint of all pages of the meeting."""

from flask import Blueprint

bp = Blueprint("meetings", __name__)
