"""Pages of signing in and out (`entering.py`, `passkeys.py`, `providers.py`), of how one signs in (`account.py`,
`factors.py`), of choosing a password (`invitations.py`), of personal links (`links.py`), of being one of the cast
(`demo.py`).

What administrators do with accounts: `ekc/staff/`.
"""

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
