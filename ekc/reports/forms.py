"""The filter of the list of follow-ups: a form sent by GET, so that its page can be bookmarked."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from ekc.conferences.forms.days import day
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.evaluations.models import FollowUpState
from ekc.reports.queries import OPEN_STATES, FollowUpFilter
from ekc.workflow.vocabulary import N_, Variant

FILTERS = ("municipality", "variant", "state", "due_until")
_ALL = "all"
_STATES = {"": N_("still to do"), **{state.value: state.label for state in FollowUpState}, _ALL: N_("all")}


class FollowUpsForm(PlainForm):
    """Municipality, variant, state, due until. Values that are not offered are rejected."""

    municipality = SelectField(_l("Municipality"), [Optional()])
    variant = SelectField(_l("Kind of conference"), [Optional()])
    state = SelectField(_l("Status"), [Optional()])
    due_until = day(_l("Due until"))

    def to_filter(self) -> FollowUpFilter:
        state = self.state.data
        states = OPEN_STATES if not state else frozenset() if state == _ALL else frozenset({FollowUpState(state)})
        return FollowUpFilter(
            municipality=self.municipality.data or "",
            variant=Variant(self.variant.data) if self.variant.data else None,
            states=states,
            due_until=self.due_until.data,
        )


def follow_ups_form(typed: MultiDict[str, str], municipalities: Iterable[str], area: str) -> FollowUpsForm:
    """The form with its choices, filled with the query of the URL. `area`: what a municipality is called there."""
    form = FollowUpsForm(typed)
    form.municipality.label.text = _(area)
    form.municipality.choices = [SelectChoice("", _("all")), *(SelectChoice(name) for name in municipalities)]
    form.variant.choices = [
        SelectChoice("", _("all")),
        *(SelectChoice(variant.value, _(variant.label)) for variant in Variant),
    ]
    form.state.choices = [SelectChoice(value, _(word)) for value, word in _STATES.items()]
    return form
