"""Pages for signing in and out, choosing a password, and the visitor's own account."""

import ekc.signin.views.oidc
import ekc.signin.views.own_account
import ekc.signin.views.passkeys
import ekc.signin.views.passwords
import ekc.signin.views.second_factor
import ekc.signin.views.sessions  # noqa: F401 - imported so that their routes are known
