"""Forms of writing a plan. Unknown values may stay empty: the page lists what is missing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from ekc.conferences.forms.days import DayField, day, moment
from ekc.conferences.forms.fields import phone_field
from ekc.core.forms import EditingForm, PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE
from ekc.plans.draft import Action, EvaluationPlan, Goal, NewAction, NewWhatIf, WhatIf
from ekc.plans.forms.fields import offer_people, offer_person, one_line, people_field, person_field
from ekc.plans.queries.circle import CirclePerson
from ekc.plans.queries.numbers import PlanNumber
from ekc.workflow.vocabulary import ActionKind, Every


class GoalForm(PlainForm):
    """A goal."""

    on_paper = frozenset({"text"})

    text = one_line(_l("Goal"), _l("Write what you want to reach."))

    def fill(self, goal: Goal) -> None:
        """Show the goal."""
        self.text.data = goal.text

    def to_goal(self) -> str:
        """The text of the goal."""
        text: str = self.text.data
        return text


class ActionForm(PlainForm):
    """Who does what, by when or how often."""

    on_paper = frozenset({"what"})

    what = one_line(_l("What"), _l("Write what is done."))
    who = people_field(_l("Who"))
    by = day(_l("No later than"), ahead=True)
    every = SelectField(_l("How often"))
    starts = day(_l("From"), ahead=True)
    kind = RadioField(_l("This is done"), default=ActionKind.FAMILY.value)

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_people(self.who, people)
        self.every.choices = [SelectChoice("", _("once"))] + [SelectChoice(e.value, _(e.label)) for e in Every]
        self.kind.choices = [SelectChoice(kind.value, _(kind.label)) for kind in ActionKind]

    def validate_every(self, field: SelectField) -> None:
        """A last day or a frequency, not both."""
        if field.data and self.by.data:
            raise ValidationError(_("Say how often, or a last day: not both. The first day goes under “From”."))

    def validate_starts(self, field: DayField) -> None:
        """The start is not after the last day."""
        if field.data and self.by.data and field.data > self.by.data:
            raise ValidationError(_("It starts after it has to be done. Choose an earlier day."))

    def fill(self, action: Action) -> None:
        """Show the action."""
        self.what.data, self.who.data = action.what, list(action.who)
        self.by.data, self.starts.data = action.by, action.starts
        self.every.data = action.every.value if action.every else ""
        self.kind.data = action.kind.value

    def to_action(self) -> NewAction:
        return NewAction(
            what=self.what.data,
            who=tuple(self.who.data or ()),
            by=self.by.data,
            starts=self.starts.data,
            every=Every(self.every.data) if self.every.data else None,
            kind=ActionKind(self.kind.data),
        )


class WhatIfForm(PlainForm):
    """What happens if the plan does not work out, and who meets then."""

    on_paper = frozenset({"if_", "then"})

    if_ = one_line(_l("If"), _l("Write what could happen."))
    then = one_line(_l("Then"))
    who = people_field(_l("Who meets or rings"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_people(self.who, people)

    def fill(self, what_if: WhatIf) -> None:
        """Show the what-if."""
        self.if_.data, self.then.data, self.who.data = what_if.if_, what_if.then, list(what_if.who)

    def to_what_if(self) -> NewWhatIf:
        return NewWhatIf(if_=self.if_.data, then=self.then.data, who=tuple(self.who.data or ()))


class MonitorForm(PlainForm):
    """Who monitors the plan."""

    monitor = person_field(_l("Who keeps an eye on the plan"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_person(self.monitor, people, _("nobody yet"))

    def to_person(self) -> int | None:
        """The participant id; None for nobody."""
        return self.monitor.data or None


class NumberForm(EditingForm):
    """Whether the number of somebody whom the plan says to ring may stand in it, as they said."""

    may = RadioField(_l("May this number be in the plan?"), validators=[InputRequired(_l("Choose yes or no."))])
    phone = phone_field(_l("Their number"))

    def __init__(self, shown: PlanNumber, **more: Any) -> None:
        data = {"phone": shown.phone, "may": None if shown.said_on is None else "yes" if shown.phone else "no"}
        super().__init__(prefix=f"{shown.place}-", data=data, **more)
        self.may.choices = [SelectChoice("yes", _l("yes")), SelectChoice("no", _l("no"))]

    @property
    def is_shared(self) -> bool:
        """Whether its owner agreed."""
        return bool(self.may.data == "yes")


class EvaluationForm(PlainForm):
    """The evaluation meeting."""

    on_paper = frozenset({"place"})

    at = moment(_l("When"), ahead=True)
    place = one_line(_l("Where"), most=LINE)
    convenor = person_field(_l("Who calls everyone together"))
    others = people_field(_l("Who else is asked to come"))

    def __init__(self, people: Iterable[CirclePerson], convenors: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_person(self.convenor, convenors, _("nobody yet"))
        offer_people(self.others, people)

    def fill(self, evaluation: EvaluationPlan) -> None:
        """Show the evaluation meeting."""
        self.at.data, self.place.data = evaluation.at, evaluation.place
        self.convenor.data, self.others.data = evaluation.convenor or 0, list(evaluation.others)

    def to_evaluation(self, timezone: str) -> EvaluationPlan:
        """The evaluation meeting; local time, to the minute. Raises Refusal for an hour that the clock skips."""
        self.at.instant(timezone)
        at: datetime | None = self.at.data
        return EvaluationPlan(
            at=at, place=self.place.data, convenor=self.convenor.data or None, others=tuple(self.others.data or ())
        )
