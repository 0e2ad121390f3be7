"""The blueprint of all pages of a case, and what its templates may say."""

from flask import Blueprint

from ekc.conferences.entries import CHANNELS, CONSENT_SCOPES
from ekc.conferences.forms.fields import language_name

bp = Blueprint("conferences", __name__)
bp.add_app_template_filter(language_name, "language_name")


@bp.context_processor
def _names() -> dict[str, dict[str, str]]:
    """What a stored word is called, ready to be translated."""
    return {"consent_scopes": CONSENT_SCOPES, "channels": CHANNELS}
