"""The form that makes a personal link with other settings than the defaults."""

from typing import Any

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from ekc.conferences.entries import NewLink
from ekc.conferences.forms.fields import FROM_LIST, line
from ekc.core.forms import PlainForm, goes_with
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import LINE
from ekc.links.tokens import normalize_answer
from ekc.signin.passwords import MAX_LENGTH

_SHORTEST = 3  # letters or digits of an answer


class LinkForm(PlainForm):
    """How long the link works at least, and what it asks on a new device."""

    days = SelectField(
        _l("Works for at least"),
        choices=[
            SelectChoice("14", _l("two weeks")),
            SelectChoice("60", _l("two months")),
            SelectChoice("180", _l("half a year")),
            SelectChoice("365", _l("a year")),
        ],
        default=NewLink().days,
        coerce=int,
        **FROM_LIST,
    )
    asks = RadioField(
        _l("What is asked on a new device?"),
        choices=[
            SelectChoice("code", _l("A code of six digits that I tell them")),
            SelectChoice("answer", _l("A question that we agreed on")),
            SelectChoice("coordinator", _l("Nothing: I let them in myself, each time")),
        ],
        default="code",
        **FROM_LIST,
    )
    question = line(_l("What do we ask?"), LINE)
    answer = line(_l("What is the answer?"), MAX_LENGTH)

    def validate_question(self, field: Any) -> None:
        """A question is asked where that was chosen."""
        goes_with(field, self.asks.data == "answer")

    validate_answer = validate_question

    def validate(self, extra_validators: Any = None) -> bool:
        """A question needs an answer of at least `_SHORTEST` letters or digits."""
        good = bool(super().validate(extra_validators))
        if self.asks.data != "answer":
            return good
        if not self.question.data:
            self.question.errors = [*self.question.errors, _("Write the question that you agreed on.")]
        if len(normalize_answer(self.answer.data or "")) < _SHORTEST:
            self.answer.errors = [*self.answer.errors, _("Write an answer of at least three letters or digits.")]
        return not self.errors

    def to_link(self) -> NewLink:
        return NewLink(
            days=self.days.data,
            question=self.question.data,
            answer=self.answer.data,
            by_hand=self.asks.data == "coordinator",
        )
