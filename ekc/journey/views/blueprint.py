"""The blueprint of all pages of the workflow."""

from flask import Blueprint

bp = Blueprint("journey", __name__)
