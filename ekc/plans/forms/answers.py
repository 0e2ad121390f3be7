"""Forms of what people say of a plan: agreement, acceptance, bottom lines, and answers to requests for support."""

from collections.abc import Container, Iterable
from typing import Any

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from ekc.core.forms import EditingForm, goes_with
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.plans.draft import Action
from ekc.plans.forms.fields import offer_people, offer_person, own_words, people_field, person_field
from ekc.plans.queries.circle import CirclePerson
from ekc.workflow.vocabulary import Agreed, SaidHow, SupportAnswer

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
        self.in_room = any(person.id not in away for person in people)  # some are, so that each is one or the other
        self.how.description = _("For whoever is not in the room.") if self.in_room else ""
        left_out = self.how.raw_data == []  # the page that was sent offered nobody who is away
        if not any(person.id in away for person in people) or (left_out and not self._chose_away()):
            del self.how

    def _chose_away(self) -> bool:
        return any(id_ in self.away for id_ in self.chosen)

    def validate_how(self, field: SelectField) -> None:
        """Whoever was not in the room said it somehow."""
        if not field.data and self._chose_away():
            raise ValidationError(
                _("Say how they said it: they were not in the room.") if self.in_room else _("Say how they said it.")
            )

    def to_how(self) -> SaidHow | None:
        """How they said it; None: in the room."""
        return SaidHow(self.how.data) if "how" in self and self.how.data else None


class EverybodyForm(_HeardForm):
    """Everybody who agrees, at once."""

    people = people_field(_l("They say yes"), validators=[InputRequired(_l("Choose who says yes."))])
    about = "people"

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        offered = list(people)
        super().__init__(offered, **more)
        offer_people(self.people, offered)


class AgainForm(EverybodyForm):
    """Who says again what they said of an earlier text: all who are named, so only their answers are compared."""

    def digests(self) -> dict[str, str]:
        """Without the people, who are no field to fill in."""
        return {key: digest for key, digest in super().digests().items() if key != "people"}


class AgreementForm(_HeardForm):
    """Whether one person agrees to the plan."""

    on_paper = frozenset({"words"})

    person = person_field(_l("Who"))
    answer = RadioField(_l("What they say"), validators=[_AGREED])
    words = own_words(_l("In their words"))

    def __init__(self, people: Iterable[CirclePerson], only_agreed: bool = False, **more: Any) -> None:
        """`only_agreed`: no own words are written down in this country."""
        offered = list(people)
        super().__init__(offered, **more)
        offer_person(self.person, offered, _("choose who"))
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
    words = own_words(_l("In your words"))

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
    """Whether the plan is accepted. It is refused for safety alone (AD2), so no other reason is offered."""

    person = person_field(_l("Who decides"))  # chosen, unless it is one alone
    decision = RadioField(_l("The plan is"), validators=[InputRequired(_l("Choose one of the two."))])
    reason = own_words(_l("Which safety concern"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offered = list(people)
        offer_person(self.person, offered, _("choose who") if len(offered) > 1 else "")
        self.decision.choices = [
            SelectChoice("yes", _("accepted")),
            SelectChoice("no", _("not accepted: it leaves somebody unsafe")),
        ]

    def validate_person(self, field: SelectField) -> None:
        """Somebody decides."""
        if not field.data:
            raise ValidationError(_("Choose who decides."))

    @property
    def accepts(self) -> bool:
        """Whether the plan is accepted."""
        return bool(self.decision.data == "yes")

    def validate_reason(self, field: TextAreaField) -> None:
        """A refusal needs a reason, and nothing else has one."""
        goes_with(field, not self.accepts)
        if self.decision.data == "no" and not field.data:
            raise ValidationError(_("Say which safety concern the plan leaves open."))


class SupportForm(EditingForm):
    """The answer to a request for support. `stands`: the request as the plan says it."""

    on_paper = frozenset({"words"})

    answer = RadioField(_l("Answer"), default=SupportAnswer.PENDING.value)
    words = own_words(_l("In their words"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.answer.choices = [SelectChoice(answer.value, _(answer.label)) for answer in SupportAnswer]

    def fill(self, action: Action) -> None:
        """Show the answer."""
        self.answer.data = (action.answer or SupportAnswer.PENDING).value
        self.words.data = action.answer_words

    def to_answer(self) -> SupportAnswer:
        return SupportAnswer(self.answer.data)
