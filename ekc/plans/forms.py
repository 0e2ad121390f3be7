"""Forms of the plan: writing it, answers to it, and sharing it. The caller passes the people to choose from.

Unknown values may stay empty: the page lists what is missing.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from ekc.conferences.forms.days import DayField, day, moment
from ekc.conferences.forms.fields import line, passage
from ekc.core.forms import AtMost, EditingForm, PlainForm, Standing
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE, PASSAGE, WORD
from ekc.plans.draft import Action, EvaluationPlan, Goal, NewAction, NewWhatIf, WhatIf
from ekc.plans.queries import CirclePerson, PlanNumber
from ekc.workflow.vocabulary import ActionKind, Agreed, Every, PlanSharing, SaidHow, SupportAnswer

_CHOOSE = _l("Choose how much of the plan they see.")


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def _line(label: str, missing: str = "", most: int = PASSAGE) -> StringField:
    """A sentence or some on one line; `missing` makes it required and is its error message."""
    asked: list[Any] = [DataRequired(missing)] if missing else []
    return StringField(label, filters=[_stripped], validators=[*asked, AtMost(most)])


def _own_words(label: str) -> Any:
    """A text in somebody's own words."""
    return passage(label, most=PASSAGE, rows=2)


def _number(value: Any) -> int:
    """The id of a chosen person; 0: nobody yet."""
    return int(value or 0)


def _people_field(label: str, **more: Any) -> SelectMultipleField:
    """Several people of the circle. Choices: `_offer_people`."""
    return SelectMultipleField(label, coerce=_number, choices=[], **more)


def _offer_people(field: SelectMultipleField, people: Iterable[CirclePerson]) -> None:
    """Set the choices of a field of people."""
    field.choices = [SelectChoice(person.id, person.name) for person in people]


def _person_field(label: str) -> SelectField:
    """One person of the circle; 0: nobody yet. Choices: `_offer_person`."""
    return SelectField(label, coerce=_number, choices=[])


def _offer_person(field: SelectField, people: Iterable[CirclePerson], nobody: str) -> None:
    """Set the choices of a field of one person; `nobody` is the label of no choice; empty: there is none."""
    none = [SelectChoice(0, nobody)] if nobody else []
    field.choices = [*none, *(SelectChoice(person.id, person.name) for person in people)]


