"""The blueprint to which each module of pages adds its routes."""

from flask import Blueprint

bp = Blueprint("signin", __name__)
