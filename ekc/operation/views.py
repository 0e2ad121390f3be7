"""Addresses for whoever watches the service: whether it lives, and whether it can work."""

from flask import Blueprint, Response, jsonify

from ekc.core.routes import public, runtime
from ekc.operation.health import health

bp = Blueprint("operation", __name__)


@bp.get("/health/live")
@public
def live() -> Response:
    """The process answers. It looks at nothing else: to start it anew helps only against what is in itself."""
    return jsonify(live=True)


@bp.get("/health/ready")
@public
def ready() -> tuple[Response, int]:
    """Pages can be answered; and what else is wrong, which makes work wait."""
    settings = runtime().settings
    found = health(runtime().sessions, settings, settings.clock())
    return jsonify(ready=found.is_ready, **found.needed, **found.rest), 200 if found.is_ready else 503
