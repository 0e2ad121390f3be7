"""Forms about the coordinator of a case."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from ekc.matching.actions import Declaration

_NO_DAY = _l("Choose a day.")
_LONG = 2000


def _stripped(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _why(label: str) -> TextAreaField:
    told = [
        DataRequired(_l("Write down why.")),
        Length(max=_LONG, message=_l("Keep it under %(max)d characters.")),
    ]
    return TextAreaField(label, filters=[_stripped], validators=told)


class AskForm(FlaskForm):  # type: ignore[misc]
    """Which coordinator to ask: the value of a button."""

    account_id = IntegerField(validators=[InputRequired()])


class DeclareForm(FlaskForm):  # type: ignore[misc]
    """The declaration of independence, in one's own words."""

    independence = TextAreaField(
        _l("How independent are you?"),
        description=_l(
            "In your own words: for whom you work, whether you know somebody of the family, "
            "and whether anything in the plan could be of use to you."
        ),
        filters=[_stripped],
        validators=[
            DataRequired(_l("Say for whom you work, whether you know the family, and what interest you could have.")),
            Length(max=_LONG, message=_l("Keep it under %(max)d characters.")),
        ],
    )
    conflict = BooleanField(_l("I see a conflict of interest"))

    def to_declaration(self) -> Declaration:
        """What was declared."""
        return Declaration(self.independence.data, self.conflict.data)


class AcceptForm(DeclareForm):
    """Taking a case, with the declaration."""

    accepted_on = DateField(_l("Day on which you said yes"), validators=[InputRequired(_NO_DAY)])


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """The main person's yes, to the match that the page showed. Without a day, as on their own page, it is today."""

    match_id = IntegerField(widget=HiddenInput(), validators=[Optional()])
    confirmed_on = DateField(_l("Day on which the main person said yes"), validators=[Optional()])

    def day(self) -> date | None:
        """The day, if one was given."""
        given: date | None = self.confirmed_on.data
        return given


class ClearForm(FlaskForm):  # type: ignore[misc]
    """Why a conflict of interest is no obstacle."""

    clear_reason = _why(_l("Why is it no obstacle?"))


class EndForm(FlaskForm):  # type: ignore[misc]
    """Why a coordinator does not go on."""

    end_reason = _why(_l("Why does it end?"))
