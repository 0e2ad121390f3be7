"""Pages of signing in, credentials, sign-ins and personal links. Administration of accounts: `ekc/staff/`."""

from flask import Blueprint

bp = Blueprint("people", __name__)

from ekc.people.views import (  # noqa: E402 - each adds its routes
    account,  # noqa: F401
    demo,  # noqa: F401
    invitations,  # noqa: F401
    links,  # noqa: F401
    oidc,  # noqa: F401
    passkeys,  # noqa: F401
    second_factor,  # noqa: F401
    sessions,  # noqa: F401
)
