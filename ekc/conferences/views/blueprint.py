"""The blueprint of all pages of a case, with the filters and values that its templates use."""

from flask import Blueprint

from ekc.conferences.entries import CHANNELS, CONSENT_SCOPES, WITHDRAWAL
from ekc.conferences.forms.fields import language_name

bp = Blueprint("conferences", __name__)
bp.add_app_template_filter(language_name, "language_name")


@bp.context_processor
def _names() -> dict[str, dict[str, str]]:
    """Labels of stored values, to be translated."""
    return {"consent_scopes": CONSENT_SCOPES, "withdrawal": WITHDRAWAL, "channels": CHANNELS}