class GoalForm(PlainForm):
    """A goal."""

    on_paper = frozenset({"text"})

    text = _line(_l("Goal"), _l("Write what you want to reach."))

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

    what = _line(_l("What"), _l("Write what is done."))
    who = _people_field(_l("Who"))
    by = day(_l("No later than"), ahead=True)
    every = SelectField(_l("How often"))
    starts = day(_l("From"), ahead=True)
    kind = RadioField(_l("This is done"), default=ActionKind.FAMILY.value)

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        _offer_people(self.who, people)
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

    if_ = _line(_l("If"), _l("Write what could happen."))
    then = _line(_l("Then"))
    who = _people_field(_l("Who meets or rings"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        _offer_people(self.who, people)

    def fill(self, what_if: WhatIf) -> None:
        """Show the what-if."""
        self.if_.data, self.then.data, self.who.data = what_if.if_, what_if.then, list(what_if.who)

    def to_what_if(self) -> NewWhatIf:
        return NewWhatIf(if_=self.if_.data, then=self.then.data, who=tuple(self.who.data or ()))


class MonitorForm(PlainForm):
    """Who monitors the plan."""

    monitor = _person_field(_l("Who keeps an eye on the plan"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        _offer_person(self.monitor, people, _("nobody yet"))

    def to_person(self) -> int | None:
        """The participant id; None for nobody."""
        return self.monitor.data or None


class NumberForm(EditingForm):
    """Whether the number of somebody whom the plan says to ring may stand in it, as they said."""

    may = RadioField(_l("May this number be in the plan?"), validators=[InputRequired(_l("Choose yes or no."))])
    phone = line(_l("Their number"), WORD, kind=TelField)

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
    place = _line(_l("Where"), most=LINE)
    convenor = _person_field(_l("Who calls everyone together"))
    others = _people_field(_l("Who else is asked to come"))

    def __init__(self, people: Iterable[CirclePerson], convenors: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        _offer_person(self.convenor, convenors, _("nobody yet"))
        _offer_people(self.others, people)

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


# Agreement, acceptance, support


#: The key under which a form keeps which text of the plan it showed.
TEXT = "text"
_AGREED = InputRequired(_l("Choose what they say."))


class _AnswerForm(EditingForm):
    """What somebody says about the plan. `stands`: what was written down of each, by the person's id; and the text."""

    about = "person"  # the field that says of whom it is

    @property
    def chosen(self) -> list[int]:
        """Of whom it is."""
        data = self[self.about].data
        return data if isinstance(data, list) else [data]

    def replaces(self, key: str) -> bool:
        """Only what those said who were chosen; every answer is to the text that was shown."""
        return key == TEXT or key in map(str, self.chosen)


class _HeardForm(_AnswerForm):
    """What people say, and how they said it where somebody of them was not in the room: of those in `away`."""

    how = SelectField(_l("How they said it"), default="")

    def __init__(self, people: Iterable[CirclePerson], away: Container[int] = (), **more: Any) -> None:
        super().__init__(**more)
        self.away = away
        self.how.choices = [
            SelectChoice("", _("choose how")),
            *(SelectChoice(how.value, _(how.label)) for how in SaidHow if how is not SaidHow.OWN_PAGE),
        ]
        left_out = self.how.raw_data == []  # the page that was sent offered nobody who is away
        if not any(person.id in away for person in people) or (left_out and not self._chose_away()):
            del self.how

    def _chose_away(self) -> bool:
        return any(id_ in self.away for id_ in self.chosen)

    def validate_how(self, field: SelectField) -> None:
        """Whoever was not in the room said it somehow."""
        if not field.data and self._chose_away():
            raise ValidationError(_("Say how they said it: they were not in the room."))

    def to_how(self) -> SaidHow | None:
        """How they said it; None: in the room."""
        return SaidHow(self.how.data) if "how" in self and self.how.data else None


class EverybodyForm(_HeardForm):
    """Everybody who agrees, at once."""

    people = _people_field(_l("They say yes"), validators=[InputRequired(_l("Choose who says yes."))])
    about = "people"

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        offered = list(people)
        super().__init__(offered, **more)
        _offer_people(self.people, offered)


class AgainForm(EverybodyForm):
    """Who says again what they said of an earlier text: all who are named, so only their answers are compared."""

    def digests(self) -> dict[str, str]:
        """Without the people, who are no field to fill in."""
        return {key: digest for key, digest in super().digests().items() if key != "people"}


class AgreementForm(_HeardForm):
    """Whether one person agrees to the plan."""

    on_paper = frozenset({"words"})

    person = _person_field(_l("Who"))
    answer = RadioField(_l("What they say"), validators=[_AGREED])
    words = _own_words(_l("In their words"))

    def __init__(self, people: Iterable[CirclePerson], only_agreed: bool = False, **more: Any) -> None:
        """`only_agreed`: no own words are written down in this country."""
        offered = list(people)
        super().__init__(offered, **more)
        _offer_person(self.person, offered, _("choose who"))
        if only_agreed:
            del self.words
        self.answer.choices = [SelectChoice(answer.value, _(answer.label)) for answer in Agreed]

    def validate_person(self, field: SelectField) -> None:
        """Somebody says it."""
        if not field.data:
            raise ValidationError(_("Choose who says it."))

    def to_answer(self) -> Agreed:
        return Agreed(self.answer.data)

    def to_words(self) -> str:
        return str(self.words.data or "") if "words" in self else ""


#: What people say for themselves.
_OWN = {Agreed.YES: _l("yes"), Agreed.PART: _l("in part"), Agreed.NO: _l("no")}


class OwnAnswerForm(EditingForm):
    """Whether the visitor agrees to the plan. `stands`: what they said before, and the text that was shown."""

    on_paper = frozenset({"words"})

    answer = RadioField(_l("Do you agree with the plan?"), validators=[InputRequired(_l("Choose what you say."))])
    words = _own_words(_l("In your words"))

    def __init__(self, only_agreed: bool = False, **more: Any) -> None:
        super().__init__(prefix="own-", **more)
        self.answer.choices = [SelectChoice(answer.value, label) for answer, label in _OWN.items()]
        if only_agreed:
            del self.words

    def word(self, answer: Agreed) -> str:
        """What an answer of theirs is called."""
        return str(_OWN[answer])

    def to_answer(self) -> Agreed:
        return Agreed(self.answer.data)

    def to_words(self) -> str:
        return str(self.words.data or "") if "words" in self else ""


class BottomLineCheckForm(EditingForm):
    """Whether the plan meets a bottom line: the value of a button. `stands`: what was found before, and the text."""

    met = RadioField(_l("The plan meets it"), choices=["yes", "no"])


class AcceptanceForm(_AnswerForm):
    """Whether the plan is accepted."""

    person = _person_field(_l("Who decides"))  # chosen, unless it is one alone
    decision = RadioField(_l("The plan is"), validators=[InputRequired(_l("Choose one of the two."))])
    reason = _own_words(_l("Which safety concern"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offered = list(people)
        _offer_person(self.person, offered, _("choose who") if len(offered) > 1 else "")
        self.decision.choices = [
            SelectChoice("yes", _("accepted")),
            SelectChoice("no", _("not accepted")),
            SelectChoice("other", _("not accepted, and not because of safety")),
        ]

    def validate_person(self, field: SelectField) -> None:
        """Somebody decides."""
        if not field.data:
            raise ValidationError(_("Choose who decides."))

    @property
    def accepts(self) -> bool:
        """Whether the plan is accepted."""
        return bool(self.decision.data == "yes")

    def validate_decision(self, field: RadioField) -> None:
        """A plan is refused for safety alone (AD2), so another reason is asked about."""
        if field.data == "other":
            raise ValidationError(
                _(
                    "A plan is accepted unless it leaves somebody unsafe. Does this leave somebody unsafe? Then choose "
                    "“not accepted” and say which safety concern it is. If not, choose “accepted”, and tell the family "
                    "what you think of it."
                )
            )

    def validate_reason(self, field: TextAreaField) -> None:
        """A refusal needs a reason."""
        if self.decision.data == "no" and not field.data:
            raise ValidationError(_("Say which safety concern the plan leaves open."))


class SupportForm(EditingForm):
    """The answer to a request for support. `stands`: the request as the plan says it."""

    on_paper = frozenset({"words"})

    answer = RadioField(_l("Answer"), default=SupportAnswer.PENDING.value)
    words = _own_words(_l("In their words"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.answer.choices = [SelectChoice(answer.value, _(answer.label)) for answer in SupportAnswer]

    def fill(self, action: Action) -> None:
        """Show the answer."""
        self.answer.data = (action.answer or SupportAnswer.PENDING).value
        self.words.data = action.answer_words

    def to_answer(self) -> SupportAnswer:
        return SupportAnswer(self.answer.data)


# Sharing


def _sharing_choices(professional: bool = True) -> list[SelectChoice]:
    """The choices, from all of the plan to nothing. The plans of before concern nobody who came later."""
    words = [word for word in reversed(PlanSharing) if professional or word is not PlanSharing.CONCERNS]
    return [SelectChoice(word.value, _(word.label)) for word in words]


class ShareWithAllForm(EditingForm):
    """The same answer about all professionals. `said`: what this main person said about each, by their id."""

    sharing = RadioField(_l("All professionals may see"), validators=[InputRequired(_CHOOSE)])

    def __init__(self, professionals: Iterable[CirclePerson], said: Mapping[int, PlanSharing], **more: Any) -> None:
        stands = {str(one.id): Standing(one.name, _(said[one.id].label)) for one in professionals if one.id in said}
        super().__init__(stands, **more)
        self.sharing.choices = _sharing_choices()

    def to_sharing(self) -> PlanSharing:
        return PlanSharing(self.sharing.data)


class ShareForm(EditingForm):
    """What a main person says each of them may see. `share_form` adds a field for each."""

    people: tuple[int, ...] = ()

    def to_choices(self) -> dict[int, PlanSharing]:
        """The choices by participant id; nothing of those about whom nothing is said."""
        said = {id_: self[f"person_{id_}"].data for id_ in self.people}
        return {id_: PlanSharing(data) for id_, data in said.items() if data}


def share_form(people: Iterable[CirclePerson], said: Mapping[int, PlanSharing], **more: Any) -> ShareForm:
    """The form, filled with what the main person said; empty about whom they said nothing yet."""
    rows = tuple(people)
    fields: dict[str, Any] = {
        f"person_{row.id}": RadioField(row.name, [Optional()], choices=_sharing_choices(row.is_professional))
        for row in rows
    }
    now = {f"person_{row.id}": said[row.id].value for row in rows if row.id in said}
    form: ShareForm = type("ShareFormOfCase", (ShareForm,), {**fields, "people": tuple(row.id for row in rows)})(
        data=now, **more
    )
    return form
