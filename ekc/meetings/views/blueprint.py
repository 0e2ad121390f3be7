"""The blueprint of all pages of the gathering."""

from flask import Blueprint

bp = Blueprint("meetings", __name__)
