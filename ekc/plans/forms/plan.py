"""Forms of the plan itself. What is still vague may stay empty: the page says what is open."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from ekc.meetings.forms import LocalMoment
from ekc.plans.draft import Action, EvaluationPlan, Goal, NewAction, NewWhatIf, WhatIf
from ekc.plans.forms.fields import PLACE, line, offer_people, offer_person, people_field, person_field
from ekc.plans.queries import CirclePerson
from ekc.workflow.vocabulary import ActionKind, Every


class GoalForm(FlaskForm):  # type: ignore[misc]
    """A goal."""

    text = line(_l("Goal"), _l("Write what you want to reach."))

    def fill(self, goal: Goal) -> None:
        """Show a goal as it is."""
        self.text.data = goal.text

    def to_goal(self) -> str:
        """Its text."""
        text: str = self.text.data
        return text


class ActionForm(FlaskForm):  # type: ignore[misc]
    """Who does what, by when or how often."""

    what = line(_l("What"), _l("Write what is done."))
    who = people_field(_l("Who"))
    by = DateField(_l("No later than"), validators=[Optional()])
    every = SelectField(_l("How often"))
    starts = DateField(_l("From"), validators=[Optional()])
    kind = RadioField(_l("This is done"), default=ActionKind.FAMILY.value)

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_people(self.who, people)
        self.every.choices = [SelectChoice("", _("once"))] + [SelectChoice(e.value, _(e.label)) for e in Every]
        self.kind.choices = [SelectChoice(kind.value, _(kind.label)) for kind in ActionKind]

    def validate_every(self, field: SelectField) -> None:
        """By a day, or again and again: the paper says one of them."""
        if field.data and self.by.data:
            raise ValidationError(_("Say how often, or a last day: not both. The first day goes under “From”."))

    def validate_starts(self, field: DateField) -> None:
        """Nothing ends before it begins."""
        if field.data and self.by.data and field.data > self.by.data:
            raise ValidationError(_("It starts after it has to be done. Choose an earlier day."))

    def fill(self, action: Action) -> None:
        """Show an action as it is."""
        self.what.data, self.who.data = action.what, list(action.who)
        self.by.data, self.starts.data = action.by, action.starts
        self.every.data = action.every.value if action.every else ""
        self.kind.data = action.kind.value

    def to_action(self) -> NewAction:
        """What was typed."""
        return NewAction(
            what=self.what.data,
            who=tuple(self.who.data or ()),
            by=self.by.data,
            starts=self.starts.data,
            every=Every(self.every.data) if self.every.data else None,
            kind=ActionKind(self.kind.data),
        )


class WhatIfForm(FlaskForm):  # type: ignore[misc]
    """What happens if the plan does not work out, and who meets then."""

    if_ = line(_l("If"), _l("Write what could happen."))
    then = line(_l("Then"))
    who = people_field(_l("Who meets or rings"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_people(self.who, people)

    def fill(self, what_if: WhatIf) -> None:
        """Show a what-if as it is."""
        self.if_.data, self.then.data, self.who.data = what_if.if_, what_if.then, list(what_if.who)

    def to_what_if(self) -> NewWhatIf:
        """What was typed."""
        return NewWhatIf(if_=self.if_.data, then=self.then.data, who=tuple(self.who.data or ()))


class MonitorForm(FlaskForm):  # type: ignore[misc]
    """Who keeps an eye on the plan."""

    monitor = person_field(_l("Who keeps an eye on the plan"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_person(self.monitor, people, _("nobody yet"))

    def to_person(self) -> int | None:
        """Who was chosen."""
        return self.monitor.data or None


class EvaluationForm(FlaskForm):  # type: ignore[misc]
    """When the plan is looked at again."""

    at = LocalMoment(_l("When"), validators=[Optional()])
    place = line(_l("Where"), most=PLACE)
    convenor = person_field(_l("Who calls everyone together"))
    others = people_field(_l("Who else is asked to come"))

    def __init__(self, people: Iterable[CirclePerson], convenors: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_person(self.convenor, convenors, _("nobody yet"))
        offer_people(self.others, people)

    def fill(self, evaluation: EvaluationPlan) -> None:
        """Show what is agreed."""
        self.at.data, self.place.data = evaluation.at, evaluation.place
        self.convenor.data, self.others.data = evaluation.convenor or 0, list(evaluation.others)

    def to_evaluation(self) -> EvaluationPlan:
        """What was typed; local time, to the minute."""
        at: datetime | None = self.at.data
        return EvaluationPlan(
            at=at, place=self.place.data, convenor=self.convenor.data or None, others=tuple(self.others.data or ())
        )
