"""Forms of what people say to the plan: who agrees, whether it is accepted, what support is given."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from ekc.plans.draft import Action
from ekc.plans.forms.fields import offer_people, offer_person, own_words, people_field, person_field
from ekc.plans.queries import CirclePerson
from ekc.workflow.vocabulary import Agreed, SupportAnswer


class EverybodyForm(FlaskForm):  # type: ignore[misc]
    """All who say yes, at once."""

    people = people_field(_l("They say yes"), validators=[InputRequired(_l("Choose who says yes."))])

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_people(self.people, people)


class AgreementForm(FlaskForm):  # type: ignore[misc]
    """What one person says to the plan."""

    person = person_field(_l("Who"))
    answer = RadioField(_l("What they say"), default=Agreed.YES.value)
    words = own_words(_l("In their words"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_person(self.person, people)
        self.answer.choices = [SelectChoice(answer.value, _(answer.label)) for answer in Agreed]

    def to_answer(self) -> Agreed:
        """Yes, part or no."""
        return Agreed(self.answer.data)


class AcceptanceForm(FlaskForm):  # type: ignore[misc]
    """Whether the plan is accepted."""

    person = person_field(_l("Who decides"))
    decision = RadioField(_l("The plan is"), validators=[InputRequired(_l("Choose one of the two."))])
    reason = own_words(_l("Which safety concern"))

    def __init__(self, people: Iterable[CirclePerson], **more: Any) -> None:
        super().__init__(**more)
        offer_person(self.person, people)
        self.decision.choices = [SelectChoice("yes", _("accepted")), SelectChoice("no", _("not accepted"))]

    def validate_reason(self, field: TextAreaField) -> None:
        """A refusal says why."""
        if self.decision.data == "no" and not field.data:
            raise ValidationError(_("Say which safety concern the plan leaves open."))


class SupportForm(FlaskForm):  # type: ignore[misc]
    """The answer to a request for support."""

    answer = RadioField(_l("Answer"), default=SupportAnswer.PENDING.value)
    words = own_words(_l("In their words"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.answer.choices = [SelectChoice(answer.value, _(answer.label)) for answer in SupportAnswer]

    def fill(self, action: Action) -> None:
        """Show the answer as it is."""
        self.answer.data = (action.answer or SupportAnswer.PENDING).value
        self.words.data = action.answer_words

    def to_answer(self) -> SupportAnswer:
        """Agreed, declined or not yet."""
        return SupportAnswer(self.answer.data)
