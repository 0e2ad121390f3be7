"""The forms of the calendar: whose it shows, and what is told at one's private address."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l


class WhoseForm(PlainForm):
    """Whose conferences a manager's calendar shows. Sent by GET, so that its page can be bookmarked."""

    coordinator = SelectField(_l("Coordinator"), [Optional()])

    @property
    def chosen(self) -> int | None:
        """The account of a coordinator who is offered; None: of all."""
        offered = {str(choice.value) for choice in self.coordinator.choices or ()}
        asked = self.coordinator.data or ""
        return int(asked) if asked and asked in offered else None


def whose_form(typed: MultiDict[str, str], coordinators: Iterable[tuple[int, str]]) -> WhoseForm:
    """The form with its choices, filled with the query of the URL."""
    form = WhoseForm(typed)
    form.coordinator.choices = [
        SelectChoice("", _("all")),
        *(SelectChoice(str(id_), name) for id_, name in coordinators),
    ]
    return form


class AddressForm(PlainForm):
    """What the calendar at a private address tells."""

    with_names = BooleanField(
        _l("With the names of families"),
        description=_l("Without them it shows case numbers. A phone may lie on a table."),
    )
