"""The accessibility statement of the service (`docs/accessibility.md`)."""

from datetime import date

from flask import render_template
from flask.typing import ResponseReturnValue

from ekc.core.routes import public, runtime
from ekc.journey.views.blueprint import bp

#: When the pages were last checked by hand, beside what the tests check with each change.
CHECKED_ON = date(2026, 11, 30)


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """Who answers for it, the status, what was tested, what is not good yet, and how to report a barrier."""
    settings = runtime().settings
    return render_template(
        "journey/accessibility.html",
        statement=settings.accessibility,
        address=settings.base_url,
        dutch="nl" in settings.countries,
        checked_on=CHECKED_ON,
    )
