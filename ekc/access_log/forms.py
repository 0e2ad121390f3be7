"""The period of the access log: a form sent by GET, so that its page can be bookmarked."""

from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from ekc.conferences.forms.days import day
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l

_AT_FIRST = timedelta(weeks=13)


class PeriodForm(PlainForm):
    """The first and the last day. Empty: from the beginning, until today."""

    since = day(_l("From"))
    until = day(_l("Until"))

    def validate_until(self, field: Any) -> None:
        """The last day is not before the first."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_("This day is before the first one. Choose a later day."))


def period_form(typed: MultiDict[str, str], today: date) -> PeriodForm:
    """The form as it was sent; without a period, the last three months."""
    asked = typed if {"since", "until"} & typed.keys() else None
    return PeriodForm(asked, data={"since": today - _AT_FIRST, "until": today})
